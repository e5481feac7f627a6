import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Pauses of sessions and targets. */
export class PauseSessions1793700000000 implements MigrationInterface {
  readonly name = 'PauseSessions1793700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE sessions
        ADD COLUMN paused_at timestamptz(3),
        ADD COLUMN paused_ms bigint NOT NULL DEFAULT 0,
        ADD COLUMN pause_order int NOT NULL DEFAULT 0`);
    await runner.query(`ALTER TABLE targets ADD COLUMN paused_at timestamptz(3)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE targets DROP COLUMN paused_at`);
    await runner.query(`ALTER TABLE sessions DROP COLUMN paused_at, DROP COLUMN paused_ms, DROP COLUMN pause_order`);
  }
}
