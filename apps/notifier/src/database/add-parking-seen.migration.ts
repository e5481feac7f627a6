import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is known of the parking queues. */
export class AddParkingSeen1795400000000 implements MigrationInterface {
  readonly name = 'AddParkingSeen1795400000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE parking_seen (service text NOT NULL, count int NOT NULL, CONSTRAINT parking_seen_pkey PRIMARY KEY (service))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE parking_seen`);
  }
}
