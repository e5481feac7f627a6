import { z } from 'zod';
import { isoTimestamp, pageInfo, pageQuery, uuid } from '../primitives';
import { CAMERA_CODECS, CAMERA_STATES, HEALTH_GRADES } from './cameras';

/** What can be wrong with a picture; each opens an event when it begins and closes it when it ends. */
export const PICTURE_FLAGS = ['frozen', 'suspect_frozen', 'black', 'blurred', 'covered', 'moved'] as const;
/** See {@link PICTURE_FLAGS}. */
export type PictureFlag = (typeof PICTURE_FLAGS)[number];

/** One look at a camera. Null where that step was not reached. */
export const healthSample = z.object({
  camera_id: uuid,
  at: isoTimestamp,
  state: z.enum(CAMERA_STATES),
  reason_code: z.string().nullable(),
  /** Which stream was looked at; figures of the smaller one say nothing about the size and rate of the camera. */
  stream: z.enum(['main', 'sub']).default('main'),
  /** Milliseconds from the beginning of the look to its verdict. */
  look_ms: z.number().nullable().default(null),
  grade: z.enum(HEALTH_GRADES).nullable(),
  tcp_ms: z.number().nullable(),
  describe_ms: z.number().nullable(),
  first_rtp_ms: z.number().nullable(),
  first_key_ms: z.number().nullable(),
  fps: z.number().nullable(),
  fps_expected: z.number().nullable(),
  bitrate_kbps: z.number().nullable(),
  loss_pct: z.number().nullable(),
  jitter_ms: z.number().nullable(),
  gop_ms: z.number().nullable(),
  last_frame_age_ms: z.number().nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  codec: z.enum(CAMERA_CODECS).nullable(),
  luma_mean: z.number().nullable(),
  luma_std: z.number().nullable(),
  sharpness: z.number().nullable(),
  motion_mad: z.number().nullable(),
  dhash: z.string().nullable(),
  flags: z.array(z.enum(PICTURE_FLAGS)),
});
/** See {@link healthSample}. */
export type HealthSample = z.output<typeof healthSample>;

/** Something that began, and ended or goes on. */
export const healthEvent = z.object({
  id: uuid,
  camera_id: uuid,
  kind: z.string(),
  opened_at: isoTimestamp,
  closed_at: isoTimestamp.nullable(),
  detail: z.string().nullable(),
});
/** See {@link healthEvent}. */
export type HealthEvent = z.output<typeof healthEvent>;

/** One minute or hour of a camera. */
export const healthRollup = z.object({
  from: isoTimestamp,
  samples: z.int(),
  up_pct: z.number(),
  fps: z.number().nullable(),
  bitrate_kbps: z.number().nullable(),
  loss_pct: z.number().nullable(),
  latency_ms: z.number().nullable(),
});

/** Query of `GET /cameras/:id/health`. */
export const healthQuery = z.strictObject({ hours: z.coerce.number().min(0.1).max(24 * 90).default(24), limit: z.coerce.number().int().min(1).max(1_000).default(120) });
/** Answer of `GET /cameras/:id/health`: the newest sample, samples, rollups, events, and the report over the period. */
export const cameraHealth = z.object({
  camera_id: uuid,
  state: z.enum(CAMERA_STATES),
  since: isoTimestamp,
  samples: z.array(healthSample),
  rollups: z.array(healthRollup),
  events: z.array(healthEvent),
  report: z.object({ samples: z.int(), up_pct: z.number().nullable(), avg_latency_ms: z.number().nullable(), avg_fps: z.number().nullable(), events: z.int() }),
});

/** Query of `GET /cameras/events`. */
export const healthEventsQuery = pageQuery.extend({ open_only: z.enum(['true', 'false']).optional() });
/** Answer of `GET /cameras/events`. */
export const healthEventList = z.object({ events: z.array(healthEvent), ...pageInfo });

/** What sockets on the channel `cameras` hear. */
export const cameraHealthMessage = z.object({ camera_id: uuid, name: z.string(), previous_state: z.enum(CAMERA_STATES), sample: healthSample, opened: z.array(z.string()), closed: z.array(z.string()) });
