import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tasks that wait until they are let in; those that are there already have been. */
export class AddTaskAdmission1793800000000 implements MigrationInterface {
  readonly name = 'AddTaskAdmission1793800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE tasks ADD COLUMN admitted_at timestamptz(3)`);
    await runner.query(`UPDATE tasks SET admitted_at = created_at`);
    await runner.query(`CREATE INDEX tasks_queued ON tasks (session_id, created_at, task_id) WHERE finished_at IS NULL AND admitted_at IS NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX tasks_queued`);
    await runner.query(`ALTER TABLE tasks DROP COLUMN admitted_at`);
  }
}
