import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = ['arp_bindings', 'mac_locations', 'lldp_neighbors', 'device_routes'] as const;

/**
 * Intervals without foreign keys: PostgreSQL looked up the same device once for each of the hundreds of rows of a table. A
 * capture is still tied to its device, and intervals are written and forgotten in the transactions that write and forget those.
 */
export class ReleaseIntervals1796100000000 implements MigrationInterface {
  readonly name = 'ReleaseIntervals1796100000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      await runner.query(`ALTER TABLE ${table} DROP CONSTRAINT ${table}_of`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      await runner.query(`ALTER TABLE ${table} ADD CONSTRAINT ${table}_of FOREIGN KEY (device_id) REFERENCES captured_devices (device_id) ON DELETE CASCADE`);
    }
  }
}
