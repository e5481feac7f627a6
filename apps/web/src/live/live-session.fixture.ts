import { type ArtifactView, sessionSummary, type SessionSummary, type SessionView, type TargetView } from '@capstan/contracts';

/** An id that is recognised in a failed expectation. */
export const idOf = (group: number, n: number): string => `0190a7de-0000-7000-8${String(group).padStart(3, '0')}-${String(n).padStart(12, '0')}`;

/** A target of session 1 with only what a test names changed. */
export function targetOf(n: number, overrides: Partial<TargetView> = {}): TargetView {
  return {
    target_id: idOf(2, n),
    session_id: idOf(1, 1),
    ordinal: n,
    kind: 'packet-capture',
    title: `edge-${n}.lab`,
    worker: 'device-collector',
    spec: { kind: 'packet-capture', device_type: 'linux', host: `edge-${n}.lab`, port: 22, interface: 'any' },
    state: 'pending',
    attempt: 1,
    message: null,
    error: null,
    metrics: {},
    configuring_at: null,
    ready_at: null,
    start_sent_at: null,
    started_at: null,
    stopped_at: null,
    finished_at: null,
    paused_at: null,
    ...overrides,
  };
}

/** Session 1 with only what a test names changed. */
export function sessionOf(targets: TargetView[], overrides: Partial<SessionView> = {}): SessionView {
  return {
    session_id: idOf(1, 1),
    name: 'One-way audio, Bremen',
    kinds: ['packet-capture'],
    state: 'pending',
    sequence: 1,
    duration_sec: 60,
    options: { arm_timeout_sec: 90, allow_partial: true, max_attempts: 2 },
    created_at: '2026-11-20T22:10:00.000Z',
    created_by: { type: 'user', id: idOf(3, 1), name: 'ada' },
    t0: null,
    capture_started_at: null,
    stop_requested_at: null,
    cancel_requested_at: null,
    pausable: false,
    paused_at: null,
    paused_ms: 0,
    completed_at: null,
    start_spread_ms: null,
    target_count: targets.length,
    completed_count: 0,
    failed_count: 0,
    artifact_count: 0,
    artifact_bytes: 0,
    metrics: {},
    download_available: false,
    retry_of: null,
    hold: null,
    targets,
    ...overrides,
  };
}

/** The header of a session, as lists show it. */
export function headerOf(session: SessionView): SessionSummary {
  return sessionSummary.parse(session);
}

/** An artifact of target `n`. */
export function artifactOf(n: number, overrides: Partial<ArtifactView> = {}): ArtifactView {
  return {
    artifact_id: idOf(4, n),
    session_id: idOf(1, 1),
    target_id: idOf(2, n),
    kind: 'pcap',
    name: `0${n}-edge-${n}.lab.pcap`,
    key: `sessions/x/0${n}.pcap`,
    size: 1_200_000,
    sha256: 'ab'.repeat(32),
    media_type: 'application/vnd.tcpdump.pcap',
    created_at: '2026-11-20T22:12:00.000Z',
    meta: {},
    ...overrides,
  };
}
