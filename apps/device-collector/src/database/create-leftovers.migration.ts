import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What captures left on devices: files that wait to be collected, and what could not be removed. */
export class CreateLeftovers1793730000000 implements MigrationInterface {
  readonly name = 'CreateLeftovers1793730000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE device_leftovers (
        task_id uuid NOT NULL,
        session_id uuid NOT NULL,
        kind text NOT NULL,
        spec jsonb NOT NULL,
        remote jsonb NOT NULL,
        left_at timestamptz(3) NOT NULL,
        clean_at timestamptz(3) NOT NULL,
        give_up_at timestamptz(3) NOT NULL,
        attempts int NOT NULL DEFAULT 0,
        claimed_until timestamptz(3),
        collector uuid,
        CONSTRAINT device_leftovers_pkey PRIMARY KEY (task_id),
        CONSTRAINT device_leftovers_kind CHECK (kind IN ('files', 'debris'))
      )`);
    await runner.query(`CREATE INDEX device_leftovers_due ON device_leftovers (clean_at)`);
    await runner.query(`CREATE INDEX device_leftovers_session ON device_leftovers (session_id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE device_leftovers`);
  }
}
