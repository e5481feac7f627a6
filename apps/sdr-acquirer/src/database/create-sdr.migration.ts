import { UNKNOWN_SOURCE_ID } from '@capstan/contracts';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tables of the sdr-acquirer. Names without a schema: the connection's search path is the service's own schema. */
export class CreateSdr1793650000000 implements MigrationInterface {
  readonly name = 'CreateSdr1793650000000';

  async up(runner: QueryRunner): Promise<void> {
    await this.createReceivers(runner);
    await this.createSources(runner);
    await this.createRecordings(runner);
    await this.createChunks(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['waterfall_watches', 'chunks', 'recording_streams', 'recordings', 'known_sources', 'receiver_checks', 'receivers']) {
      await runner.query(`DROP TABLE ${table}`);
    }
    await runner.query('DROP SEQUENCE receiver_numbers');
  }

  private async createReceivers(runner: QueryRunner): Promise<void> {
    // Numbers are part of the names of stored objects: a sequence gives none a second time, whatever is deleted.
    await runner.query('CREATE SEQUENCE receiver_numbers');
    await runner.query(`
      CREATE TABLE receivers (
        receiver_id uuid NOT NULL,
        receiver_no int NOT NULL DEFAULT nextval('receiver_numbers'),
        name text NOT NULL,
        protocol text NOT NULL,
        host text NOT NULL,
        port int NOT NULL,
        path text NOT NULL,
        latitude double precision,
        longitude double precision,
        altitude_asl int,
        location_description text NOT NULL,
        country text NOT NULL,
        admin_email text NOT NULL,
        frequency_min_hz bigint NOT NULL,
        frequency_max_hz bigint NOT NULL,
        sample_rate_hz int NOT NULL,
        timeout_seconds int NOT NULL,
        retry_count int NOT NULL,
        is_active boolean NOT NULL,
        notes text NOT NULL,
        created_at timestamptz(3) NOT NULL,
        health jsonb,
        next_check_at timestamptz(3) NOT NULL,
        CONSTRAINT receivers_pkey PRIMARY KEY (receiver_id),
        CONSTRAINT receivers_no UNIQUE (receiver_no),
        CONSTRAINT receivers_protocol CHECK (protocol IN ('kiwisdr', 'rtl_tcp', 'http_iq'))
      )`);
    await runner.query('CREATE UNIQUE INDEX receivers_name ON receivers (lower(name))');
    await runner.query('CREATE INDEX receivers_due ON receivers (next_check_at) WHERE is_active');
    await runner.query(`
      CREATE TABLE receiver_checks (
        receiver_id uuid NOT NULL,
        checked_at timestamptz(3) NOT NULL,
        online boolean NOT NULL,
        CONSTRAINT receiver_checks_pkey PRIMARY KEY (receiver_id, checked_at),
        CONSTRAINT receiver_checks_receiver FOREIGN KEY (receiver_id) REFERENCES receivers (receiver_id) ON DELETE CASCADE
      )`);
  }

