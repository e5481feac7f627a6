import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Collections, their devices, and what limits them. */
export class CreateCollection1793810000000 implements MigrationInterface {
  readonly name = 'CreateCollection1793810000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE collection_jobs (
        session_id uuid NOT NULL,
        job_id text NOT NULL,
        name text NOT NULL,
        status text NOT NULL,
        created_at timestamptz(3) NOT NULL,
        completed_at timestamptz(3),
        cancel_requested_at timestamptz(3),
        confirmed boolean NOT NULL DEFAULT false,
        requested_by jsonb NOT NULL,
        capture_types text[] NOT NULL,
        max_workers int NOT NULL,
        auto_load_db boolean NOT NULL,
        filters jsonb NOT NULL DEFAULT '{}',
        retry_of text,
        device_count int NOT NULL,
        running int NOT NULL DEFAULT 0,
        succeeded int NOT NULL DEFAULT 0,
        failed int NOT NULL DEFAULT 0,
        cancelled int NOT NULL DEFAULT 0,
        captures_created jsonb NOT NULL DEFAULT '{}',
        captures_failed jsonb NOT NULL DEFAULT '{}',
        captures_unsupported jsonb NOT NULL DEFAULT '{}',
        changes_detected int NOT NULL DEFAULT 0,
        not_loaded int NOT NULL DEFAULT 0,
        CONSTRAINT collection_jobs_pkey PRIMARY KEY (session_id)
      ) WITH (fillfactor = 70)`);
    await runner.query(`CREATE UNIQUE INDEX collection_jobs_job ON collection_jobs (job_id)`);
    await runner.query(`CREATE INDEX collection_jobs_created ON collection_jobs (created_at)`);
    await runner.query(`
      CREATE TABLE collection_devices (
        session_id uuid NOT NULL,
        device_id uuid NOT NULL,
        ordinal int NOT NULL,
        device_name text NOT NULL,
        address text NOT NULL,
        site text,
        bastion text,
        credential_id uuid,
        target_id uuid,
        task_id uuid,
        status text NOT NULL DEFAULT 'queued',
        attempts int NOT NULL DEFAULT 0,
        error text,
        error_class text,
        started_at timestamptz(3),
        finished_at timestamptz(3),
        duration_ms int,
        captures jsonb NOT NULL DEFAULT '[]',
        CONSTRAINT collection_devices_pkey PRIMARY KEY (session_id, device_id)
      ) WITH (fillfactor = 80)`);
    await runner.query(`CREATE INDEX collection_devices_device ON collection_devices (device_id)`);
    await runner.query(`
      CREATE TABLE credential_breakers (
        credential_id uuid NOT NULL,
        refused jsonb NOT NULL DEFAULT '[]',
        opened_at timestamptz(3),
        retry_at timestamptz(3),
        proven_at timestamptz(3),
        CONSTRAINT credential_breakers_pkey PRIMARY KEY (credential_id)
      )`);
    await runner.query(`
      CREATE TABLE collection_ramp (
        id int NOT NULL,
        ceiling double precision NOT NULL,
        at timestamptz(3) NOT NULL,
        CONSTRAINT collection_ramp_pkey PRIMARY KEY (id)
      ) WITH (fillfactor = 50)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE collection_jobs, collection_devices, credential_breakers, collection_ramp`);
  }
}
