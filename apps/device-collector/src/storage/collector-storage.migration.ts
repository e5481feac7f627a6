import { CREATE_STORAGE_SWEEPS } from '@capstan/service-kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Comparisons of objects and rows, and texts whose objects are gone. */
export class CollectorStorage1796000000000 implements MigrationInterface {
  readonly name = 'CollectorStorage1796000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CREATE_STORAGE_SWEEPS);
    await runner.query(`ALTER TABLE capture_blobs ADD COLUMN lost_at timestamptz(3)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE capture_blobs DROP COLUMN lost_at`);
    await runner.query(`DROP TABLE storage_sweeps`);
  }
}
