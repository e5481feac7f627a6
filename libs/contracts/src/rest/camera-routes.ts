import { z } from 'zod';
import { discoverCamerasAnswer, discoverCamerasBody, probeCameraAnswer, probeCameraBody } from '../cameras/camera-discovery';
import { cameraHealth, healthEventList, healthEventsQuery, healthQuery } from '../cameras/camera-health';
import {
  cameraList,
  cameraListQuery,
  cameraStateBody,
  cameraSummary,
  cameraView,
  createCameraBody,
  createGroupBody,
  exportCamerasAnswer,
  exportCamerasQuery,
  groupList,
  groupView,
  importCamerasAnswer,
  importCamerasBody,
  testConnectionAnswer,
  testConnectionBody,
  updateCameraBody,
  updateGroupBody,
} from '../cameras/cameras';
import { convertFilmBody, filmList, filmView, makeFilmBody } from '../cameras/films';
import { cameraSnapshotAnswer, captureSnapshotBody, deviceSnapshotsQuery, filmBody, groupSnapshotBody, snapshotImage, snapshotList, snapshotListQuery, snapshotView, stillQuery } from '../cameras/snapshots';
import { isoTimestamp, pageQuery, uuid } from '../primitives';
import { sessionView } from '../sessions/session';
import { defineRoute, type Route } from './route';
import type { ProblemCode } from './problem';

const byId = z.strictObject({ id: uuid });
const byDevice = z.strictObject({ device_id: uuid });
const linkQuery = z.strictObject({ link: z.string().max(2_000).optional() });
const json = <S extends z.ZodType>(schema: S) => ({ json: schema }) as const;
const EMPTY = { empty: true } as const;
const camera = json(z.object({ camera: cameraView }));
const group = json(z.object({ group: groupView }));
const film = json(z.object({ film: filmView }));
const snapshot = json(z.object({ snapshot: snapshotView }));
const downloadUrl = json(z.object({ url: z.string(), expires_at: isoTimestamp }));

/** Why a camera gives no picture. */
const NO_PICTURE = [
  'CAMERA_NOT_FOUND',
  'CAMERA_DISABLED',
  'CAMERA_AUTH_FAILED',
  'CAMERA_NOT_FOUND_ON_HOST',
  'CAMERA_UNREACHABLE',
  'CAMERA_TIMEOUT',
  'CAMERA_TRANSPORT',
  'CAMERA_NO_VIDEO',
  'CAMERA_DECODE',
  'CAMERA_BUSY',
  'CAMERA_PROTOCOL',
  'CAMERA_LOST',
  'CAMERA_ADDRESS_REFUSED',
  'OBJECT_STORE_UNAVAILABLE',
] as const satisfies readonly ProblemCode[];

