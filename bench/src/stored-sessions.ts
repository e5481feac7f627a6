import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { Readable } from 'node:stream';
import { type ArtifactView } from '@capstan/contracts';
import { systemClock, systemIds } from '@capstan/kernel';
import { createObjectStore } from '@capstan/object-store';
import { schemaOf } from '@capstan/persistence';
import { Client } from 'pg';
import type { BenchStack } from './bench';

const SPEC = { kind: 'packet-capture', device_type: 'linux', host: '198.18.0.1', port: 22, interface: 'eth0', credential_id: '00000000-0000-7000-8000-000000000000', mode: 'standard', size_per_file_mb: 25, max_files: 10 };

async function withOrchestratorDatabase<T>(bench: BenchStack, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: bench.stack.databaseAdminUrl });
  await client.connect();
  try {
    await client.query(`SET search_path TO ${schemaOf('capture-orchestrator')}`);
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Puts `count` finished sessions of one target each straight into the orchestrator's tables, a minute apart. */
export async function storeSessions(bench: BenchStack, count: number): Promise<void> {
  await withOrchestratorDatabase(bench, (client) => insertSessions(client, count));
}

/** As {@link storeSessions}, through a connection that works in the orchestrator's schema. */
export async function insertSessions(client: Client, count: number): Promise<void> {
  await client.query(
    `WITH made AS (
       INSERT INTO sessions (session_id, name, state, sequence, kinds, duration_sec, options, request_digest, correlation_id, created_at, created_by, arm_by,
                             completed_at, target_count, completed_count, failed_count, artifact_count, artifact_bytes, capture_count, search_text, search_grams)
       SELECT gen_random_uuid(), 'Stored session ' || n, (ARRAY['completed', 'completed', 'completed', 'partial', 'failed', 'cancelled'])[1 + n % 6], 12, '{packet-capture}', 30,
              '{"arm_timeout_sec": 90, "allow_partial": true, "max_attempts": 2}', 'bench', 'bench', now() - n * interval '1 minute',
              '{"type": "system", "id": "bench", "name": "bench"}', now(), now() - n * interval '1 minute' + interval '40 seconds', 1, 1, 0, 2, 123456, 1,
              'stored session ' || n, '{}'
       FROM generate_series(1, $1::int) AS n
       RETURNING session_id, state)
     INSERT INTO targets (target_id, session_id, ordinal, kind, worker, title, spec, state, attempt, task_id, metrics, last_sequence, last_fence, start_by, ready_by,
                          close_within_ms, close_by, heartbeat_ms, artifact_count, artifact_bytes, capture_count)
     SELECT gen_random_uuid(), session_id, 1, 'packet-capture', 'device-collector', '198.18.0.1', $2, CASE state WHEN 'partial' THEN 'failed' ELSE state END, 1, gen_random_uuid(),
            '{"packets_captured": 1000}', 9, 1, now(), now(), 1, now(), 1, 2, 123456, 1
     FROM made`,
    [count, SPEC],
  );
  await client.query('ANALYZE');
}

/** Stores one finished session whose single target has artifacts of these sizes in bytes, filled with random data. */
export async function storeArtifacts(bench: BenchStack, name: string, sizes: readonly number[]): Promise<{ sessionId: string; artifactIds: string[] }> {
  const store = createObjectStore({ kind: 'local', dir: path.join(bench.dataDir, 'objects') });
  const sessionId = systemIds.next();
  const targetId = systemIds.next();
  const artifacts: ArtifactView[] = [];
  for (const [index, size] of sizes.entries()) {
    const file = `capture_${String(index + 1).padStart(2, '0')}.pcap`;
    const stored = await store.put(`sessions/${sessionId}/01-bench/a1/${file}`, randomStream(size), { mediaType: 'application/vnd.tcpdump.pcap', sizeHint: size });
    artifacts.push({ artifact_id: systemIds.next(), session_id: sessionId, target_id: targetId, kind: 'pcap', name: file, key: stored.key, size: stored.size, sha256: stored.sha256, media_type: stored.mediaType, created_at: new Date(systemClock.now()).toISOString(), meta: {} });
  }
  await store.close();
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  await withOrchestratorDatabase(bench, async (client) => {
    await client.query(
      `INSERT INTO sessions (session_id, name, state, sequence, kinds, duration_sec, options, request_digest, correlation_id, created_at, created_by, arm_by, completed_at,
                             target_count, completed_count, failed_count, artifact_count, artifact_bytes, capture_count, search_text, search_grams)
       VALUES ($1, $2, 'completed', 9, '{packet-capture}', 30, '{"arm_timeout_sec": 90, "allow_partial": true, "max_attempts": 2}', 'bench', 'bench', now(),
               '{"type": "system", "id": "bench", "name": "bench"}', now(), now(), 1, 1, 0, $3, $4, $3, $2, '{}')`,
      [sessionId, name, sizes.length, bytes],
    );
    await client.query(
      `INSERT INTO targets (target_id, session_id, ordinal, kind, worker, title, spec, state, attempt, task_id, metrics, last_sequence, last_fence, start_by, ready_by,
                            close_within_ms, close_by, heartbeat_ms, artifact_count, artifact_bytes, capture_count)
       VALUES ($1, $2, 1, 'packet-capture', 'device-collector', '198.18.0.1', $3, 'completed', 1, $4, '{}', 9, 1, now(), now(), 1, now(), 1, $5, $6, $5)`,
      [targetId, sessionId, SPEC, systemIds.next(), sizes.length, bytes],
    );
    for (const artifact of artifacts) {
      await client.query(
        `INSERT INTO artifacts (artifact_id, session_id, target_id, attempt, kind, name, key, size, sha256, media_type, created_at, meta) VALUES ($1, $2, $3, 1, $4, $5, $6, $7, $8, $9, $10, '{}')`,
        [artifact.artifact_id, sessionId, targetId, artifact.kind, artifact.name, artifact.key, artifact.size, artifact.sha256, artifact.media_type, artifact.created_at],
      );
    }
  });
  return { sessionId, artifactIds: artifacts.map((artifact) => artifact.artifact_id) };
}

/** Random bytes that neither compress nor repeat within a chunk; one block is reused, because making them is not what is measured. */
function randomStream(size: number): Readable {
  const block = randomBytes(1024 * 1024);
  let left = size;
  return new Readable({
    read() {
      if (left === 0) {
        this.push(null);
        return;
      }
      const chunk = left >= block.length ? block : block.subarray(0, left);
      left -= chunk.length;
      this.push(chunk);
    },
  });
}
