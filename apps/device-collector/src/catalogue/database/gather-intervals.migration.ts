import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = ['arp_bindings', 'mac_locations', 'lldp_neighbors', 'device_routes'] as const;

/**
 * One index of an interval's device and id instead of one each: hundreds of rows that come together are written side by
 * side, and not each at a place of its own.
 */
export class GatherIntervals1796200000000 implements MigrationInterface {
  readonly name = 'GatherIntervals1796200000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      await runner.query(`ALTER TABLE ${table} DROP CONSTRAINT ${table}_pkey, ADD CONSTRAINT ${table}_pkey PRIMARY KEY (device_id, interval_id)`);
      await runner.query(`DROP INDEX ${table}_device`);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      await runner.query(`CREATE INDEX ${table}_device ON ${table} (device_id)`);
      await runner.query(`ALTER TABLE ${table} DROP CONSTRAINT ${table}_pkey, ADD CONSTRAINT ${table}_pkey PRIMARY KEY (interval_id)`);
    }
  }
}