/** Cameras, their groups and health. Fixed words come before ids: `/cameras/summary` is not a camera. */
export const cameraRoutes = {
  listCameraGroups: defineRoute({ method: 'GET', path: '/cameras/groups', tag: 'cameras', summary: 'Groups in their order', access: 'cameras:read', query: pageQuery, status: 200, response: json(groupList) }),
  createCameraGroup: defineRoute({ method: 'POST', path: '/cameras/groups', tag: 'cameras', summary: 'Add a group', access: 'cameras:write', body: createGroupBody, status: 201, response: group, problems: ['NAME_TAKEN'], idempotent: true }),
  updateCameraGroup: defineRoute({ method: 'PUT', path: '/cameras/groups/:id', tag: 'cameras', summary: 'Change a group', access: 'cameras:write', params: byId, body: updateGroupBody, status: 200, response: group, problems: ['CAMERA_GROUP_NOT_FOUND', 'NAME_TAKEN', 'REVISION_CONFLICT'] }),
  deleteCameraGroup: defineRoute({ method: 'DELETE', path: '/cameras/groups/:id', tag: 'cameras', summary: 'Remove an empty group', access: 'cameras:write', params: byId, status: 204, response: EMPTY, problems: ['CAMERA_GROUP_NOT_FOUND', 'CAMERA_GROUP_NOT_EMPTY'] }),
  snapshotCameraGroup: defineRoute({ method: 'POST', path: '/cameras/groups/:id/snapshot', tag: 'cameras', summary: 'A picture of every camera of a group, as a session', access: 'cameras:read', params: byId, body: groupSnapshotBody, status: 202, response: json(z.object({ session: sessionView })), problems: ['CAMERA_GROUP_NOT_FOUND', 'CAMERA_GROUP_EMPTY'], idempotent: true }),
  cameraSummary: defineRoute({ method: 'GET', path: '/cameras/summary', tag: 'cameras', summary: 'Counts over all cameras', access: 'cameras:read', status: 200, response: json(cameraSummary) }),
  cameraEvents: defineRoute({ method: 'GET', path: '/cameras/events', tag: 'cameras', summary: 'Events of all cameras, newest first', access: 'cameras:read', query: healthEventsQuery, status: 200, response: json(healthEventList) }),
  importCameras: defineRoute({ method: 'POST', path: '/cameras/import', tag: 'cameras', summary: 'Add many cameras from CSV or JSON, with a report per row', access: 'cameras:write', body: importCamerasBody, status: 200, response: json(importCamerasAnswer), problems: ['CAMERA_GROUP_NOT_FOUND'] }),
  exportCameras: defineRoute({ method: 'GET', path: '/cameras/export', tag: 'cameras', summary: 'Cameras as CSV or JSON; credentials only with credentials:write', access: 'cameras:read', query: exportCamerasQuery, status: 200, response: json(exportCamerasAnswer), problems: ['CAMERA_GROUP_NOT_FOUND'], audited: true }),
  probeCamera: defineRoute({ method: 'POST', path: '/cameras/probe', tag: 'cameras', summary: 'Ask a device by ONVIF what it is and where its streams are; nothing is kept', access: 'cameras:write', body: probeCameraBody, status: 200, response: json(probeCameraAnswer), problems: ['CAMERA_AUTH_FAILED', 'CAMERA_UNREACHABLE', 'CAMERA_TIMEOUT', 'CAMERA_PROTOCOL', 'CAMERA_LOST', 'CAMERA_ADDRESS_REFUSED', 'CAMERA_NOT_FOUND_ON_HOST'] }),
  discoverCameras: defineRoute({ method: 'POST', path: '/cameras/discover', tag: 'cameras', summary: 'ONVIF devices in the networks of the camera-service (WS-Discovery)', access: 'cameras:write', body: discoverCamerasBody, status: 200, response: json(discoverCamerasAnswer) }),
  listCameras: defineRoute({ method: 'GET', path: '/cameras', tag: 'cameras', summary: 'Cameras by name; filters combine', access: 'cameras:read', query: cameraListQuery, status: 200, response: json(cameraList) }),
  createCamera: defineRoute({ method: 'POST', path: '/cameras', tag: 'cameras', summary: 'Add a camera; its password never comes back', access: 'cameras:write', body: createCameraBody, status: 201, response: camera, problems: ['CAMERA_EXISTS', 'CAMERA_GROUP_NOT_FOUND'], idempotent: true }),
  getCamera: defineRoute({ method: 'GET', path: '/cameras/:id', tag: 'cameras', summary: 'One camera', access: 'cameras:read', params: byId, status: 200, response: camera, problems: ['CAMERA_NOT_FOUND'] }),
  updateCamera: defineRoute({ method: 'PUT', path: '/cameras/:id', tag: 'cameras', summary: 'Change any fields of a camera; null clears one', access: 'cameras:write', params: byId, body: updateCameraBody, status: 200, response: camera, problems: ['CAMERA_NOT_FOUND', 'CAMERA_EXISTS', 'CAMERA_GROUP_NOT_FOUND', 'REVISION_CONFLICT'] }),
  setCameraState: defineRoute({ method: 'PATCH', path: '/cameras/:id/state', tag: 'cameras', summary: 'Switch a camera on or off', access: 'cameras:write', params: byId, body: cameraStateBody, status: 200, response: camera, problems: ['CAMERA_NOT_FOUND'] }),
  deleteCamera: defineRoute({ method: 'DELETE', path: '/cameras/:id', tag: 'cameras', summary: 'Remove a camera and its snapshots', access: 'cameras:write', params: byId, status: 204, response: EMPTY, problems: ['CAMERA_NOT_FOUND'] }),
  testCamera: defineRoute({ method: 'POST', path: '/cameras/:id/test-connection', tag: 'cameras', summary: 'Connect to the camera now; 200 also when it fails, with the step that did', access: 'cameras:read', params: byId, body: testConnectionBody, status: 200, response: json(testConnectionAnswer), problems: ['CAMERA_NOT_FOUND'] }),
  snapshotCamera: defineRoute({ method: 'POST', path: '/cameras/:id/snapshot', tag: 'cameras', summary: 'Take a picture and keep it', access: 'cameras:read', params: byId, body: captureSnapshotBody, status: 200, response: json(cameraSnapshotAnswer), problems: NO_PICTURE, idempotent: true }),
  cameraStill: defineRoute({ method: 'GET', path: '/cameras/:id/still', tag: 'cameras', summary: 'A fresh picture for looking at; it is not kept', access: { link: 'cameras:read' }, params: byId, query: stillQuery, status: 200, response: { bytes: 'image/webp' }, problems: [...NO_PICTURE, 'LINK_EXPIRED', 'LINK_INVALID'] }),
  cameraHealth: defineRoute({ method: 'GET', path: '/cameras/:id/health', tag: 'cameras', summary: 'Samples, rollups, events and a report of a camera', access: 'cameras:read', params: byId, query: healthQuery, status: 200, response: json(cameraHealth), problems: ['CAMERA_NOT_FOUND'] }),
  cameraContactSheet: defineRoute({ method: 'POST', path: '/cameras/:id/contact-sheet', tag: 'cameras', summary: 'Stored snapshots on one sheet, as JPEG', access: 'cameras:read', params: byId, body: filmBody, status: 200, response: { bytes: 'image/jpeg' }, problems: ['CAMERA_NOT_FOUND', 'NOT_ENOUGH_SNAPSHOTS'] }),
  cameraTimeLapse: defineRoute({ method: 'POST', path: '/cameras/:id/time-lapse', tag: 'cameras', summary: 'Stored snapshots as a film, as MP4', access: 'cameras:read', params: byId, body: filmBody, status: 200, response: { bytes: 'video/mp4' }, problems: ['CAMERA_NOT_FOUND', 'NOT_ENOUGH_SNAPSHOTS'] }),
  makeFilm: defineRoute({ method: 'POST', path: '/cameras/:id/films', tag: 'cameras', summary: 'Begin a film of stored snapshots; it is made in the background', access: 'cameras:read', params: byId, body: makeFilmBody, status: 202, response: film, problems: ['CAMERA_NOT_FOUND', 'NOT_ENOUGH_SNAPSHOTS'], idempotent: true }),
  listFilms: defineRoute({ method: 'GET', path: '/cameras/:id/films', tag: 'cameras', summary: 'Films of a camera, newest first', access: 'cameras:read', params: byId, query: pageQuery, status: 200, response: json(filmList), problems: ['CAMERA_NOT_FOUND'] }),
  getFilm: defineRoute({ method: 'GET', path: '/films/:id', tag: 'cameras', summary: 'A film, or how far the work on it is', access: 'cameras:read', params: byId, status: 200, response: film, problems: ['FILM_NOT_FOUND'] }),
  convertFilm: defineRoute({ method: 'POST', path: '/films/:id/convert', tag: 'cameras', summary: 'Begin the same film in another codec', access: 'cameras:read', params: byId, body: convertFilmBody, status: 202, response: film, problems: ['FILM_NOT_FOUND', 'FILM_NOT_READY'], idempotent: true }),
  filmVideo: defineRoute({ method: 'GET', path: '/films/:id/video', tag: 'cameras', summary: 'The film; Range and ETag (= sha256) are honoured', access: 'cameras:read', params: byId, status: 200, response: { bytes: 'video/*' }, problems: ['FILM_NOT_FOUND', 'FILM_NOT_READY', 'OBJECT_PRUNED', 'RANGE_NOT_SATISFIABLE'] }),
  deleteFilm: defineRoute({ method: 'DELETE', path: '/films/:id', tag: 'cameras', summary: 'Remove a film, or end the work on it', access: 'cameras:write', params: byId, status: 204, response: EMPTY, problems: ['FILM_NOT_FOUND'] }),

  captureSnapshot: defineRoute({ method: 'POST', path: '/snapshots/capture/:device_id', tag: 'snapshots', summary: 'Take a picture and keep it', access: 'cameras:read', params: byDevice, body: captureSnapshotBody, status: 200, response: json(snapshotView), problems: NO_PICTURE, idempotent: true }),
  listSnapshots: defineRoute({ method: 'GET', path: '/snapshots', tag: 'snapshots', summary: 'Snapshots, newest first', access: 'cameras:read', query: snapshotListQuery, status: 200, response: json(snapshotList), problems: ['CAMERA_NOT_FOUND'] }),
  deviceSnapshots: defineRoute({ method: 'GET', path: '/snapshots/device/:device_id', tag: 'snapshots', summary: 'Snapshots of a camera, newest first', access: 'cameras:read', params: byDevice, query: deviceSnapshotsQuery, status: 200, response: json(snapshotList), problems: ['CAMERA_NOT_FOUND'] }),
  latestSnapshot: defineRoute({ method: 'GET', path: '/snapshots/device/:device_id/latest', tag: 'snapshots', summary: 'The newest snapshot of a camera', access: 'cameras:read', params: byDevice, status: 200, response: json(snapshotView), problems: ['CAMERA_NOT_FOUND', 'SNAPSHOT_NOT_FOUND'] }),
  getSnapshot: defineRoute({ method: 'GET', path: '/snapshots/:id', tag: 'snapshots', summary: 'One snapshot without its bytes', access: 'cameras:read', params: byId, status: 200, response: json(snapshotView), problems: ['SNAPSHOT_NOT_FOUND'] }),
  holdSnapshot: defineRoute({ method: 'PATCH', path: '/snapshots/:id', tag: 'snapshots', summary: 'Keep a snapshot against retention, or not any more', access: 'cameras:write', params: byId, body: z.strictObject({ legal_hold: z.boolean() }), status: 200, response: snapshot, problems: ['SNAPSHOT_NOT_FOUND'] }),
  snapshotImage: defineRoute({ method: 'GET', path: '/snapshots/:id/image', tag: 'snapshots', summary: 'The picture in base64; raw with Accept: image/*', access: { link: 'cameras:read' }, params: byId, query: linkQuery, status: 200, response: json(snapshotImage), problems: ['SNAPSHOT_NOT_FOUND', 'OBJECT_PRUNED', 'RANGE_NOT_SATISFIABLE', 'LINK_EXPIRED', 'LINK_INVALID'] }),
  snapshotBinary: defineRoute({ method: 'GET', path: '/snapshots/:id/binary', tag: 'snapshots', summary: 'The picture; Range and ETag (= sha256) are honoured', access: { link: 'cameras:read' }, params: byId, query: linkQuery, status: 200, response: { bytes: 'image/*' }, problems: ['SNAPSHOT_NOT_FOUND', 'OBJECT_PRUNED', 'RANGE_NOT_SATISFIABLE', 'LINK_EXPIRED', 'LINK_INVALID'] }),
  snapshotThumbnail: defineRoute({ method: 'GET', path: '/snapshots/:id/thumbnail', tag: 'snapshots', summary: 'The picture at 320 pixels, as WebP', access: { link: 'cameras:read' }, params: byId, query: linkQuery, status: 200, response: { bytes: 'image/webp' }, problems: ['SNAPSHOT_NOT_FOUND', 'OBJECT_PRUNED', 'LINK_EXPIRED', 'LINK_INVALID'] }),
  snapshotDownloadUrl: defineRoute({ method: 'POST', path: '/snapshots/:id/download-url', tag: 'snapshots', summary: 'A short-lived link to the picture', access: 'cameras:read', params: byId, status: 200, response: downloadUrl, problems: ['SNAPSHOT_NOT_FOUND'] }),
  deleteSnapshot: defineRoute({ method: 'DELETE', path: '/snapshots/:id', tag: 'snapshots', summary: 'Remove a snapshot and its objects', access: 'cameras:write', params: byId, status: 200, response: json(z.object({ message: z.string() })), problems: ['SNAPSHOT_NOT_FOUND'] }),
} as const satisfies Record<string, Route>;
