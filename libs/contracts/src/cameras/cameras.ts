import { z } from 'zod';
import { isoTimestamp, label, pageInfo, pageQuery, uuid } from '../primitives';

/** Codecs of cameras. */
export const CAMERA_CODECS = ['h264', 'h265', 'mjpeg'] as const;
/** What is known of a camera from watching it. */
export const CAMERA_STATES = ['unknown', 'connecting', 'live', 'degraded', 'stalled', 'auth_failed', 'not_found', 'unreachable', 'disabled'] as const;
/** See {@link CAMERA_STATES}. */
export type CameraState = (typeof CAMERA_STATES)[number];
/** How good a camera's stream is. */
export const HEALTH_GRADES = ['excellent', 'fair', 'poor', 'unusable'] as const;
/** See {@link HEALTH_GRADES}. */
export type HealthGrade = (typeof HEALTH_GRADES)[number];
/** The four words of the first generation, derived from the state. */
export const CAMERA_STATUSES = ['idle', 'connecting', 'live', 'error'] as const;
/** Pictures a snapshot can be stored or sent as. */
export const SNAPSHOT_FORMATS = ['jpeg', 'webp', 'avif', 'png'] as const;
/** See {@link SNAPSHOT_FORMATS}. */
export type SnapshotFormat = (typeof SNAPSHOT_FORMATS)[number];
/** Where the frame of a snapshot came from. */
export const SNAPSHOT_SOURCES = ['cache', 'gop', 'http', 'cold'] as const;

const CONTROL = /[\p{Cc}\s]/u;

/** A URL of one of these schemes, without anything that could leave it. Credentials in it are taken out and kept apart. */
function urlOf(schemes: readonly string[], maxLength = 2_048) {
  return z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(maxLength)
    .refine((text) => schemes.some((scheme) => text.toLowerCase().startsWith(`${scheme}://`)), { message: `must start with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`, params: { code: 'URL_SCHEME' } });
}
const streamUrl = urlOf(['rtsp', 'rtsps']);
const webUrl = urlOf(['http', 'https']);

const text = (maxLength: number) => z.string().trim().max(maxLength).regex(/^[^\p{Cc}]*$/u, 'must not contain control characters');
const secret = z.string().min(1).max(1_000);

const fields = {
  name: label(255),
  description: text(1_000).nullable(),
  rtsp_url: streamUrl,
  /** A smaller stream of the same picture, for health checks and thumbnails. */
  substream_url: streamUrl.nullable(),
  /** Where the camera itself gives a still. */
  snapshot_url: webUrl.nullable(),
  username: text(200).nullable(),
  /** Written, never read back. */
  password: secret.nullable(),
  /** As configured, `1920x1080`; what the camera really sends is in `detected_*`. */
  resolution: z.string().regex(/^[1-9]\d{1,4}x[1-9]\d{1,4}$/, 'must be WIDTHxHEIGHT, such as 1920x1080').nullable(),
  fps: z.int().min(1).max(60),
  codec: z.enum(CAMERA_CODECS),
  location: text(255).nullable(),
  latitude: z.number().min(-90).max(90).nullable(),
  longitude: z.number().min(-180).max(180).nullable(),
  group_id: uuid.nullable(),
  is_active: z.boolean(),
  is_primary: z.boolean(),
  enable_recording: z.boolean(),
  enable_snapshots: z.boolean(),
  enable_detection: z.boolean(),
  detection_sensitivity: z.number().min(0).max(1),
  transport: z.enum(['tcp', 'udp', 'auto']),
  /** Whether a session is kept open: always, for a minute after each use, or never. */
  warm: z.enum(['always', 'on_demand', 'never']),
  /** Milliseconds the camera may take for each step. */
  timeout_ms: z.int().min(500).max(60_000),
  /** Seconds between snapshots taken by themselves; null for none. */
  snapshot_interval_sec: z.int().min(10).max(86_400).nullable(),
} as const;

const written = {
  name: fields.name,
  description: fields.description.optional(),
  rtsp_url: fields.rtsp_url,
  substream_url: fields.substream_url.optional(),
  snapshot_url: fields.snapshot_url.optional(),
  username: fields.username.optional(),
  password: fields.password.optional(),
  resolution: fields.resolution.optional(),
  fps: fields.fps.default(30),
  codec: fields.codec.default('h264'),
  location: fields.location.optional(),
  latitude: fields.latitude.optional(),
  longitude: fields.longitude.optional(),
  group_id: fields.group_id.optional(),
  is_active: fields.is_active.default(true),
  is_primary: fields.is_primary.default(false),
  enable_recording: fields.enable_recording.default(false),
  enable_snapshots: fields.enable_snapshots.default(true),
  enable_detection: fields.enable_detection.default(true),
  detection_sensitivity: fields.detection_sensitivity.default(0.7),
  transport: fields.transport.default('auto'),
  warm: fields.warm.default('on_demand'),
  timeout_ms: fields.timeout_ms.default(5_000),
  snapshot_interval_sec: fields.snapshot_interval_sec.optional(),
};

