import {
  type ArtifactView,
  CAPTURE_DEFAULTS,
  type CaptureSessionInfo,
  packetCaptureTarget,
  type PacketCaptureTarget,
  sessionMachine,
  type SessionView,
  type TargetView,
} from '@capstan/contracts';

/** Answer of `GET /capture-sessions/:id`. */
export interface CaptureSessionAnswer {
  session: CaptureSessionInfo;
  download_available: boolean;
  elapsed_sec?: number;
  remaining_sec?: number | null;
}

/** `capture_session_<first eight digits of the id>.zip` */
export function bundleFilename(sessionId: string): string {
  return `capture_session_${sessionId.slice(0, 8)}.zip`;
}

/** Whether a session is one of packet captures only: the others have no words in this view. */
export function isCaptureSession(session: Pick<SessionView, 'kinds'>): boolean {
  return session.kinds.length > 0 && session.kinds.every((kind) => kind === 'packet-capture');
}

function specOf(target: TargetView): PacketCaptureTarget | undefined {
  return packetCaptureTarget.safeParse({ ...target.spec, kind: 'packet-capture' }).data;
}

function toTargetInfo(target: TargetView, pcaps: readonly ArtifactView[]): CaptureSessionInfo['targets'][number] {
  const spec = specOf(target);
  const own = pcaps.filter((artifact) => artifact.target_id === target.target_id);
  const deviceType = spec?.device_type ?? 'linux';
  const defaults = CAPTURE_DEFAULTS[deviceType];
  return {
    target_id: target.target_id,
    device_type: deviceType,
    host: spec?.host ?? target.title,
    port: spec?.port ?? defaults.port,
    interface: spec?.interface ?? defaults.interface,
    status: target.state,
    error: target.error?.message ?? null,
    error_code: target.error?.code ?? null,
    message: target.message,
    config_started_at: target.configuring_at,
    capture_started_at: target.started_at,
    capture_stopped_at: target.stopped_at,
    completed_at: target.finished_at,
    packets_captured: integer(target.metrics['packets_captured']),
    file_size_bytes: own.length > 0 ? own.reduce((sum, { size }) => sum + size, 0) : integer(target.metrics['bytes']),
    filename: own[0]?.name ?? null,
    capture_id: target.target_id,
  };
}

function integer(value: number | undefined): number | null {
  return value === undefined ? null : Math.trunc(value);
}

/** A session in the words of the first generation. */
export function toCaptureSession(session: SessionView, artifacts: readonly ArtifactView[]): CaptureSessionInfo {
  const pcaps = artifacts.filter(({ kind }) => kind === 'pcap').sort((one, other) => (one.name < other.name ? -1 : 1));
  const targets = [...session.targets].sort((one, other) => one.ordinal - other.ordinal);
  const spec = targets[0] ? specOf(targets[0]) : undefined;
  return {
    session_id: session.session_id,
    name: session.name,
    mode: spec?.mode ?? 'standard',
    status: session.state,
    created_at: session.created_at,
    capture_started_at: session.capture_started_at,
    completed_at: session.completed_at,
    duration_sec: session.duration_sec,
    size_per_file_mb: spec?.size_per_file_mb ?? null,
    max_files: spec?.max_files ?? null,
    start_spread_ms: session.start_spread_ms,
    bundle_filename: isDownloadable(session, artifacts) ? bundleFilename(session.session_id) : null,
    targets: targets.map((target) => toTargetInfo(target, pcaps)),
  };
}

/** Whether there is a bundle: the session is over and something was captured. A transcript alone is no capture. */
export function isDownloadable(session: Pick<SessionView, 'state'>, artifacts: readonly ArtifactView[]): boolean {
  return sessionMachine.isTerminal(session.state) && artifacts.some(({ kind }) => kind === 'pcap');
}

/**
 * The whole answer. Seconds are whole and only there while packets are being captured; a capture without an end has
 * nothing remaining.
 * @param now Unix milliseconds
 */
export function toCaptureSessionAnswer(session: SessionView, artifacts: readonly ArtifactView[], now: number): CaptureSessionAnswer {
  const answer = { session: toCaptureSession(session, artifacts), download_available: isDownloadable(session, artifacts) };
  if (session.state !== 'capturing' || session.capture_started_at === null) {
    return answer;
  }
  const elapsed = Math.max(0, Math.floor((now - Date.parse(session.capture_started_at)) / 1_000));
  return { ...answer, elapsed_sec: elapsed, remaining_sec: session.duration_sec === null ? null : Math.max(0, session.duration_sec - elapsed) };
}
