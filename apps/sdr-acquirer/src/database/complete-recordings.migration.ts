import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sealed passwords of receivers; what a retry is to record again; whether the engine's session of a recording is over. */
export class CompleteRecordings1793990000000 implements MigrationInterface {
  readonly name = 'CompleteRecordings1793990000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE receivers ADD COLUMN sealed jsonb');
    await runner.query(`
      CREATE TABLE sealing_keys (
        purpose text NOT NULL,
        sealed jsonb NOT NULL,
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT sealing_keys_pkey PRIMARY KEY (purpose)
      )`);
    // Receiver number to chunk numbers of the recording that is retried.
    await runner.query('ALTER TABLE recordings ADD COLUMN retry_chunks jsonb, ADD COLUMN session_over boolean NOT NULL DEFAULT false');
    await runner.query(`CREATE INDEX recordings_unended ON recordings (session_id) WHERE status NOT IN ('completed', 'partial', 'failed', 'cancelled')`);
    await runner.query('ALTER TABLE chunks ADD COLUMN retry_of_index int');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE chunks DROP COLUMN retry_of_index');
    await runner.query('DROP INDEX recordings_unended');
    await runner.query('ALTER TABLE recordings DROP COLUMN retry_chunks, DROP COLUMN session_over');
    await runner.query('DROP TABLE sealing_keys');
    await runner.query('ALTER TABLE receivers DROP COLUMN sealed');
  }
}
