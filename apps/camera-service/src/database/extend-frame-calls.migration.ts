import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Questions between replicas say whether a small picture will do, and how long a new session is to run before its picture counts. */
export class ExtendFrameCalls1795240000000 implements MigrationInterface {
  readonly name = 'ExtendFrameCalls1795240000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE frame_calls ADD COLUMN small boolean NOT NULL DEFAULT false, ADD COLUMN warmup_ms int NOT NULL DEFAULT 0`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE frame_calls DROP COLUMN small, DROP COLUMN warmup_ms`);
  }
}
