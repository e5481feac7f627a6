import type { CameraState, CameraView } from '@capstan/contracts';
import { isoTime } from '@capstan/kernel';
import type { CameraRow, CameraStateRow } from './camera.entity';

/** A camera with what is known of it. */
export type CameraRecord = CameraRow & Omit<CameraStateRow, 'camera_id'>;

/** A camera with what its last look and its open events say. */
export type GradedCamera = CameraRecord & Pick<CameraView, 'grade' | 'open_events'>;

/** The first generation's word for a state. */
export function statusOf(state: CameraState): CameraView['status'] {
  switch (state) {
    case 'unknown':
    case 'disabled':
      return 'idle';
    case 'connecting':
      return 'connecting';
    case 'live':
    case 'degraded':
      return 'live';
    case 'stalled':
    case 'auth_failed':
    case 'not_found':
    case 'unreachable':
      return 'error';
  }
}

/** States that a status stands for. */
export function statesOf(status: CameraView['status']): CameraState[] {
  const all: CameraState[] = ['unknown', 'connecting', 'live', 'degraded', 'stalled', 'auth_failed', 'not_found', 'unreachable', 'disabled'];
  return all.filter((state) => statusOf(state) === status);
}

/** How much the measured rate may differ: cameras halve it in the dark, and clocks are not equal. */
const FPS_TOLERANCE = 0.15;

/** Configured fields that differ from what the camera sends. The configured values stay: whoever wrote them decides. */
export function mismatches(camera: Pick<CameraRecord, 'resolution' | 'fps' | 'codec' | 'detected_width' | 'detected_height' | 'detected_fps' | 'detected_codec'>): string[] {
  const resolution = camera.detected_width === null ? null : `${camera.detected_width}x${camera.detected_height}`;
  return [
    ...(camera.resolution !== null && resolution !== null && camera.resolution !== resolution ? ['resolution'] : []),
    ...(camera.detected_fps !== null && Math.abs(camera.detected_fps - camera.fps) > camera.fps * FPS_TOLERANCE ? ['fps'] : []),
    ...(camera.detected_codec !== null && camera.detected_codec !== camera.codec ? ['codec'] : []),
  ];
}

/** A camera as it may be shown. */
export function toCameraView(row: GradedCamera): CameraView {
  const state = row.is_active ? row.state : 'disabled';
  return {
    id: row.camera_id,
    name: row.name,
    description: row.description,
    rtsp_url: row.rtsp_url,
    substream_url: row.substream_url,
    snapshot_url: row.snapshot_url,
    username: row.username,
    has_password: row.sealed !== null,
    resolution: row.resolution,
    fps: row.fps,
    codec: row.codec,
    location: row.location,
    latitude: row.latitude,
    longitude: row.longitude,
    group_id: row.group_id,
    is_active: row.is_active,
    is_primary: row.is_primary,
    enable_recording: row.enable_recording,
    enable_snapshots: row.enable_snapshots,
    enable_detection: row.enable_detection,
    detection_sensitivity: row.detection_sensitivity,
    transport: row.transport,
    warm: row.warm,
    timeout_ms: row.timeout_ms,
    snapshot_interval_sec: row.snapshot_interval_sec,
    revision: row.revision,
    status: statusOf(state),
    state,
    reason_code: row.reason_code,
    last_error: row.last_error,
    last_connected: row.last_connected === null ? null : isoTime(row.last_connected.getTime()),
    connection_retries: row.connection_retries,
    detected_resolution: row.detected_width === null ? null : `${row.detected_width}x${row.detected_height}`,
    detected_fps: row.detected_fps,
    detected_codec: row.detected_codec,
    mismatches: mismatches(row),
    grade: row.is_active ? row.grade : null,
    open_events: row.is_active ? row.open_events : [],
    created_at: isoTime(row.created_at.getTime()),
    updated_at: isoTime(row.updated_at.getTime()),
  };
}
