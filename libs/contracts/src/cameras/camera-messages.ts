import { z } from 'zod';
import { defineEvent, defineRpc } from '../envelope/definitions';
import { isoTimestamp, uuid } from '../primitives';
import { actor } from '../sessions/session';
import {
  cameraList,
  cameraListQuery,
  cameraSummary,
  cameraView,
  createCameraBody,
  createGroupBody,
  groupList,
  groupView,
  importCamerasAnswer,
  testConnectionAnswer,
  testConnectionBody,
  updateCameraBody,
  updateGroupBody,
} from './cameras';
import { discoverCamerasAnswer, discoverCamerasBody, probeCameraAnswer, probeCameraBody } from './camera-discovery';
import { cameraHealth, cameraHealthMessage, healthEventList, healthEventsQuery, healthQuery } from './camera-health';
import { convertFilmBody, filmList, filmView, makeFilmBody } from './films';
import { captureSnapshotBody, filmBody, pictureWish, snapshotList, snapshotListQuery, snapshotTarget, snapshotView, storedPicture } from './snapshots';

const OWNER = 'camera-service';
const byCamera = { camera_id: uuid };
/** Compact JWE that only the camera-service can open; absent where nothing secret was given. */
const sealed = z.string().max(2_000_000).optional();
const slow = 70_000;

/** What secrets sealed for the camera-service are good for. */
export const CAMERA_SECRET_PURPOSE = 'camera-service.camera-secret.v1';

/** What the gateway asks about cameras. Passwords travel sealed and apart from the rest. */
export const cameraRpc = {
  sealingKey: defineRpc(OWNER, 'get-sealing-key', 'Public key for secrets that only the camera-service may read', { request: z.object({}), response: z.object({ jwk: z.record(z.string(), z.unknown()) }) }),
  list: defineRpc(OWNER, 'list-cameras', 'Cameras by name', { request: cameraListQuery, response: cameraList }),
  get: defineRpc(OWNER, 'get-camera', 'One camera', { request: z.object(byCamera), response: z.object({ camera: cameraView }) }),
  create: defineRpc(OWNER, 'create-camera', 'Keep a camera', { request: z.object({ ...byCamera, camera: createCameraBody.omit({ password: true }), sealed_password: sealed, requested_by: actor }), response: z.object({ camera: cameraView }) }),
  update: defineRpc(OWNER, 'update-camera', 'Change a camera', {
    request: z.object({ ...byCamera, changes: updateCameraBody.omit({ password: true }), sealed_password: sealed, clear_password: z.boolean().default(false), requested_by: actor }),
    response: z.object({ camera: cameraView }),
  }),
  remove: defineRpc(OWNER, 'delete-camera', 'Forget a camera with its snapshots', { request: z.object({ ...byCamera, requested_by: actor }), response: z.object({}) }),
  summary: defineRpc(OWNER, 'summarise-cameras', 'Counts over all cameras', { request: z.object({}), response: cameraSummary }),
  test: defineRpc(OWNER, 'test-camera', 'Connect to a camera now, step by step', { request: z.object({ ...byCamera, options: testConnectionBody }), response: testConnectionAnswer, timeoutMs: slow }),
  importCameras: defineRpc(OWNER, 'import-cameras', 'Add many cameras from a document', {
    request: z.object({ format: z.enum(['csv', 'json']), sealed_document: z.array(z.string().max(200_000)).max(40), group_id: uuid.optional(), skip_duplicates: z.boolean(), dry_run: z.boolean(), requested_by: actor }),
    response: importCamerasAnswer,
    timeoutMs: 60_000,
  }),
  exportCameras: defineRpc(OWNER, 'export-cameras', 'Cameras as a document', {
    request: z.object({
      format: z.enum(['csv', 'json']),
      group_id: uuid.optional(),
      /** Public key of whoever may read the credentials; without it there are none in the document. */
      recipient: z.record(z.string(), z.unknown()).optional(),
      requested_by: actor,
    }),
    response: z.object({ document: z.string().optional(), sealed_document: z.array(z.string()).optional(), camera_count: z.int() }),
    timeoutMs: 30_000,
  }),
  groups: defineRpc(OWNER, 'list-camera-groups', 'Groups in their order', { request: z.object({ page: z.int(), per_page: z.int() }), response: groupList }),
  createGroup: defineRpc(OWNER, 'create-camera-group', 'Keep a group', { request: z.object({ group_id: uuid, group: createGroupBody, requested_by: actor }), response: z.object({ group: groupView }) }),
  updateGroup: defineRpc(OWNER, 'update-camera-group', 'Change a group', { request: z.object({ group_id: uuid, changes: updateGroupBody, requested_by: actor }), response: z.object({ group: groupView }) }),
  removeGroup: defineRpc(OWNER, 'delete-camera-group', 'Forget an empty group', { request: z.object({ group_id: uuid, requested_by: actor }), response: z.object({}) }),
  groupTargets: defineRpc(OWNER, 'list-group-targets', 'The active cameras of a group as targets of a session', { request: z.object({ group_id: uuid, wish: z.object(pictureWish) }), response: z.object({ group_name: z.string(), targets: z.array(snapshotTarget) }) }),
  health: defineRpc(OWNER, 'get-camera-health', 'Samples, rollups and events of a camera', { request: healthQuery.extend(byCamera), response: cameraHealth }),
  probe: defineRpc(OWNER, 'probe-camera', 'Ask a device by ONVIF what it is and where its streams are', {
    request: z.object({ device: probeCameraBody.omit({ password: true }), sealed_password: sealed, requested_by: actor }),
    response: probeCameraAnswer,
    timeoutMs: slow,
  }),
  discover: defineRpc(OWNER, 'discover-cameras', 'Ask the networks of this machine which ONVIF devices there are', { request: z.object({ options: discoverCamerasBody, requested_by: actor }), response: discoverCamerasAnswer, timeoutMs: 20_000 }),
  events: defineRpc(OWNER, 'list-camera-events', 'Events of all cameras, newest first', { request: healthEventsQuery, response: healthEventList }),
} as const;

