import { z } from 'zod';
import { uuid } from '../primitives';
import { CAMERA_CODECS } from './cameras';

/** Body of `POST /cameras/probe`: one device that is asked by ONVIF what it is and where its streams are. */
export const probeCameraBody = z.strictObject({
  /** Name or address, without a scheme. */
  host: z
    .string()
    .trim()
    .min(1)
    .max(253)
    .regex(/^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:]+)$/, 'must be a name or an address'),
  /** Where its web side is; without it the usual ones are tried: 80, 8000, 8080, 2020, 8899. */
  port: z.int().min(1).max(65_535).optional(),
  username: z.string().trim().max(200).optional(),
  password: z.string().min(1).max(1_000).optional(),
  timeout_seconds: z.int().min(1).max(30).default(5),
});
/** See {@link probeCameraBody}. */
export type ProbeCameraBody = z.output<typeof probeCameraBody>;

/** One stream of a device, as it describes it. */
export const cameraProfile = z.object({
  token: z.string(),
  name: z.string(),
  /** Null for a codec that cannot be read here. */
  codec: z.enum(CAMERA_CODECS).nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  fps: z.number().nullable(),
  /** Without credentials, at the address that was asked. */
  rtsp_url: z.string().nullable(),
  snapshot_url: z.string().nullable(),
});
/** See {@link cameraProfile}. */
export type CameraProfile = z.output<typeof cameraProfile>;

/** Answer of `POST /cameras/probe`. */
export const probeCameraAnswer = z.object({
  host: z.string(),
  port: z.int(),
  manufacturer: z.string().nullable(),
  model: z.string().nullable(),
  firmware: z.string().nullable(),
  serial_number: z.string().nullable(),
  /** Milliseconds the device's clock is ahead of ours, to the second as devices tell it; null when it does not tell. */
  clock_ahead_ms: z.number().nullable(),
  profiles: z.array(cameraProfile),
  /** What to write into a new camera: the largest picture as its stream, the smallest one of at least 640 pixels as its sub-stream. Null without a stream that can be read. */
  suggestion: z.object({ rtsp_url: z.string(), substream_url: z.string().nullable(), snapshot_url: z.string().nullable(), codec: z.enum(CAMERA_CODECS), resolution: z.string().nullable(), fps: z.int().nullable() }).nullable(),
  /** The camera that has this stream already. */
  camera_id: uuid.nullable(),
});
/** See {@link probeCameraAnswer}. */
export type ProbeCameraAnswer = z.output<typeof probeCameraAnswer>;

/** Body of `POST /cameras/discover`. */
export const discoverCamerasBody = z.strictObject({ timeout_seconds: z.int().min(1).max(15).default(4) }).prefault({});

/** A device that answered. */
export const discoveredCamera = z.object({
  /** Of the device, as its answer came from it. */
  address: z.string(),
  port: z.int(),
  name: z.string().nullable(),
  hardware: z.string().nullable(),
  location: z.string().nullable(),
  /** Cameras that are kept at this address already. */
  camera_ids: z.array(uuid),
});
/** See {@link discoveredCamera}. */
export type DiscoveredCamera = z.output<typeof discoveredCamera>;

/** Answer of `POST /cameras/discover`. */
export const discoverCamerasAnswer = z.object({
  devices: z.array(discoveredCamera),
  /** Networks that were asked. The question crosses no router: whatever lies beyond is added by its address. */
  searched: z.array(z.string()),
});
/** See {@link discoverCamerasAnswer}. */
export type DiscoverCamerasAnswer = z.output<typeof discoverCamerasAnswer>;
