import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tables of the camera-service. Names without a schema: the connection's search path is the service's own schema. */
export class CreateCameras1795200000000 implements MigrationInterface {
  readonly name = 'CreateCameras1795200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE camera_groups (
        group_id uuid NOT NULL,
        name text NOT NULL,
        description text,
        location text,
        position int NOT NULL,
        revision int NOT NULL,
        created_at timestamptz(3) NOT NULL,
        updated_at timestamptz(3) NOT NULL,
        CONSTRAINT camera_groups_pkey PRIMARY KEY (group_id)
      )`);
    await runner.query(`CREATE UNIQUE INDEX camera_groups_name ON camera_groups (lower(name))`);
    await runner.query(`CREATE INDEX camera_groups_listed ON camera_groups (position, name, group_id)`);

    await runner.query(`
      CREATE TABLE cameras (
        camera_id uuid NOT NULL,
        name text NOT NULL,
        description text,
        rtsp_url text NOT NULL,
        url_key text NOT NULL,
        substream_url text,
        snapshot_url text,
        username text,
        sealed jsonb,
        resolution text,
        fps int NOT NULL,
        codec text NOT NULL,
        location text,
        latitude double precision,
        longitude double precision,
        group_id uuid,
        is_active boolean NOT NULL,
        is_primary boolean NOT NULL,
        enable_recording boolean NOT NULL,
        enable_snapshots boolean NOT NULL,
        enable_detection boolean NOT NULL,
        detection_sensitivity double precision NOT NULL,
        transport text NOT NULL,
        warm text NOT NULL,
        timeout_ms int NOT NULL,
        snapshot_interval_sec int,
        revision int NOT NULL,
        created_at timestamptz(3) NOT NULL,
        created_by text NOT NULL,
        updated_at timestamptz(3) NOT NULL,
        deleted_at timestamptz(3),
        CONSTRAINT cameras_pkey PRIMARY KEY (camera_id),
        CONSTRAINT cameras_group FOREIGN KEY (group_id) REFERENCES camera_groups (group_id),
        CONSTRAINT cameras_codec CHECK (codec IN ('h264', 'h265', 'mjpeg')),
        CONSTRAINT cameras_transport CHECK (transport IN ('tcp', 'udp', 'auto')),
        CONSTRAINT cameras_warm CHECK (warm IN ('always', 'on_demand', 'never'))
      )`);
    await runner.query(`CREATE UNIQUE INDEX cameras_url ON cameras (url_key) WHERE deleted_at IS NULL`);
    await runner.query(`CREATE INDEX cameras_listed ON cameras (name, camera_id) WHERE deleted_at IS NULL`);
    await runner.query(`CREATE INDEX cameras_group_members ON cameras (group_id) WHERE deleted_at IS NULL`);

    // Written each minute, unlike the camera itself; the free space keeps those updates inside the page.
    await runner.query(`
      CREATE TABLE camera_states (
        camera_id uuid NOT NULL,
        state text NOT NULL,
        reason_code text,
        last_error text,
        last_connected timestamptz(3),
        connection_retries int NOT NULL,
        streak int NOT NULL,
        pending_state text,
        latency_ms double precision,
        detected_width int,
        detected_height int,
        detected_fps double precision,
        detected_codec text,
        picture jsonb,
        next_check_at timestamptz(3) NOT NULL,
        next_snapshot_at timestamptz(3),
        owner text,
        owned_until timestamptz(3),
        CONSTRAINT camera_states_pkey PRIMARY KEY (camera_id),
        CONSTRAINT camera_states_camera FOREIGN KEY (camera_id) REFERENCES cameras (camera_id) ON DELETE CASCADE,
        CONSTRAINT camera_states_state CHECK (state IN ('unknown', 'connecting', 'live', 'degraded', 'stalled', 'auth_failed', 'not_found', 'unreachable', 'disabled'))
      ) WITH (fillfactor = 70)`);
    await runner.query(`CREATE INDEX camera_states_due ON camera_states (next_check_at)`);

    await runner.query(`
      CREATE TABLE health_samples (
        camera_id uuid NOT NULL,
        at timestamptz(3) NOT NULL,
        sample jsonb NOT NULL,
        CONSTRAINT health_samples_pkey PRIMARY KEY (camera_id, at),
        CONSTRAINT health_samples_camera FOREIGN KEY (camera_id) REFERENCES cameras (camera_id) ON DELETE CASCADE
      )`);
    await runner.query(`CREATE INDEX health_samples_age ON health_samples (at)`);

    await runner.query(`
      CREATE TABLE health_rollups (
        camera_id uuid NOT NULL,
        from_at timestamptz(3) NOT NULL,
        samples int NOT NULL,
        up int NOT NULL,
        fps_sum double precision NOT NULL,
        fps_count int NOT NULL,
        bitrate_sum double precision NOT NULL,
        bitrate_count int NOT NULL,
        loss_sum double precision NOT NULL,
        loss_count int NOT NULL,
        latency_sum double precision NOT NULL,
        latency_count int NOT NULL,
        CONSTRAINT health_rollups_pkey PRIMARY KEY (camera_id, from_at),
        CONSTRAINT health_rollups_camera FOREIGN KEY (camera_id) REFERENCES cameras (camera_id) ON DELETE CASCADE
      ) WITH (fillfactor = 70)`);
    await runner.query(`CREATE INDEX health_rollups_age ON health_rollups (from_at)`);

    await runner.query(`
      CREATE TABLE health_events (
        event_id uuid NOT NULL,
        camera_id uuid NOT NULL,
        kind text NOT NULL,
        opened_at timestamptz(3) NOT NULL,
        closed_at timestamptz(3),
        detail text,
        CONSTRAINT health_events_pkey PRIMARY KEY (event_id),
        CONSTRAINT health_events_camera FOREIGN KEY (camera_id) REFERENCES cameras (camera_id) ON DELETE CASCADE
      )`);
    await runner.query(`CREATE UNIQUE INDEX health_events_open ON health_events (camera_id, kind) WHERE closed_at IS NULL`);
    await runner.query(`CREATE INDEX health_events_listed ON health_events (opened_at, event_id)`);
    await runner.query(`CREATE INDEX health_events_camera_listed ON health_events (camera_id, opened_at)`);

    await runner.query(`
      CREATE TABLE snapshots (
        snapshot_id uuid NOT NULL,
        camera_id uuid NOT NULL,
        camera_name text NOT NULL,
        format text NOT NULL,
        width int NOT NULL,
        height int NOT NULL,
        size bigint NOT NULL,
        sha256 text NOT NULL,
        phash text NOT NULL,
        key text NOT NULL,
        thumbnail jsonb,
        captured_at timestamptz(3) NOT NULL,
        frame_age_ms int NOT NULL,
        source text NOT NULL,
        stored boolean NOT NULL,
        doomed_at timestamptz(3),
        legal_hold boolean NOT NULL,
        session_id uuid,
        created_at timestamptz(3) NOT NULL,
        created_by text NOT NULL,
        updated_at timestamptz(3) NOT NULL,
        CONSTRAINT snapshots_pkey PRIMARY KEY (snapshot_id),
        CONSTRAINT snapshots_camera FOREIGN KEY (camera_id) REFERENCES cameras (camera_id),
        CONSTRAINT snapshots_format CHECK (format IN ('jpeg', 'webp', 'avif', 'png')),
        CONSTRAINT snapshots_source CHECK (source IN ('cache', 'gop', 'http', 'cold'))
      )`);
    await runner.query(`CREATE INDEX snapshots_of_camera ON snapshots (camera_id, captured_at DESC, snapshot_id DESC) WHERE stored AND doomed_at IS NULL`);
    await runner.query(`CREATE INDEX snapshots_listed ON snapshots (captured_at DESC, snapshot_id DESC) WHERE stored AND doomed_at IS NULL`);
    await runner.query(`CREATE INDEX snapshots_unsettled ON snapshots (created_at) WHERE NOT stored OR doomed_at IS NOT NULL`);

    await runner.query(`
      CREATE TABLE sealing_keys (
        purpose text NOT NULL,
        sealed jsonb NOT NULL,
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT sealing_keys_pkey PRIMARY KEY (purpose)
      )`);

    await runner.query(`
      CREATE TABLE frame_calls (
        call_id uuid NOT NULL,
        camera_id uuid NOT NULL,
        owner text NOT NULL,
        max_age_ms int NOT NULL,
        timeout_ms int NOT NULL,
        created_at timestamptz(3) NOT NULL,
        answer jsonb,
        CONSTRAINT frame_calls_pkey PRIMARY KEY (call_id)
      )`);
    await runner.query(`CREATE INDEX frame_calls_age ON frame_calls (created_at)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['frame_calls', 'sealing_keys', 'snapshots', 'health_events', 'health_rollups', 'health_samples', 'camera_states', 'cameras', 'camera_groups']) {
      await runner.query(`DROP TABLE ${table}`);
    }
  }
}
