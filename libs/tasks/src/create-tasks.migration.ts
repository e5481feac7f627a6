import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Tables of the tasks in a worker's own schema. `IF NOT EXISTS`: the first device-collector made the two tables itself,
 * without the columns of the pause.
 */
export class CreateTasks1793550000000 implements MigrationInterface {
  readonly name = 'CreateTasks1793550000000';

  async up(runner: QueryRunner): Promise<void> {
    // Rows are updated every few seconds while their task runs; the free space keeps those updates inside the page.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS tasks (
        task_id uuid NOT NULL,
        session_id uuid NOT NULL,
        target_id uuid NOT NULL,
        attempt int NOT NULL,
        kind text NOT NULL,
        spec jsonb NOT NULL,
        duration_sec double precision,
        deadlines jsonb NOT NULL,
        key_prefix text NOT NULL,
        state text NOT NULL,
        created_at timestamptz(3) NOT NULL,
        claimed_at timestamptz(3),
        lease_owner text,
        lease_until timestamptz(3),
        fence int NOT NULL DEFAULT 0,
        sequence int NOT NULL DEFAULT 0,
        heartbeat_at timestamptz(3),
        t0 timestamptz(3),
        stop_requested_at timestamptz(3),
        cancel_requested_at timestamptz(3),
        remote jsonb,
        artifacts jsonb NOT NULL DEFAULT '[]',
        outcome jsonb,
        finished_at timestamptz(3),
        CONSTRAINT tasks_pkey PRIMARY KEY (task_id),
        CONSTRAINT tasks_state CHECK (state IN ('pending', 'configuring', 'ready', 'starting', 'capturing', 'stopping', 'collecting', 'completed', 'failed', 'cancelled'))
      ) WITH (fillfactor = 70)`);
    await runner.query(`
      ALTER TABLE tasks
        ADD COLUMN IF NOT EXISTS paused_at timestamptz(3),
        ADD COLUMN IF NOT EXISTS paused_ms double precision NOT NULL DEFAULT 0,
        ADD COLUMN IF NOT EXISTS pause_order int NOT NULL DEFAULT 0`);
    await runner.query(`CREATE INDEX IF NOT EXISTS tasks_open ON tasks (created_at) WHERE finished_at IS NULL`);
    await runner.query(`CREATE INDEX IF NOT EXISTS tasks_finished ON tasks (finished_at) WHERE finished_at IS NOT NULL`);
    await runner.query(`CREATE INDEX IF NOT EXISTS tasks_session ON tasks (session_id)`);

    await runner.query(`
      CREATE TABLE IF NOT EXISTS task_tombstones (
        task_id uuid NOT NULL,
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT task_tombstones_pkey PRIMARY KEY (task_id)
      )`);
    await runner.query(`CREATE INDEX IF NOT EXISTS task_tombstones_created ON task_tombstones (created_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE task_tombstones`);
    await runner.query(`DROP TABLE tasks`);
  }
}
