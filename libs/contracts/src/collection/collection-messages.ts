import { z } from 'zod';
import { defineEvent, defineRpc } from '../envelope/definitions';
import { isoTimestamp, uuid } from '../primitives';
import { actor } from '../sessions/session';
import { collectedCapture, captureTypeList, collectionDeviceResult, collectionDevicesAnswer, collectionFilters, collectionJob, collectionJobAnswer, collectionJobId, collectionJobList, collectionJobsQuery, collectionOptions } from './collection';
import { credentialSuspended } from './collection-socket';
import { captureTypeNames } from './collection-target';

const OWNER = 'device-collector';

const ofDevice = { job: collectionJob, device_id: uuid, target_id: uuid, device_name: z.string(), ip_address: z.string(), at: isoTimestamp };

/** Facts about collections; those of one job keep their order. Each carries the job as it was then. */
export const collectionEvents = {
  started: defineEvent('collection.started.v1', [OWNER], 'A collection exists', z.object({ job: collectionJob })),
  changed: defineEvent('collection.changed.v1', [OWNER], 'Something about a collection changed without a device: it was cancelled, or loaded again', z.object({ job: collectionJob, message: z.string() })),
  deviceStarted: defineEvent('collection.device-started.v1', [OWNER], 'A device is being logged in to', z.object(ofDevice)),
  capturesCompleted: defineEvent(
    'collection.captures-completed.v1',
    [OWNER],
    'Captures of a device that is still at work',
    z.object({ job_id: collectionJobId, session_id: uuid, device_id: uuid, target_id: uuid, device_name: z.string(), attempt: z.int(), captures: z.array(collectedCapture), at: isoTimestamp }),
  ),
  deviceCollected: defineEvent(
    'collection.device-collected.v1',
    [OWNER],
    'A device is done, one way or the other',
    z.object({
      ...ofDevice,
      result: collectionDeviceResult,
      /** Those that were not told of before. */
      captures: z.array(collectedCapture),
    }),
  ),
  finished: defineEvent('collection.finished.v1', [OWNER], 'A collection reached its end', z.object({ job: collectionJob, failed_devices: z.array(z.object({ name: z.string(), error: z.string(), error_class: z.string().nullable() })) })),
} as const;

/** Facts about credentials that devices refuse. */
export const credentialEvents = {
  breakerOpened: defineEvent(
    'credential.breaker-opened.v1',
    [OWNER],
    'A credential was refused by several devices in a row; no device is asked with it for a while',
    credentialSuspended,
  ),
} as const;

const jobRef = z.object({ job_id: collectionJobId });
const ordered = z.object({ job_id: collectionJobId, session_id: uuid, message: z.string() });

/** What the gateway asks about collections. */
export const collectionRpc = {
  devices: defineRpc(OWNER, 'preview-collection-devices', 'Devices that a filter selects', { request: collectionFilters, response: collectionDevicesAnswer }),
  captureTypes: defineRpc(OWNER, 'list-capture-types', 'What can be collected', { request: z.object({}), response: captureTypeList }),
  start: defineRpc(OWNER, 'start-collection', 'Collect from these devices', {
    request: z.object({
      /** Chosen by the caller so that a repeated request is the same job; the job's id comes out of it. */
      session_id: uuid,
      devices: z.array(uuid),
      capture_types: captureTypeNames,
      credential_id: uuid.optional(),
      filters: collectionFilters,
      options: collectionOptions,
      name: z.string().optional(),
      requested_by: actor,
    }),
    response: ordered,
    timeoutMs: 30_000,
  }),
  list: defineRpc(OWNER, 'list-collections', 'Collections, newest first', { request: collectionJobsQuery, response: collectionJobList }),
  get: defineRpc(OWNER, 'get-collection', 'One collection with its devices', { request: jobRef, response: collectionJobAnswer, timeoutMs: 10_000 }),
  status: defineRpc(OWNER, 'get-collection-status', 'One collection without its devices', { request: jobRef, response: z.object({ job: collectionJob }) }),
  retry: defineRpc(OWNER, 'retry-collection', 'Collect again from the devices that failed', { request: jobRef.extend({ new_session_id: uuid, requested_by: actor }), response: ordered, timeoutMs: 30_000 }),
  cancel: defineRpc(OWNER, 'cancel-collection', 'End a collection; what is collected stays', { request: jobRef.extend({ requested_by: actor }), response: ordered, timeoutMs: 15_000 }),
  reload: defineRpc(OWNER, 'reload-collection', 'Take saved captures into the catalogue', { request: jobRef.extend({ requested_by: actor }), response: ordered }),
} as const;