  private async createSources(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE known_sources (
        source_id uuid NOT NULL,
        name text NOT NULL,
        description text NOT NULL,
        frequency_hz bigint,
        latitude double precision,
        longitude double precision,
        power_dbm double precision,
        source_type text NOT NULL,
        is_validated boolean NOT NULL,
        error_margin_meters double precision,
        created_at timestamptz(3) NOT NULL,
        CONSTRAINT known_sources_pkey PRIMARY KEY (source_id)
      )`);
    await runner.query('CREATE UNIQUE INDEX known_sources_name ON known_sources (lower(name))');
    await runner.query(
      `INSERT INTO known_sources (source_id, name, description, source_type, is_validated, error_margin_meters, created_at)
       VALUES ($1, 'Unknown', 'Recordings whose source is not known', '', false, 1000, now())`,
      [UNKNOWN_SOURCE_ID],
    );
  }

  private async createRecordings(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE recordings (
        session_id uuid NOT NULL,
        session_name text NOT NULL,
        status text NOT NULL,
        approval_status text NOT NULL DEFAULT 'pending',
        frequencies_hz bigint[] NOT NULL,
        duration_seconds double precision NOT NULL,
        source_id uuid,
        notes text NOT NULL,
        uncertainty_meters double precision,
        policy jsonb NOT NULL,
        created_at timestamptz(3) NOT NULL,
        created_by text NOT NULL,
        start_at timestamptz(3),
        session_start timestamptz(3),
        session_end timestamptz(3),
        t0 timestamptz(3),
        begun boolean NOT NULL DEFAULT false,
        cancel_requested boolean NOT NULL DEFAULT false,
        paused_ms bigint NOT NULL DEFAULT 0,
        progress_chunk int NOT NULL DEFAULT 0,
        retry_of uuid,
        manifest_key text,
        message text,
        CONSTRAINT recordings_pkey PRIMARY KEY (session_id),
        CONSTRAINT recordings_source FOREIGN KEY (source_id) REFERENCES known_sources (source_id) ON DELETE RESTRICT,
        CONSTRAINT recordings_status CHECK (status IN ('scheduled', 'pending', 'recording', 'source_assigned', 'connecting', 'in_progress', 'paused', 'finalizing', 'completed', 'partial', 'failed', 'cancelled'))
      ) WITH (fillfactor = 70)`);
    await runner.query('CREATE INDEX recordings_newest ON recordings (created_at DESC, session_id)');
    await runner.query('CREATE INDEX recordings_source_id ON recordings (source_id)');
    await runner.query(`CREATE INDEX recordings_scheduled ON recordings (start_at) WHERE status = 'scheduled'`);
    await runner.query(`
      CREATE TABLE recording_streams (
        session_id uuid NOT NULL,
        receiver_no int NOT NULL,
        frequency_hz bigint NOT NULL,
        receiver_id uuid NOT NULL,
        receiver_name text NOT NULL,
        target_id uuid,
        state text NOT NULL DEFAULT 'idle',
        cause text,
        message text,
        next_chunk int NOT NULL DEFAULT 0,
        chunks int NOT NULL DEFAULT 0,
        samples bigint NOT NULL DEFAULT 0,
        lost_samples bigint NOT NULL DEFAULT 0,
        gaps int NOT NULL DEFAULT 0,
        expected_samples bigint NOT NULL DEFAULT 0,
        last jsonb,
        facts jsonb,
        CONSTRAINT recording_streams_pkey PRIMARY KEY (session_id, receiver_no, frequency_hz),
        CONSTRAINT recording_streams_recording FOREIGN KEY (session_id) REFERENCES recordings (session_id) ON DELETE CASCADE
      ) WITH (fillfactor = 70)`);
    await runner.query('CREATE INDEX recording_streams_receiver ON recording_streams (receiver_id)');
    await runner.query(`
      CREATE TABLE waterfall_watches (
        session_id uuid NOT NULL,
        receiver_id uuid NOT NULL,
        bins int NOT NULL,
        fps double precision NOT NULL,
        until timestamptz(3) NOT NULL,
        CONSTRAINT waterfall_watches_pkey PRIMARY KEY (session_id, receiver_id)
      )`);
  }

  /**
   * One row per chunk and receiver: a hypertable by day where TimescaleDB is there, PostgreSQL's own partitions by day
   * elsewhere (made when the first chunk of a day comes).
   */
  private async createChunks(runner: QueryRunner): Promise<void> {
    const timescale = ((await runner.query(`SELECT 1 FROM pg_extension WHERE extname = 'timescaledb'`)) as unknown[]).length > 0;
    await runner.query(`
      CREATE TABLE chunks (
        recorded_at timestamptz(3) NOT NULL,
        session_id uuid NOT NULL,
        receiver_no int NOT NULL,
        frequency_hz bigint NOT NULL,
        chunk_index int NOT NULL,
        receiver_id uuid NOT NULL,
        key text,
        first_sample_index bigint NOT NULL,
        samples_count int NOT NULL,
        sample_rate_hz double precision NOT NULL,
        t0_utc_ns bigint NOT NULL,
        clock_quality text NOT NULL,
        clock_error_ns bigint NOT NULL,
        lost_samples int NOT NULL,
        gaps jsonb NOT NULL,
        metrics jsonb,
        sha512 text,
        sha256 text,
        bytes int NOT NULL,
        attempt int NOT NULL,
        stored_at timestamptz(3) NOT NULL,
        CONSTRAINT chunks_pkey PRIMARY KEY (recorded_at, session_id, receiver_no, frequency_hz, chunk_index)
      ) ${timescale ? '' : 'PARTITION BY RANGE (recorded_at)'}`);
    await runner.query('CREATE INDEX chunks_session ON chunks (session_id, receiver_no, frequency_hz, chunk_index)');
    if (timescale) {
      await runner.query(`SELECT create_hypertable('chunks', 'recorded_at', chunk_time_interval => INTERVAL '1 day')`);
    }
  }
}
