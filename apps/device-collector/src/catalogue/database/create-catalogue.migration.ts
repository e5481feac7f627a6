import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Captures and what they tell: texts by their hashes, changes, and intervals of what was there. */
export class CreateCatalogue1793760000000 implements MigrationInterface {
  readonly name = 'CreateCatalogue1793760000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE capture_blobs (
        blob_sha256 text NOT NULL,
        key text NOT NULL,
        key_id text NOT NULL,
        chars int NOT NULL,
        touched_at timestamptz(3) NOT NULL,
        CONSTRAINT capture_blobs_pkey PRIMARY KEY (blob_sha256)
      )`);
    await runner.query(`CREATE INDEX capture_blobs_touched ON capture_blobs (touched_at)`);
    await runner.query(`
      CREATE TABLE captured_devices (
        device_id uuid NOT NULL,
        name text NOT NULL,
        platform text NOT NULL,
        site text,
        CONSTRAINT captured_devices_pkey PRIMARY KEY (device_id)
      )`);
    await runner.query(`
      CREATE TABLE device_captures (
        capture_id uuid NOT NULL,
        session_id uuid NOT NULL,
        task_id uuid NOT NULL,
        device_id uuid NOT NULL,
        platform text NOT NULL,
        capture_type text NOT NULL,
        captured_at timestamptz(3) NOT NULL,
        commands jsonb NOT NULL,
        complete boolean NOT NULL,
        error_class text,
        parse_status text,
        row_count int NOT NULL,
        unparsed_count int NOT NULL,
        bytes int NOT NULL,
        raw_sha256 text NOT NULL,
        normalised_sha256 text,
        blob_sha256 text,
        text_of uuid NOT NULL,
        outcome text NOT NULL,
        change_id uuid,
        rules_hit jsonb NOT NULL,
        identity_changed boolean NOT NULL,
        CONSTRAINT device_captures_pkey PRIMARY KEY (capture_id),
        CONSTRAINT device_captures_task UNIQUE (task_id, capture_type),
        CONSTRAINT device_captures_of FOREIGN KEY (device_id) REFERENCES captured_devices (device_id) ON DELETE CASCADE,
        CONSTRAINT device_captures_text FOREIGN KEY (blob_sha256) REFERENCES capture_blobs (blob_sha256)
      )`);
    await runner.query(`CREATE INDEX device_captures_session ON device_captures (session_id)`);
    await runner.query(`CREATE INDEX device_captures_newest ON device_captures (captured_at)`);
    await runner.query(`CREATE INDEX device_captures_blob ON device_captures (blob_sha256)`);
    await runner.query(`CREATE INDEX device_captures_device ON device_captures (device_id, capture_type, captured_at)`);
    await runner.query(`
      CREATE TABLE capture_heads (
        device_id uuid NOT NULL,
        capture_type text NOT NULL,
        capture_id uuid NOT NULL,
        normalised_sha256 text NOT NULL,
        text_of uuid NOT NULL,
        blob_sha256 text,
        chars int NOT NULL,
        captured_at timestamptz(3) NOT NULL,
        closed_at timestamptz(3),
        missing boolean NOT NULL,
        baseline_id uuid,
        CONSTRAINT capture_heads_pkey PRIMARY KEY (device_id, capture_type),
        CONSTRAINT capture_heads_of FOREIGN KEY (device_id) REFERENCES captured_devices (device_id) ON DELETE CASCADE
      ) WITH (fillfactor = 80)`);
    await runner.query(`
      CREATE TABLE capture_texts (
        blob_sha256 text NOT NULL,
        part int NOT NULL,
        lines_before int NOT NULL,
        body text NOT NULL,
        words tsvector NOT NULL,
        CONSTRAINT capture_texts_pkey PRIMARY KEY (blob_sha256, part),
        CONSTRAINT capture_texts_of FOREIGN KEY (blob_sha256) REFERENCES capture_blobs (blob_sha256) ON DELETE CASCADE
      )`);
    await runner.query(`
      CREATE TABLE catalogue_keys (
        purpose text NOT NULL,
        sealed jsonb NOT NULL,
        CONSTRAINT catalogue_keys_pkey PRIMARY KEY (purpose)
      )`);
    await runner.query(`
      CREATE TABLE device_changes (
        change_id uuid NOT NULL,
        device_id uuid NOT NULL,
        capture_type text NOT NULL,
        kind text NOT NULL,
        severity text NOT NULL,
        detected_at timestamptz(3) NOT NULL,
        since timestamptz(3) NOT NULL,
        session_id uuid NOT NULL,
        from_capture_id uuid NOT NULL,
        to_capture_id uuid NOT NULL,
        added int NOT NULL,
        removed int NOT NULL,
        modified int NOT NULL,
        summary jsonb NOT NULL,
        actor jsonb,
        rules_hit jsonb NOT NULL,
        rows jsonb,
        acknowledged_at timestamptz(3),
        acknowledged_by text,
        note text,
        CONSTRAINT device_changes_pkey PRIMARY KEY (change_id),
        CONSTRAINT device_changes_severity CHECK (severity IN ('minor', 'moderate', 'critical')),
        CONSTRAINT device_changes_of FOREIGN KEY (device_id) REFERENCES captured_devices (device_id) ON DELETE CASCADE
      )`);
    await runner.query(`CREATE INDEX device_changes_newest ON device_changes (detected_at)`);
    await runner.query(`CREATE INDEX device_changes_session ON device_changes (session_id)`);
    await runner.query(`CREATE INDEX device_changes_device ON device_changes (device_id, detected_at)`);
    await runner.query(`
      CREATE TABLE arp_bindings (
        interval_id uuid NOT NULL,
        device_id uuid NOT NULL,
        context text NOT NULL,
        ip inet NOT NULL,
        mac text NOT NULL,
        interface text,
        egress_port text,
        type text NOT NULL,
        key text NOT NULL,
        identity text NOT NULL,
        first_seen timestamptz(3) NOT NULL,
        last_seen timestamptz(3) NOT NULL,
        missed int NOT NULL DEFAULT 0,
        missing_since timestamptz(3),
        ended_at timestamptz(3),
        CONSTRAINT arp_bindings_pkey PRIMARY KEY (interval_id),
        CONSTRAINT arp_bindings_of FOREIGN KEY (device_id) REFERENCES captured_devices (device_id) ON DELETE CASCADE
      )`);
    await runner.query(`CREATE INDEX arp_bindings_device ON arp_bindings (device_id)`);
    await runner.query(`CREATE UNIQUE INDEX arp_bindings_open ON arp_bindings (device_id, key) WHERE ended_at IS NULL`);
    await runner.query(`CREATE INDEX arp_bindings_ip ON arp_bindings (ip, first_seen)`);
    await runner.query(`
      CREATE TABLE mac_locations (
        interval_id uuid NOT NULL,
        device_id uuid NOT NULL,
        context text NOT NULL,
        mac text NOT NULL,
        vlan int,
        ports text[] NOT NULL,
        type text NOT NULL,
        key text NOT NULL,
        identity text NOT NULL,
        first_seen timestamptz(3) NOT NULL,
        last_seen timestamptz(3) NOT NULL,
        missed int NOT NULL DEFAULT 0,
        missing_since timestamptz(3),
        ended_at timestamptz(3),
        CONSTRAINT mac_locations_pkey PRIMARY KEY (interval_id),
        CONSTRAINT mac_locations_of FOREIGN KEY (device_id) REFERENCES captured_devices (device_id) ON DELETE CASCADE
      )`);
    await runner.query(`CREATE INDEX mac_locations_device ON mac_locations (device_id)`);
    await runner.query(`CREATE UNIQUE INDEX mac_locations_open ON mac_locations (device_id, key) WHERE ended_at IS NULL`);
    await runner.query(`
      CREATE TABLE lldp_neighbors (
        interval_id uuid NOT NULL,
        device_id uuid NOT NULL,
        protocol text NOT NULL,
        local_interface text,
        system_name text,
        chassis_id text,
        port_id text,
        port_description text,
        system_description text,
        capabilities text[] NOT NULL,
        management_addresses text[] NOT NULL,
        key text NOT NULL,
        identity text NOT NULL,
        first_seen timestamptz(3) NOT NULL,
        last_seen timestamptz(3) NOT NULL,
        missed int NOT NULL DEFAULT 0,
        missing_since timestamptz(3),
        ended_at timestamptz(3),
        CONSTRAINT lldp_neighbors_pkey PRIMARY KEY (interval_id),
        CONSTRAINT lldp_neighbors_of FOREIGN KEY (device_id) REFERENCES captured_devices (device_id) ON DELETE CASCADE
      )`);
    await runner.query(`CREATE INDEX lldp_neighbors_device ON lldp_neighbors (device_id)`);
    await runner.query(`CREATE UNIQUE INDEX lldp_neighbors_open ON lldp_neighbors (device_id, key) WHERE ended_at IS NULL`);
    await runner.query(`
      CREATE TABLE device_routes (
        interval_id uuid NOT NULL,
        device_id uuid NOT NULL,
        context text NOT NULL,
        prefix cidr NOT NULL,
        protocol text NOT NULL,
        subtype text,
        distance int,
        metric double precision,
        next_hops jsonb NOT NULL,
        best boolean NOT NULL,
        tag double precision,
        key text NOT NULL,
        identity text NOT NULL,
        first_seen timestamptz(3) NOT NULL,
        last_seen timestamptz(3) NOT NULL,
        missed int NOT NULL DEFAULT 0,
        missing_since timestamptz(3),
        ended_at timestamptz(3),
        CONSTRAINT device_routes_pkey PRIMARY KEY (interval_id),
        CONSTRAINT device_routes_of FOREIGN KEY (device_id) REFERENCES captured_devices (device_id) ON DELETE CASCADE
      )`);
    await runner.query(`CREATE INDEX device_routes_device ON device_routes (device_id)`);
    await runner.query(`CREATE UNIQUE INDEX device_routes_open ON device_routes (device_id, key) WHERE ended_at IS NULL`);
    await runner.query(`
      CREATE TABLE arp_events (
        event_id uuid NOT NULL,
        kind text NOT NULL,
        at timestamptz(3) NOT NULL,
        device_id uuid NOT NULL,
        context text NOT NULL,
        ip inet,
        mac text NOT NULL,
        other_mac text,
        count int,
        CONSTRAINT arp_events_pkey PRIMARY KEY (event_id),
        CONSTRAINT arp_events_of FOREIGN KEY (device_id) REFERENCES captured_devices (device_id) ON DELETE CASCADE
      )`);
    await runner.query(`CREATE INDEX arp_events_newest ON arp_events (at)`);
    await runner.query(`CREATE INDEX arp_events_device ON arp_events (device_id)`);
    // By the beginning of a MAC as well as by all of it.
    await runner.query(`CREATE INDEX arp_bindings_mac ON arp_bindings (mac text_pattern_ops)`);
    await runner.query(`CREATE INDEX mac_locations_mac ON mac_locations (mac text_pattern_ops)`);
    await runner.query(`CREATE INDEX device_routes_prefix ON device_routes USING gist (prefix inet_ops)`);
    await runner.query(`CREATE INDEX capture_texts_words ON capture_texts USING gin (words)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['arp_events', 'device_routes', 'lldp_neighbors', 'mac_locations', 'arp_bindings', 'device_changes', 'catalogue_keys', 'capture_texts', 'capture_heads', 'device_captures', 'captured_devices', 'capture_blobs']) {
      await runner.query(`DROP TABLE ${table}`);
    }
  }
}
