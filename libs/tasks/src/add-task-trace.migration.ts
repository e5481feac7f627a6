import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whose trace a task belongs to: whoever claims it, now or after a restart, goes on with it. */
export class AddTaskTrace1795400000000 implements MigrationInterface {
  readonly name = 'AddTaskTrace1795400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE tasks ADD COLUMN traceparent text`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE tasks DROP COLUMN traceparent`);
  }
}