/** What the gateway asks about pictures. Bytes go through the object store; these say where they are. */
export const snapshotRpc = {
  capture: defineRpc(OWNER, 'capture-snapshot', 'Take a picture and keep it', {
    request: z.object({ ...byCamera, snapshot_id: uuid, wish: captureSnapshotBody, requested_by: actor }),
    response: z.object({ snapshot: snapshotView, key: z.string(), fallback: z.boolean() }),
    timeoutMs: slow,
  }),
  still: defineRpc(OWNER, 'get-still', 'A picture for looking at, not kept', { request: z.object({ ...byCamera, width: z.int().optional(), max_age_ms: z.int() }), response: z.object({ picture: storedPicture }), timeoutMs: 20_000 }),
  get: defineRpc(OWNER, 'get-snapshot', 'One snapshot and where its bytes are', { request: z.object({ snapshot_id: uuid }), response: z.object({ snapshot: snapshotView, picture: storedPicture, thumbnail: storedPicture.nullable() }) }),
  list: defineRpc(OWNER, 'list-snapshots', 'Snapshots, newest first', { request: snapshotListQuery, response: snapshotList }),
  latest: defineRpc(OWNER, 'get-latest-snapshot', 'The newest snapshot of a camera', { request: z.object(byCamera), response: z.object({ snapshot: snapshotView }) }),
  hold: defineRpc(OWNER, 'hold-snapshot', 'Keep a snapshot against retention, or not any more', { request: z.object({ snapshot_id: uuid, legal_hold: z.boolean() }), response: z.object({ snapshot: snapshotView }) }),
  remove: defineRpc(OWNER, 'delete-snapshot', 'Remove a snapshot', { request: z.object({ snapshot_id: uuid, requested_by: actor }), response: z.object({}) }),
  contactSheet: defineRpc(OWNER, 'make-contact-sheet', 'Many snapshots on one sheet', { request: z.object({ ...byCamera, film: filmBody }), response: z.object({ picture: storedPicture }), timeoutMs: 60_000 }),
  timeLapse: defineRpc(OWNER, 'make-time-lapse', 'Snapshots as a film', { request: z.object({ ...byCamera, film: filmBody }), response: z.object({ picture: storedPicture }), timeoutMs: 300_000 }),
} as const;

/** What the gateway asks about films. */
export const filmRpc = {
  make: defineRpc(OWNER, 'make-film', 'Begin a film of snapshots', { request: z.object({ ...byCamera, film_id: uuid, film: makeFilmBody, requested_by: actor }), response: z.object({ film: filmView }) }),
  convert: defineRpc(OWNER, 'convert-film', 'Begin the same film in another codec', { request: z.object({ source_film_id: uuid, film_id: uuid, conversion: convertFilmBody, requested_by: actor }), response: z.object({ film: filmView }) }),
  list: defineRpc(OWNER, 'list-films', 'Films of a camera, newest first', { request: z.object({ ...byCamera, page: z.int(), per_page: z.int() }), response: filmList }),
  get: defineRpc(OWNER, 'get-film', 'One film and, when it is there, where its bytes are', { request: z.object({ film_id: uuid }), response: z.object({ film: filmView, video: storedPicture.nullable() }) }),
  remove: defineRpc(OWNER, 'delete-film', 'Remove a film, or end the work on it', { request: z.object({ film_id: uuid, requested_by: actor }), response: z.object({}) }),
} as const;

/** Facts about cameras. */
export const cameraEvents = {
  healthChanged: defineEvent('camera.health-changed.v1', [OWNER], 'A camera was looked at and something about it changed, or its regular sample', cameraHealthMessage.extend({ at: isoTimestamp })),
} as const;
