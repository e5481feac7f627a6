import type { ArtifactView, SessionSummary, SessionView, TargetView } from '@capstan/contracts';

export const SESSION_ID = '01990000-0000-7000-8000-000000000001';
export const TARGET_ID = '01990000-0000-7000-8000-000000000011';
export const ARTIFACT_ID = '01990000-0000-7000-8000-000000000021';
export const CREDENTIAL_ID = '01990000-0000-7000-8000-000000000031';
export const UNKNOWN_ID = '01990000-0000-7000-8000-0000000000ff';
const CREATED_AT = '2026-11-21T07:59:00.000Z';

export function targetFixture(overrides: Partial<TargetView> = {}): TargetView {
  return {
    target_id: TARGET_ID,
    session_id: SESSION_ID,
    ordinal: 0,
    kind: 'packet-capture',
    title: '198.18.0.1',
    worker: 'device-collector',
    spec: { kind: 'packet-capture', device_type: 'linux', host: '198.18.0.1', port: 22, interface: 'any', credential_id: CREDENTIAL_ID, mode: 'standard', size_per_file_mb: 25, max_files: 10 },
    state: 'completed',
    attempt: 1,
    message: null,
    error: null,
    metrics: { packets_captured: 120, bytes: 4_096 },
    configuring_at: CREATED_AT,
    ready_at: CREATED_AT,
    start_sent_at: CREATED_AT,
    started_at: CREATED_AT,
    stopped_at: CREATED_AT,
    finished_at: CREATED_AT,
    paused_at: null,
    ...overrides,
  };
}

export function summaryFixture(overrides: Partial<SessionSummary> = {}): SessionSummary {
  return {
    session_id: SESSION_ID,
    name: 'Audio missing',
    kinds: ['packet-capture'],
    state: 'completed',
    sequence: 12,
    duration_sec: 60,
    options: { arm_timeout_sec: 90, allow_partial: true, max_attempts: 2 },
    created_at: CREATED_AT,
    created_by: { type: 'user', id: 'u', name: 'admin' },
    t0: CREATED_AT,
    capture_started_at: CREATED_AT,
    stop_requested_at: null,
    cancel_requested_at: null,
    pausable: false,
    paused_at: null,
    paused_ms: 0,
    completed_at: CREATED_AT,
    start_spread_ms: 3,
    target_count: 1,
    completed_count: 1,
    failed_count: 0,
    artifact_count: 1,
    artifact_bytes: 4_096,
    metrics: {},
    download_available: true,
    retry_of: null,
    hold: null,
    ...overrides,
  };
}

export function sessionFixture(overrides: Partial<SessionView> = {}): SessionView {
  return { ...summaryFixture(overrides), targets: [targetFixture()], ...overrides };
}

export function artifactFixture(overrides: Partial<ArtifactView> = {}): ArtifactView {
  return {
    artifact_id: ARTIFACT_ID,
    session_id: SESSION_ID,
    target_id: TARGET_ID,
    kind: 'pcap',
    name: '198.18.0.1_any.pcap',
    key: `sessions/${SESSION_ID}/00-198-18-0-1/a1/capture.pcap`,
    size: 4_096,
    sha256: '0'.repeat(64),
    media_type: 'application/vnd.tcpdump.pcap',
    created_at: CREATED_AT,
    meta: { packets: 120, clock_offset_ms: 1.5 },
    ...overrides,
  };
}
