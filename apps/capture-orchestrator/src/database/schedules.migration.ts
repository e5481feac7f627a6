import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Schedules and their runs. */
export class Schedules1793730000000 implements MigrationInterface {
  readonly name = 'Schedules1793730000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE schedules (
        schedule_id uuid NOT NULL,
        name text NOT NULL,
        enabled boolean NOT NULL,
        cron text NOT NULL,
        time_zone text NOT NULL,
        starts_at timestamptz(3),
        ends_at timestamptz(3),
        max_runs int,
        overlap text NOT NULL,
        jitter_sec int NOT NULL,
        missed text NOT NULL,
        template_id uuid,
        session jsonb,
        run_count int NOT NULL DEFAULT 0,
        next_run_at timestamptz(3),
        attention_at timestamptz(3),
        claimed_until timestamptz(3),
        revision int NOT NULL,
        created_at timestamptz(3) NOT NULL,
        created_by jsonb NOT NULL,
        updated_at timestamptz(3) NOT NULL,
        CONSTRAINT schedules_pkey PRIMARY KEY (schedule_id)
      )`);
    await runner.query(`CREATE UNIQUE INDEX schedules_name ON schedules (lower(name))`);
    await runner.query(`CREATE INDEX schedules_attention ON schedules (attention_at) WHERE attention_at IS NOT NULL`);
    await runner.query(`
      CREATE TABLE schedule_runs (
        run_id uuid NOT NULL,
        schedule_id uuid NOT NULL,
        due_at timestamptz(3) NOT NULL,
        trigger text NOT NULL,
        state text NOT NULL,
        requested_by jsonb,
        session_id uuid NOT NULL,
        started_at timestamptz(3),
        give_up_at timestamptz(3) NOT NULL,
        error jsonb,
        missed_count int NOT NULL DEFAULT 0,
        CONSTRAINT schedule_runs_pkey PRIMARY KEY (run_id),
        CONSTRAINT schedule_runs_schedule FOREIGN KEY (schedule_id) REFERENCES schedules (schedule_id) ON DELETE CASCADE
      )`);
    // What makes one session of one instant, however many instances look at it.
    await runner.query(`CREATE UNIQUE INDEX schedule_runs_instant ON schedule_runs (schedule_id, due_at) WHERE trigger = 'cron'`);
    await runner.query(`CREATE INDEX schedule_runs_by_time ON schedule_runs (schedule_id, due_at DESC)`);
    await runner.query(`CREATE INDEX schedule_runs_calendar ON schedule_runs (due_at)`);
    await runner.query(`CREATE INDEX schedule_runs_open ON schedule_runs (schedule_id) WHERE state IN ('due', 'queued')`);
    await runner.query(`CREATE INDEX schedule_runs_session ON schedule_runs (session_id)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE schedule_runs`);
    await runner.query(`DROP TABLE schedules`);
  }
}
