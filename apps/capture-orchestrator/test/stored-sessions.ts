import type { DataSource } from 'typeorm';

/**
 * Fills the history with sessions of the past, as one statement. Every state, host and month is among them:
 * one in a hundred is live, one in fifty failed.
 */
export async function storeSessions(dataSource: DataSource, count: number): Promise<void> {
  await dataSource.query(
    `INSERT INTO sessions (session_id, name, state, sequence, kinds, duration_sec, options, request_digest, correlation_id, created_at, created_by, arm_by,
       target_count, completed_count, failed_count, artifact_count, artifact_bytes, capture_count, search_text, search_grams, completed_at, start_spread_ms)
     SELECT id, name, state, 20, ARRAY['packet-capture'], 60, '{"arm_timeout_sec":90,"allow_partial":true,"max_attempts":2}', md5(name), id::text,
       at, '{"type":"user","id":"u1","name":"Operator"}', at + interval '90 seconds', 3, 3, 0, 6, 300000, 3, text,
       (SELECT array_agg(DISTINCT substr(text, start, 3)) FROM generate_series(1, length(text) - 2) AS start),
       CASE WHEN state = 'capturing' THEN NULL ELSE at + interval '2 minutes' END, 12
     FROM (
       SELECT gen_random_uuid() AS id, 'branch ' || n % 977 || ' call ' || n AS name,
         'branch ' || n % 977 || ' call ' || n || E'\\n10.' || n % 200 || '.' || n % 250 || '.1' AS text,
         CASE WHEN n % 100 = 0 THEN 'capturing' WHEN n % 50 = 1 THEN 'failed' WHEN n % 10 = 2 THEN 'partial' ELSE 'completed' END AS state,
         timestamptz '2026-01-01' + n * interval '3 minutes' AS at
       FROM generate_series(1, $1::int) AS n
     ) AS made`,
    [count],
  );
  await dataSource.query('ANALYZE sessions');
}