/** Body of `POST /cameras`. */
export const createCameraBody = z.strictObject(written);
/** See {@link createCameraBody}. */
export type CreateCameraBody = z.output<typeof createCameraBody>;

/** Body of `PUT /cameras/:id`: any of the fields; null clears one. `revision` is the one that was read: a stale write is refused. */
export const updateCameraBody = z.strictObject({ ...fields, revision: z.int().min(1) }).partial();
/** See {@link updateCameraBody}. */
export type UpdateCameraBody = z.output<typeof updateCameraBody>;

/** Body of `PATCH /cameras/:id/state`. `status` is the first generation's; it is measured, so it can only be told, not set. */
export const cameraStateBody = z
  .strictObject({ is_active: z.boolean().optional(), status: z.enum(CAMERA_STATUSES).optional() })
  .superRefine((body, context) => {
    if (body.status !== undefined) {
      context.addIssue({ code: 'custom', path: ['status'], message: 'the status is measured and cannot be set; set is_active', params: { code: 'NOT_SETTABLE' } });
    } else if (body.is_active === undefined) {
      context.addIssue({ code: 'custom', path: ['is_active'], message: 'is required', params: { code: 'REQUIRED' } });
    }
  });

/** A camera as it may be shown; it has no password, only whether there is one. */
export const cameraView = z.object({
  id: uuid,
  name: z.string(),
  description: z.string().nullable(),
  rtsp_url: z.string(),
  substream_url: z.string().nullable(),
  snapshot_url: z.string().nullable(),
  username: z.string().nullable(),
  has_password: z.boolean(),
  resolution: z.string().nullable(),
  fps: z.int(),
  codec: z.enum(CAMERA_CODECS),
  location: z.string().nullable(),
  latitude: z.number().nullable(),
  longitude: z.number().nullable(),
  group_id: uuid.nullable(),
  is_active: z.boolean(),
  is_primary: z.boolean(),
  enable_recording: z.boolean(),
  enable_snapshots: z.boolean(),
  enable_detection: z.boolean(),
  detection_sensitivity: z.number(),
  transport: z.enum(['tcp', 'udp', 'auto']),
  warm: z.enum(['always', 'on_demand', 'never']),
  timeout_ms: z.int(),
  snapshot_interval_sec: z.int().nullable(),
  revision: z.int(),
  status: z.enum(CAMERA_STATUSES),
  state: z.enum(CAMERA_STATES),
  /** Code of the last failure; null while all is well. */
  reason_code: z.string().nullable(),
  last_error: z.string().nullable(),
  last_connected: isoTimestamp.nullable(),
  connection_retries: z.int(),
  detected_resolution: z.string().nullable(),
  detected_fps: z.number().nullable(),
  detected_codec: z.enum(CAMERA_CODECS).nullable(),
  /** Names of configured fields that differ from what was detected. */
  mismatches: z.array(z.string()),
  /** Grade of the last look; null where no packets were seen. */
  grade: z.enum(HEALTH_GRADES).nullable(),
  /** Kinds of the events that are open now, oldest first. */
  open_events: z.array(z.string()),
  created_at: isoTimestamp,
  updated_at: isoTimestamp,
});
/** See {@link cameraView}. */
export type CameraView = z.output<typeof cameraView>;

/** Query of `GET /cameras`; filters combine. */
export const cameraListQuery = pageQuery.extend({
  group_id: uuid.optional(),
  status: z.enum(CAMERA_STATUSES).optional(),
  state: z.enum(CAMERA_STATES).optional(),
  active_only: z.enum(['true', 'false']).optional(),
  /** Of the last look. */
  grade: z.enum(HEALTH_GRADES).optional(),
  /** Only cameras of which an event is open. */
  with_events: z.enum(['true', 'false']).optional(),
  q: z.string().trim().max(100).optional(),
  /** The first generation's name of `per_page`. */
  page_size: z.coerce.number().int().min(1).max(100).optional(),
});
/** Answer of `GET /cameras`. */
export const cameraList = z.object({ cameras: z.array(cameraView), ...pageInfo });

