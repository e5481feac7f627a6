import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Passwords of receivers, sealed, and the key pair by which they come. */
export class KeepReceiverSecrets1793990000000 implements MigrationInterface {
  readonly name = 'KeepReceiverSecrets1793990000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE receivers ADD COLUMN sealed jsonb');
    await runner.query(`
      CREATE TABLE sealing_keys (
        purpose text NOT NULL,
        sealed jsonb NOT NULL,
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT sealing_keys_pkey PRIMARY KEY (purpose)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE sealing_keys');
    await runner.query('ALTER TABLE receivers DROP COLUMN sealed');
  }
}
