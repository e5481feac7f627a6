import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who there is to share cameras with: a replica without cameras is seen nowhere else. */
export class CameraReplicas1796300000000 implements MigrationInterface {
  readonly name = 'CameraReplicas1796300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE camera_replicas (instance text NOT NULL, seen_until timestamptz(3) NOT NULL, CONSTRAINT camera_replicas_pkey PRIMARY KEY (instance))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE camera_replicas`);
  }
}
