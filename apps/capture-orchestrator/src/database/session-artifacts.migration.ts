import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Artifacts and numbers of a session as a whole. */
export class SessionArtifacts1793710000000 implements MigrationInterface {
  readonly name = 'SessionArtifacts1793710000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE artifacts ALTER COLUMN target_id DROP NOT NULL, ALTER COLUMN attempt DROP NOT NULL`);
    await runner.query(`
      ALTER TABLE sessions
        ADD COLUMN own_artifact_count int NOT NULL DEFAULT 0,
        ADD COLUMN own_artifact_bytes bigint NOT NULL DEFAULT 0,
        ADD COLUMN metrics jsonb NOT NULL DEFAULT '{}'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE sessions DROP COLUMN own_artifact_count, DROP COLUMN own_artifact_bytes, DROP COLUMN metrics`);
    await runner.query(`DELETE FROM artifacts WHERE target_id IS NULL`);
    await runner.query(`ALTER TABLE artifacts ALTER COLUMN target_id SET NOT NULL, ALTER COLUMN attempt SET NOT NULL`);
  }
}
