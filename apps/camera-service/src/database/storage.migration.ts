import { CREATE_STORAGE_SWEEPS } from '@capstan/service-kit';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Comparisons of objects and rows, and rows whose objects are gone. */
export class CameraStorage1796000000000 implements MigrationInterface {
  readonly name = 'CameraStorage1796000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(CREATE_STORAGE_SWEEPS);
    await runner.query(`ALTER TABLE snapshots ADD COLUMN lost_at timestamptz(3)`);
    await runner.query(`ALTER TABLE films ADD COLUMN lost_at timestamptz(3)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE films DROP COLUMN lost_at`);
    await runner.query(`ALTER TABLE snapshots DROP COLUMN lost_at`);
    await runner.query(`DROP TABLE storage_sweeps`);
  }
}
