import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Certificates of HTTPS devices stand beside the keys of SSH hosts; the port says which of the two a device shows. */
export class AddTlsIdentities1793700000000 implements MigrationInterface {
  readonly name = 'AddTlsIdentities1793700000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE host_keys ADD COLUMN kind text NOT NULL DEFAULT 'ssh', ADD CONSTRAINT host_keys_kind CHECK (kind IN ('ssh', 'tls'))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM host_keys WHERE kind = 'tls'`);
    await runner.query(`ALTER TABLE host_keys DROP COLUMN kind`);
  }
}
