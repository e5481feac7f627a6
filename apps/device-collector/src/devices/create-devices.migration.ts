import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The inventory of devices. Names without a schema: the connection's search path is the service's own schema. */
export class CreateDevices1795300000000 implements MigrationInterface {
  readonly name = 'CreateDevices1795300000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE devices (
        device_id uuid NOT NULL,
        name text NOT NULL,
        address text NOT NULL,
        port int NOT NULL,
        platform text,
        vendor text,
        site text,
        role text,
        credential_id uuid,
        jump_host_id uuid,
        tags text[] NOT NULL,
        legacy_crypto text NOT NULL,
        overrides jsonb NOT NULL,
        enabled boolean NOT NULL,
        notes text,
        revision int NOT NULL,
        created_at timestamptz(3) NOT NULL,
        created_by text NOT NULL,
        updated_at timestamptz(3) NOT NULL,
        deleted_at timestamptz(3),
        CONSTRAINT devices_pkey PRIMARY KEY (device_id),
        CONSTRAINT devices_credential FOREIGN KEY (credential_id) REFERENCES credentials (credential_id),
        CONSTRAINT devices_jump_host FOREIGN KEY (jump_host_id) REFERENCES devices (device_id),
        CONSTRAINT devices_legacy_crypto CHECK (legacy_crypto IN ('never', 'auto', 'always'))
      )`);
    await runner.query(`CREATE UNIQUE INDEX devices_name ON devices (lower(name)) WHERE deleted_at IS NULL`);
    // The same address may exist behind several jump hosts.
    await runner.query(`CREATE UNIQUE INDEX devices_address ON devices (lower(address), port, coalesce(jump_host_id, '00000000-0000-0000-0000-000000000000')) WHERE deleted_at IS NULL`);
    await runner.query(`CREATE INDEX devices_of_credential ON devices (credential_id) WHERE credential_id IS NOT NULL`);
    await runner.query(`CREATE INDEX devices_behind ON devices (jump_host_id) WHERE jump_host_id IS NOT NULL`);

    // Written at every collection, unlike the device itself; the free space keeps those updates inside the page.
    await runner.query(`
      CREATE TABLE device_states (
        device_id uuid NOT NULL,
        identity jsonb,
        observed jsonb,
        observed_since timestamptz(3),
        last_test jsonb,
        last_collected_at timestamptz(3),
        CONSTRAINT device_states_pkey PRIMARY KEY (device_id),
        CONSTRAINT device_states_device FOREIGN KEY (device_id) REFERENCES devices (device_id) ON DELETE CASCADE
      ) WITH (fillfactor = 70)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE device_states`);
    await runner.query(`DROP TABLE devices`);
  }
}
