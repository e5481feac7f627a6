import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tables of the session engine. Names without a schema: the connection's search path is the service's own schema. */
export class CreateSessions1793600000000 implements MigrationInterface {
  readonly name = 'CreateSessions1793600000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE sessions (
        session_id uuid NOT NULL,
        name text NOT NULL,
        state text NOT NULL,
        sequence int NOT NULL,
        kinds text[] NOT NULL,
        duration_sec int,
        options jsonb NOT NULL,
        request_digest text NOT NULL,
        correlation_id text NOT NULL,
        created_at timestamptz(3) NOT NULL,
        created_by jsonb NOT NULL,
        retry_of uuid,
        arm_by timestamptz(3) NOT NULL,
        t0 timestamptz(3),
        capture_started_at timestamptz(3),
        stop_requested_at timestamptz(3),
        cancel_requested_at timestamptz(3),
        completed_at timestamptz(3),
        start_spread_ms int,
        target_count int NOT NULL,
        completed_count int NOT NULL,
        failed_count int NOT NULL,
        artifact_count int NOT NULL,
        artifact_bytes bigint NOT NULL,
        capture_count int NOT NULL,
        search_text text NOT NULL,
        search_grams text[] NOT NULL,
        due_at timestamptz(3),
        delete_requested_at timestamptz(3),
        delete_requested_by jsonb,
        cleanup_at timestamptz(3),
        cleanup_attempts int NOT NULL DEFAULT 0,
        CONSTRAINT sessions_pkey PRIMARY KEY (session_id),
        CONSTRAINT sessions_state CHECK (state IN ('pending', 'configuring', 'ready', 'starting', 'capturing', 'stopping', 'collecting', 'completed', 'partial', 'failed', 'cancelled'))
      ) WITH (fillfactor = 85)`);
    await runner.query(`CREATE INDEX sessions_newest ON sessions (created_at DESC, session_id DESC) WHERE delete_requested_at IS NULL`);
    await runner.query(`CREATE INDEX sessions_newest_of_state ON sessions (state, created_at DESC, session_id DESC) WHERE delete_requested_at IS NULL`);
    await runner.query(`CREATE INDEX sessions_kinds ON sessions USING gin (kinds)`);
    await runner.query(`CREATE INDEX sessions_search ON sessions USING gin (search_grams)`);
    await runner.query(`CREATE INDEX sessions_due ON sessions (due_at) WHERE due_at IS NOT NULL`);
    await runner.query(`CREATE INDEX sessions_cleanup ON sessions (cleanup_at) WHERE cleanup_at IS NOT NULL`);

    await runner.query(`
      CREATE TABLE targets (
        target_id uuid NOT NULL,
        session_id uuid NOT NULL,
        ordinal int NOT NULL,
        kind text NOT NULL,
        worker text NOT NULL,
        title text NOT NULL,
        spec jsonb NOT NULL,
        state text NOT NULL,
        attempt int NOT NULL,
        task_id uuid NOT NULL,
        message text,
        error jsonb,
        metrics jsonb NOT NULL,
        configuring_at timestamptz(3),
        ready_at timestamptz(3),
        start_sent_at timestamptz(3),
        started_at timestamptz(3),
        stopped_at timestamptz(3),
        finished_at timestamptz(3),
        last_sequence int NOT NULL,
        last_fence int NOT NULL,
        claimed_at timestamptz(3),
        last_heartbeat_at timestamptz(3),
        start_by timestamptz(3) NOT NULL,
        ready_by timestamptz(3) NOT NULL,
        close_within_ms bigint NOT NULL,
        close_by timestamptz(3) NOT NULL,
        heartbeat_ms int NOT NULL,
        start_ordered_at timestamptz(3),
        stop_ordered_at timestamptz(3),
        cancel_ordered_at timestamptz(3),
        artifact_count int NOT NULL,
        artifact_bytes bigint NOT NULL,
        capture_count int NOT NULL,
        CONSTRAINT targets_pkey PRIMARY KEY (target_id),
        CONSTRAINT targets_session FOREIGN KEY (session_id) REFERENCES sessions (session_id) ON DELETE CASCADE,
        CONSTRAINT targets_ordinal UNIQUE (session_id, ordinal),
        CONSTRAINT targets_state CHECK (state IN ('pending', 'configuring', 'ready', 'starting', 'capturing', 'stopping', 'collecting', 'completed', 'failed', 'cancelled'))
      ) WITH (fillfactor = 70)`);
    await runner.query(`CREATE UNIQUE INDEX targets_task ON targets (task_id)`);

    await runner.query(`
      CREATE TABLE attempts (
        task_id uuid NOT NULL,
        target_id uuid NOT NULL,
        attempt int NOT NULL,
        worker text NOT NULL,
        key_prefix text NOT NULL,
        ordered_at timestamptz(3) NOT NULL,
        ended_at timestamptz(3),
        outcome text,
        error jsonb,
        CONSTRAINT attempts_pkey PRIMARY KEY (task_id),
        CONSTRAINT attempts_target FOREIGN KEY (target_id) REFERENCES targets (target_id) ON DELETE CASCADE,
        CONSTRAINT attempts_number UNIQUE (target_id, attempt)
      )`);

    await runner.query(`
      CREATE TABLE artifacts (
        artifact_id uuid NOT NULL,
        session_id uuid NOT NULL,
        target_id uuid NOT NULL,
        attempt int NOT NULL,
        kind text NOT NULL,
        name text NOT NULL,
        key text NOT NULL,
        size bigint NOT NULL,
        sha256 text NOT NULL,
        media_type text NOT NULL,
        created_at timestamptz(3) NOT NULL,
        meta jsonb NOT NULL,
        CONSTRAINT artifacts_pkey PRIMARY KEY (artifact_id),
        CONSTRAINT artifacts_session FOREIGN KEY (session_id) REFERENCES sessions (session_id) ON DELETE CASCADE
      )`);
    await runner.query(`CREATE INDEX artifacts_of_session ON artifacts (session_id)`);
    await runner.query(`CREATE UNIQUE INDEX artifacts_key ON artifacts (key)`);

    await runner.query(`
      CREATE TABLE session_events (
        session_id uuid NOT NULL,
        sequence int NOT NULL,
        time timestamptz(3) NOT NULL,
        type text NOT NULL,
        target_id uuid,
        data jsonb NOT NULL,
        CONSTRAINT session_events_pkey PRIMARY KEY (session_id, sequence),
        CONSTRAINT session_events_session FOREIGN KEY (session_id) REFERENCES sessions (session_id) ON DELETE CASCADE
      )`);
    await createCounts(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE session_events, artifacts, attempts, targets, sessions, session_counts');
    await runner.query('DROP FUNCTION count_sessions()');
  }
}

/**
 * The true number of visible sessions per state and kind, at the price of one small statement per change of state.
 * Counting 100,000 rows for each page of the history costs about ten milliseconds of CPU, which fifty readers at once do
 * not have. Transition tables make a bulk insert one statement too.
 */
async function createCounts(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE session_counts (
      bucket smallint NOT NULL,
      kind text NOT NULL,
      state text NOT NULL,
      sessions bigint NOT NULL,
      CONSTRAINT session_counts_pkey PRIMARY KEY (bucket, kind, state)
    ) WITH (fillfactor = 50)`);
  await runner.query(`
    CREATE FUNCTION count_sessions() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $body$
    BEGIN
      IF TG_OP = 'INSERT' THEN
        INSERT INTO session_counts AS c (bucket, kind, state, sessions)
          SELECT get_byte(uuid_send(session_id), 15) & 15, kind, state, count(*)
            FROM new_rows, unnest(kinds || '*'::text) AS kind
            WHERE delete_requested_at IS NULL
            GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
          ON CONFLICT (bucket, kind, state) DO UPDATE SET sessions = c.sessions + excluded.sessions;
      ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO session_counts AS c (bucket, kind, state, sessions)
          SELECT get_byte(uuid_send(session_id), 15) & 15, kind, state, -count(*)
            FROM old_rows, unnest(kinds || '*'::text) AS kind
            WHERE delete_requested_at IS NULL
            GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
          ON CONFLICT (bucket, kind, state) DO UPDATE SET sessions = c.sessions + excluded.sessions;
      ELSE
        -- In the order of the key, so that two sessions of one bucket never wait for each other in a circle.
        INSERT INTO session_counts AS c (bucket, kind, state, sessions)
          SELECT bucket, kind, state, sum(change) FROM (
            SELECT get_byte(uuid_send(n.session_id), 15) & 15 AS bucket, kind, n.state, 1 AS change
              FROM new_rows n JOIN old_rows o USING (session_id), unnest(n.kinds || '*'::text) AS kind
              WHERE n.delete_requested_at IS NULL AND (o.delete_requested_at IS NOT NULL OR o.state <> n.state)
            UNION ALL
            SELECT get_byte(uuid_send(o.session_id), 15) & 15, kind, o.state, -1
              FROM new_rows n JOIN old_rows o USING (session_id), unnest(o.kinds || '*'::text) AS kind
              WHERE o.delete_requested_at IS NULL AND (n.delete_requested_at IS NOT NULL OR o.state <> n.state)
          ) AS changes
          GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
          ON CONFLICT (bucket, kind, state) DO UPDATE SET sessions = c.sessions + excluded.sessions;
      END IF;
      RETURN NULL;
    END $body$`);
  await runner.query(`CREATE TRIGGER sessions_counted_insert AFTER INSERT ON sessions REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_sessions()`);
  await runner.query(`CREATE TRIGGER sessions_counted_update AFTER UPDATE ON sessions REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION count_sessions()`);
  await runner.query(`CREATE TRIGGER sessions_counted_delete AFTER DELETE ON sessions REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION count_sessions()`);
}
