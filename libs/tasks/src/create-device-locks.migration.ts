import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Devices that serve one task at a time, and the task that has each. */
export class CreateDeviceLocks1793720000000 implements MigrationInterface {
  readonly name = 'CreateDeviceLocks1793720000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE device_locks (
        device text NOT NULL,
        task_id uuid NOT NULL,
        session_id uuid NOT NULL,
        taken_at timestamptz(3) NOT NULL,
        CONSTRAINT device_locks_pkey PRIMARY KEY (device)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE device_locks`);
  }
}
