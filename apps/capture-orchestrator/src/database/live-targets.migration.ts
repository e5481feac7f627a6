import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds out whether a session of thousands of targets still has a live one, without reading them. */
export class LiveTargets1793800000000 implements MigrationInterface {
  readonly name = 'LiveTargets1793800000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX targets_live ON targets (session_id) WHERE state NOT IN ('completed', 'failed', 'cancelled')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX targets_live`);
  }
}
