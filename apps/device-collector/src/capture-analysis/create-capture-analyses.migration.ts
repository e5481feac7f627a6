import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Table of the analyses of captures. */
export class CreateCaptureAnalyses1793700000000 implements MigrationInterface {
  readonly name = 'CreateCaptureAnalyses1793700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE capture_analyses (
        session_id uuid NOT NULL,
        state text NOT NULL,
        requested_at timestamptz(3) NOT NULL,
        due_at timestamptz(3) NOT NULL DEFAULT now(),
        attempts int NOT NULL DEFAULT 0,
        lease_owner text,
        lease_until timestamptz(3),
        fence int NOT NULL DEFAULT 0,
        finished_at timestamptz(3),
        error jsonb,
        artifacts jsonb NOT NULL DEFAULT '[]',
        CONSTRAINT capture_analyses_pkey PRIMARY KEY (session_id),
        CONSTRAINT capture_analyses_state CHECK (state IN ('waiting', 'running', 'done', 'failed'))
      )`);
    await runner.query(`CREATE INDEX capture_analyses_open ON capture_analyses (due_at) WHERE state IN ('waiting', 'running')`);
    await runner.query(`CREATE INDEX capture_analyses_finished ON capture_analyses (finished_at) WHERE finished_at IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE capture_analyses`);
  }
}
