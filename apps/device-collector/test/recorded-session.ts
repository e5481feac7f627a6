import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ArtifactView, CaptureDeviceType, SessionView } from '@capstan/contracts';
import { isoTime, systemIds } from '@capstan/kernel';
import type { ObjectStore } from '@capstan/object-store';

/** One file of a target, and what its driver noted. */
export interface RecordedFile {
  readonly name: string;
  readonly bytes: Buffer;
  readonly meta?: Record<string, unknown>;
}

/** One target of a session that is over. */
export interface RecordedTarget {
  readonly deviceType: CaptureDeviceType;
  readonly host: string;
  readonly interface: string;
  readonly files: readonly RecordedFile[];
  readonly filter?: Record<string, unknown>;
}

/** Puts a finished session with its captures into the object store, as the engine would have. */
export async function recordSession(store: ObjectStore, targets: readonly RecordedTarget[]): Promise<{ session: SessionView; artifacts: ArtifactView[] }> {
  const sessionId = systemIds.next();
  const now = isoTime(Date.UTC(2026, 10, 1, 9));
  const artifacts: ArtifactView[] = [];
  const views: SessionView['targets'] = [];
  for (const [ordinal, target] of targets.entries()) {
    const targetId = systemIds.next();
    for (const { name, bytes, meta } of target.files) {
      const stored = await store.put(`sessions/${sessionId}/${ordinal}-host/a1/${name}`, Readable.from([bytes]), { mediaType: 'application/vnd.tcpdump.pcap' });
      artifacts.push({
        artifact_id: systemIds.next(),
        session_id: sessionId,
        target_id: targetId,
        kind: 'pcap',
        name,
        key: stored.key,
        size: stored.size,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        media_type: stored.mediaType,
        created_at: now,
        meta: { interface: target.interface, ...meta },
      });
    }
    views.push({
      target_id: targetId,
      session_id: sessionId,
      ordinal,
      kind: 'packet-capture',
      title: target.host,
      worker: 'device-collector',
      spec: { kind: 'packet-capture', device_type: target.deviceType, host: target.host, interface: target.interface, ...(target.filter === undefined ? {} : { filter: target.filter }) },
      state: 'completed',
      attempt: 1,
      message: null,
      error: null,
      metrics: {},
      configuring_at: now,
      ready_at: now,
      start_sent_at: now,
      started_at: now,
      stopped_at: now,
      finished_at: now,
      paused_at: null,
    });
  }
  const session: SessionView = {
    session_id: sessionId,
    name: 'Recorded',
    kinds: ['packet-capture'],
    state: 'completed',
    sequence: 9,
    duration_sec: 20,
    options: { arm_timeout_sec: 90, allow_partial: true, max_attempts: 2 },
    created_at: now,
    created_by: { type: 'user', id: 'u-1', name: 'tester' },
    t0: now,
    capture_started_at: now,
    stop_requested_at: null,
    cancel_requested_at: null,
    pausable: false,
    paused_at: null,
    paused_ms: 0,
    metrics: {},
    completed_at: now,
    start_spread_ms: 3,
    target_count: views.length,
    completed_count: views.length,
    failed_count: 0,
    artifact_count: artifacts.length,
    artifact_bytes: artifacts.reduce((sum, { size }) => sum + size, 0),
    download_available: true,
    retry_of: null,
    hold: null,
    targets: views,
  };
  return { session, artifacts };
}