const groupFields = { name: label(255), description: text(1_000).nullable(), location: text(255).nullable(), order: z.int().min(0).max(1_000_000) };
/** Body of `POST /cameras/groups`. */
export const createGroupBody = z.strictObject({ name: groupFields.name, description: groupFields.description.optional(), location: groupFields.location.optional(), order: groupFields.order.default(0) });
/** See {@link createGroupBody}. */
export type CreateGroupBody = z.output<typeof createGroupBody>;
/** Body of `PUT /cameras/groups/:id`. */
export const updateGroupBody = z.strictObject({ ...groupFields, revision: z.int().min(1) }).partial();
/** See {@link updateGroupBody}. */
export type UpdateGroupBody = z.output<typeof updateGroupBody>;
/** A group with the number of its cameras by state. */
export const groupView = z.object({
  id: uuid,
  name: z.string(),
  description: z.string().nullable(),
  location: z.string().nullable(),
  order: z.int(),
  revision: z.int(),
  camera_count: z.int(),
  live_count: z.int(),
  created_at: isoTimestamp,
  updated_at: isoTimestamp,
});
/** See {@link groupView}. */
export type GroupView = z.output<typeof groupView>;
/** Answer of `GET /cameras/groups`. */
export const groupList = z.object({ groups: z.array(groupView), ...pageInfo });

/** Answer of `GET /cameras/summary`. */
export const cameraSummary = z.object({
  total_cameras: z.int(),
  active_cameras: z.int(),
  offline_cameras: z.int(),
  recording_cameras: z.int(),
  detection_enabled: z.int(),
  total_groups: z.int(),
  by_state: z.record(z.string(), z.int()),
  last_update: isoTimestamp,
  health_check_status: z.enum(['healthy', 'warning', 'critical']),
  avg_latency_ms: z.number().nullable(),
  system_uptime_hours: z.number(),
});

/** Body of `POST /cameras/:id/test-connection`. */
export const testConnectionBody = z.strictObject({ timeout_seconds: z.int().min(1).max(60).default(10), check_credentials: z.boolean().default(true) }).prefault({});
/** One step of a test. */
export const testStep = z.object({ step: z.enum(['resolve', 'connect', 'describe', 'play', 'first_packet', 'picture', 'snapshot_url']), ok: z.boolean(), ms: z.number().nullable(), error: z.object({ code: z.string(), message: z.string() }).nullable() });
/** Answer of `POST /cameras/:id/test-connection`: the seed's fields, and each step. */
export const testConnectionAnswer = z.object({
  success: z.boolean(),
  camera_id: uuid,
  message: z.string(),
  latency_ms: z.number().nullable(),
  resolution: z.string().nullable(),
  fps: z.number().nullable(),
  codec: z.enum(CAMERA_CODECS).nullable(),
  error: z.string().nullable(),
  error_code: z.string().nullable(),
  steps: z.array(testStep),
  mismatches: z.array(z.string()),
});
/** See {@link testConnectionAnswer}. */
export type TestConnectionAnswer = z.output<typeof testConnectionAnswer>;

/** Body of `POST /cameras/import`. */
export const importCamerasBody = z.strictObject({
  format: z.enum(['csv', 'json']).default('csv'),
  /** The document in base64. */
  data: z.base64().min(1).max(900_000),
  group_id: uuid.nullish().transform((id) => id ?? undefined),
  /** Leaves cameras alone whose URL is known already; false updates them. */
  skip_duplicates: z.boolean().default(true),
  /** Says what would happen, and does nothing. */
  dry_run: z.boolean().default(false),
});
/** Answer of `POST /cameras/import`. Rows count from 1 without the header. */
export const importCamerasAnswer = z.object({
  success: z.boolean(),
  dry_run: z.boolean(),
  imported_count: z.int(),
  updated_count: z.int(),
  skipped_count: z.int(),
  error_count: z.int(),
  errors: z.array(z.object({ row: z.int().nullable(), field: z.string(), code: z.string(), error: z.string() })),
  rows: z.array(z.object({ row: z.int(), name: z.string(), outcome: z.enum(['imported', 'updated', 'skipped', 'failed']), camera_id: uuid.nullable() })),
});
/** See {@link importCamerasAnswer}. */
export type ImportCamerasAnswer = z.output<typeof importCamerasAnswer>;

/** Query of `GET /cameras/export`. */
export const exportCamerasQuery = z.strictObject({ format: z.enum(['csv', 'json']).default('csv'), include_credentials: z.enum(['true', 'false']).default('false'), group_id: uuid.optional() });
/** Answer of `GET /cameras/export`; `data` is the document in base64. */
export const exportCamerasAnswer = z.object({ success: z.literal(true), format: z.enum(['csv', 'json']), data: z.string(), camera_count: z.int(), filename: z.string() });

/** Whether a text can stand in a URL as it is. */
export function isPlainUrlText(url: string): boolean {
  return !CONTROL.test(url);
}
