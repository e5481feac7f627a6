import { z } from 'zod';
import {
  captureTypeList,
  collectionDevicesAnswer,
  collectionDevicesBody,
  collectionJobAnswer,
  collectionJobId,
  collectionJobList,
  collectionJobsQuery,
  collectionOrderAnswer,
  collectionStatusAnswer,
  retryCollectionBody,
  startCollectionBody,
} from '../collection/collection';
import { defineRoute, type Route } from './route';

const byJob = z.strictObject({ job_id: collectionJobId });
const json = <S extends z.ZodType>(schema: S) => ({ json: schema }) as const;
const ordered = json(collectionOrderAnswer);
const tag = 'collection';

/** Routes of the CLI collection; part of `routes`. */
export const collectionRoutes = {
  collectionDevices: defineRoute({ method: 'POST', path: '/collection/devices', tag, summary: 'Devices that a filter selects, by name', access: 'devices:read', body: collectionDevicesBody, status: 200, response: json(collectionDevicesAnswer) }),
  collectionCaptureTypes: defineRoute({ method: 'GET', path: '/collection/capture-types', tag, summary: 'What can be collected, and from which platforms', access: 'sessions:read', status: 200, response: json(captureTypeList) }),
  startCollection: defineRoute({ method: 'POST', path: '/collection/start', tag, summary: 'Collect from these devices', access: 'sessions:write', body: startCollectionBody, status: 200, response: ordered, idempotent: true }),
  collectionStatus: defineRoute({ method: 'GET', path: '/collection/status/:job_id', tag, summary: 'How a collection stands', access: 'sessions:read', params: byJob, status: 200, response: json(collectionStatusAnswer), problems: ['COLLECTION_NOT_FOUND'] }),
  listCollections: defineRoute({ method: 'GET', path: '/collection/jobs', tag, summary: 'Collections, newest first', access: 'sessions:read', query: collectionJobsQuery, status: 200, response: json(collectionJobList) }),
  getCollection: defineRoute({ method: 'GET', path: '/collection/jobs/:job_id', tag, summary: 'One collection with what became of each device', access: 'sessions:read', params: byJob, status: 200, response: json(collectionJobAnswer), problems: ['COLLECTION_NOT_FOUND', 'SESSION_EXPIRED'] }),
  retryCollection: defineRoute({ method: 'POST', path: '/collection/jobs/:job_id/retry', tag, summary: 'A new collection from the devices that failed', access: 'sessions:write', params: byJob, body: retryCollectionBody, status: 200, response: ordered, problems: ['COLLECTION_NOT_FOUND', 'SESSION_NOT_READY', 'NOTHING_TO_RETRY'], idempotent: true }),
  cancelCollection: defineRoute({ method: 'POST', path: '/collection/jobs/:job_id/cancel', tag, summary: 'End a collection; devices that are done stay done', access: 'sessions:write', params: byJob, status: 200, response: ordered, problems: ['COLLECTION_NOT_FOUND', 'SESSION_STATE_CONFLICT'] }),
  reloadCollection: defineRoute({ method: 'POST', path: '/collection/jobs/:job_id/reload', tag, summary: 'Take captures that are saved but not loaded into the catalogue', access: 'sessions:write', params: byJob, status: 200, response: ordered, problems: ['COLLECTION_NOT_FOUND', 'SESSION_NOT_READY', 'NOTHING_TO_RELOAD'] }),
} as const satisfies Record<string, Route>;
