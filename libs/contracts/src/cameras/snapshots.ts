import { z } from 'zod';
import { isoTimestamp, pageInfo, pageQuery, uuid } from '../primitives';
import { SNAPSHOT_FORMATS, SNAPSHOT_SOURCES } from './cameras';

/** How a picture is wanted; all of it is part of what is cached. */
export const pictureWish = {
  format: z.enum(SNAPSHOT_FORMATS).default('jpeg'),
  /** Pixels; the other side keeps the ratio, and nothing is enlarged. */
  width: z.int().min(16).max(7_680).optional(),
  height: z.int().min(16).max(4_320).optional(),
  quality: z.int().min(1).max(100).default(85),
  /** Degrees clockwise, before the picture is made smaller: cameras hang upside down. */
  rotate: z.literal([0, 90, 180, 270]).default(0),
  /** Milliseconds a frame may be old. */
  max_age_ms: z.int().min(0).max(3_600_000).default(1_000),
  /** Milliseconds a session that has to be opened runs before its picture counts: the first ones are dark until the exposure has settled. */
  warmup_ms: z.int().min(0).max(10_000).default(0),
} as const;

/** Body of `POST /cameras/:id/snapshot` and `POST /snapshots/capture/:device_id`. */
export const captureSnapshotBody = z
  .strictObject({
    ...pictureWish,
    timeout_seconds: z.int().min(1).max(60).default(10),
    save_thumbnail: z.boolean().default(true),
    /** `last`: the newest stored snapshot instead of a 409 when the camera gives no picture. */
    fallback: z.enum(['none', 'last']).default('none'),
    /** Kept by every retention rule. */
    legal_hold: z.boolean().default(false),
  })
  .prefault({});
/** See {@link captureSnapshotBody}. */
export type CaptureSnapshotBody = z.output<typeof captureSnapshotBody>;

/** A stored snapshot without its bytes. */
export const snapshotView = z.object({
  id: uuid,
  device_id: uuid,
  camera_name: z.string(),
  image_format: z.enum(SNAPSHOT_FORMATS),
  width: z.int(),
  height: z.int(),
  file_size: z.int(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Difference hash of 64 bits in hexadecimal: close pictures differ in few bits. */
  perceptual_hash: z.string().regex(/^[0-9a-f]{16}$/),
  /** When the frame reached us, not when it was asked for. */
  captured_at: isoTimestamp,
  /** Milliseconds between the frame and the answer to whoever asked. */
  frame_age_ms: z.int(),
  source: z.enum(SNAPSHOT_SOURCES),
  has_thumbnail: z.boolean(),
  legal_hold: z.boolean(),
  expires_at: isoTimestamp.nullable(),
  session_id: uuid.nullable(),
  created_at: isoTimestamp,
  updated_at: isoTimestamp,
});
/** See {@link snapshotView}. */
export type SnapshotView = z.output<typeof snapshotView>;

/** Query of `GET /snapshots`. */
export const snapshotListQuery = pageQuery.extend({ per_page: z.coerce.number().int().min(1).max(100).default(10), device_id: uuid.optional(), since: isoTimestamp.optional(), until: isoTimestamp.optional() });
/** Query of `GET /snapshots/device/:device_id`. */
export const deviceSnapshotsQuery = snapshotListQuery.omit({ device_id: true });
/** Answer of lists of snapshots, newest first. */
export const snapshotList = z.object({ snapshots: z.array(snapshotView), ...pageInfo });

/** Answer of `GET /snapshots/:id/image`. */
export const snapshotImage = z.object({
  id: uuid,
  device_id: uuid,
  /** In base64, without a `data:` prefix. */
  image_data: z.string(),
  image_format: z.enum(SNAPSHOT_FORMATS),
  width: z.int(),
  height: z.int(),
  file_size: z.int(),
  captured_at: isoTimestamp,
});

/** Answer of `POST /cameras/:id/snapshot`: the seed's fields, and the snapshot. */
export const cameraSnapshotAnswer = z.object({
  success: z.literal(true),
  camera_id: uuid,
  snapshot_id: uuid,
  storage_path: z.string(),
  url: z.string(),
  thumbnail_url: z.string().nullable(),
  error: z.null(),
  /** Whether an older snapshot stands in, as `fallback=last` allows. */
  fallback: z.boolean(),
  snapshot: snapshotView,
});

/** Query of `GET /cameras/:id/still`: a picture for looking at, which is not stored as a snapshot. */
export const stillQuery = z.strictObject({ width: z.coerce.number().int().min(16).max(3_840).optional(), max_age_ms: z.coerce.number().int().min(0).max(3_600_000).default(2_000), link: z.string().max(2_000).optional() });

/** Bytes of a picture in the object store. */
export const storedPicture = z.object({ name: z.string(), key: z.string(), size: z.int(), sha256: z.string(), media_type: z.string(), created_at: isoTimestamp, frame_at: isoTimestamp, source: z.enum(SNAPSHOT_SOURCES).optional() });
/** See {@link storedPicture}. */
export type StoredPicture = z.output<typeof storedPicture>;

/** One target of a session of kind `snapshot`. */
export const snapshotTarget = z.strictObject({
  kind: z.literal('snapshot'),
  camera_id: uuid,
  /** For lists; the camera's name when the target was made. */
  camera_name: z.string().max(255).default('camera'),
  ...pictureWish,
});
/** See {@link snapshotTarget}. */
export type SnapshotTarget = z.output<typeof snapshotTarget>;

/** Body of `POST /cameras/groups/:id/snapshot`. */
export const groupSnapshotBody = z.strictObject({ ...pictureWish, name: z.string().trim().min(1).max(100).optional() }).prefault({});

/** Body of `POST /cameras/:id/contact-sheet` and `/time-lapse`: which stored snapshots, oldest first. */
export const filmBody = z.strictObject({ since: isoTimestamp.optional(), until: isoTimestamp.optional(), limit: z.int().min(2).max(2_000).default(16) }).prefault({});
