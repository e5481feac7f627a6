import { CREATE_STORAGE_SWEEPS } from '@capstan/service-kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Holds of sessions, policies, runs, and what is left of sessions that were removed. */
export class Retention1793810000000 implements MigrationInterface {
  readonly name = 'Retention1793810000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CREATE_STORAGE_SWEEPS);
    await runner.query(`ALTER TABLE artifacts ADD COLUMN lost_at timestamptz(3)`);
    await runner.query(`CREATE INDEX artifacts_lost ON artifacts (lost_at) WHERE lost_at IS NOT NULL`);
    await runner.query(`ALTER TABLE sessions ADD COLUMN hold jsonb`);
    await runner.query(`CREATE INDEX sessions_held ON sessions (session_id) WHERE hold IS NOT NULL`);
    await runner.query(`
      CREATE TABLE retention_policies (
        kind text NOT NULL,
        max_age_days int,
        max_sessions int,
        max_bytes bigint,
        keep_last int NOT NULL,
        quota_bytes bigint,
        warn_percent int NOT NULL,
        stop_percent int NOT NULL,
        quota_state text NOT NULL DEFAULT 'ok',
        revision int NOT NULL,
        updated_at timestamptz(3) NOT NULL,
        updated_by jsonb NOT NULL,
        CONSTRAINT retention_policies_pkey PRIMARY KEY (kind)
      )`);
    await runner.query(`
      CREATE TABLE retention_runs (
        run_id uuid NOT NULL,
        trigger text NOT NULL,
        requested_by jsonb,
        state text NOT NULL,
        requested_at timestamptz(3) NOT NULL,
        started_at timestamptz(3),
        ended_at timestamptz(3),
        sessions int NOT NULL DEFAULT 0,
        artifacts int NOT NULL DEFAULT 0,
        bytes bigint NOT NULL DEFAULT 0,
        by_kind jsonb NOT NULL DEFAULT '{}',
        error text,
        CONSTRAINT retention_runs_pkey PRIMARY KEY (run_id)
      )`);
    await runner.query(`CREATE INDEX retention_runs_by_time ON retention_runs (requested_at DESC)`);
    await runner.query(`CREATE INDEX retention_runs_open ON retention_runs (requested_at) WHERE state IN ('due', 'running')`);
    await runner.query(`
      CREATE TABLE expired_sessions (
        session_id uuid NOT NULL,
        name text NOT NULL,
        completed_at timestamptz(3) NOT NULL,
        expired_at timestamptz(3) NOT NULL,
        reasons jsonb NOT NULL,
        run_id uuid NOT NULL,
        artifact_ids uuid[] NOT NULL,
        CONSTRAINT expired_sessions_pkey PRIMARY KEY (session_id)
      )`);
    await runner.query(`CREATE INDEX expired_sessions_artifacts ON expired_sessions USING gin (artifact_ids)`);
    await runner.query(`CREATE INDEX expired_sessions_by_time ON expired_sessions (expired_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE expired_sessions, retention_runs, retention_policies, storage_sweeps`);
    await runner.query(`ALTER TABLE artifacts DROP COLUMN lost_at`);
    await runner.query(`ALTER TABLE sessions DROP COLUMN hold`);
  }
}
