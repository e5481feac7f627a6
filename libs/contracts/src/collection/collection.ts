import { z } from 'zod';
import { CAPTURE_OUTCOMES } from '../catalogue/captures';
import { isoTimestamp, label, pageInfo, pageQuery, uuid } from '../primitives';
import { captureTypeNames, COLLECTION_WORKERS, collectionTimeouts, MAX_COLLECTION_DEVICES } from './collection-target';

const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);
const blankIsNone = (length: number) => optional(z.string().trim().max(length)).transform((text) => (text === '' ? undefined : text));

/** Name of a collection on the wire: `collection_` and eight hexadecimal digits. */
export const collectionJobId = z.string().regex(/^collection_[0-9a-f]{8}$/, 'must be a job id such as collection_a1b2c3d4');

/** Which devices: part of the vendor, and exact site and role. */
export const collectionFilters = z.strictObject({ vendor: blankIsNone(100), site: blankIsNone(100), role: blankIsNone(100) });
/** Body of `POST /collection/devices`: the filter preview of the wizard's first step. */
export const collectionDevicesBody = collectionFilters.prefault({});

/** A device that the wizard may choose. */
export const collectionDevice = z.object({
  id: uuid,
  name: z.string(),
  ip: z.string(),
  vendor: z.string(),
  site: z.string(),
  role: z.string(),
  model: z.string(),
  /** The first generation's name of the platform, where it had one: `cisco_ios`, `cisco_nxos`, `arista_eos`, `juniper_junos` … */
  device_type: z.string(),
});
/** Answer of `POST /collection/devices`, sorted by name. */
export const collectionDevicesAnswer = z.object({ success: z.literal(true), devices: z.array(collectionDevice), count: z.int() });

/**
 * Who logs in: a stored credential, or a name and a password typed here, which are sealed for the worker and kept as long as
 * the session. Without either each device's own credential is used. Keys are stored credentials: a path on a server is refused.
 */
export const collectionCredentials = z
  .strictObject({
    credential_id: optional(uuid),
    username: blankIsNone(200),
    password: optional(z.string().max(1_000)).transform((text) => (text === '' ? undefined : text)),
    enable_secret: optional(z.string().max(1_000)).transform((text) => (text === '' ? undefined : text)),
    use_keys: z.boolean().default(false),
    ssh_key_path: optional(z.string().max(1_000)),
  })
  .superRefine((credentials, context) => {
    const issue = (path: string, message: string, code: string): void => context.addIssue({ code: 'custom', path: [path], message, params: { code } });
    if (credentials.ssh_key_path !== undefined) {
      issue('ssh_key_path', 'a path on the server is not read; store the key as a credential and name it by credential_id', 'NOT_SUPPORTED');
    }
    if (credentials.use_keys && credentials.credential_id === undefined) {
      issue('credential_id', 'use_keys needs the credential_id of a stored key', 'REQUIRED');
    }
    if (credentials.credential_id !== undefined && (credentials.password !== undefined || credentials.enable_secret !== undefined)) {
      issue('credential_id', 'a stored credential and typed secrets exclude each other', 'INVALID');
    }
    if (credentials.credential_id === undefined && (credentials.username === undefined) !== (credentials.password === undefined)) {
      issue(credentials.username === undefined ? 'username' : 'password', 'a user name and a password belong together', 'REQUIRED');
    }
    if (credentials.enable_secret !== undefined && credentials.password === undefined) {
      issue('password', 'an enable secret needs a user name and a password beside it', 'REQUIRED');
    }
  });

/** How a collection is run. */
export const collectionOptions = z.strictObject({
  max_workers: z.int().min(1).max(COLLECTION_WORKERS.max).default(COLLECTION_WORKERS.default),
  auto_load_db: z.boolean().default(true),
  timeouts: optional(collectionTimeouts),
});

/** Devices of a collection, each once. */
const deviceSelection = z
  .array(uuid)
  .min(1, 'No devices selected')
  .max(MAX_COLLECTION_DEVICES)
  .superRefine((devices, context) => {
    const seen = new Set<string>();
    devices.forEach((device, index) => {
      if (seen.has(device)) {
        context.addIssue({ code: 'custom', path: [index], message: 'is selected twice', params: { code: 'DUPLICATE' } });
      }
      seen.add(device);
    });
  });

/** Body of `POST /collection/start`. `filters` are kept for the record; the devices are those that are named. */
export const startCollectionBody = z.strictObject({
  devices: deviceSelection,
  capture_types: captureTypeNames,
  credentials: optional(collectionCredentials),
  filters: collectionFilters.prefault({}),
  options: collectionOptions.prefault({}),
  name: optional(label(100)),
});
/** See {@link startCollectionBody}. */
export type StartCollectionBody = z.output<typeof startCollectionBody>;

/** Answer of every order about a job. */
export const collectionOrderAnswer = z.object({ success: z.literal(true), job_id: collectionJobId, session_id: uuid, message: z.string() });

/** States of a job. `partial`: some devices gave everything, others did not. */
export const COLLECTION_STATUSES = ['queued', 'running', 'completed', 'partial', 'failed', 'cancelled'] as const;
/** See {@link COLLECTION_STATUSES}. */
export type CollectionStatus = (typeof COLLECTION_STATUSES)[number];

/** The first generation's stages. */
export const COLLECTION_STAGES = ['collecting', 'loading', 'complete'] as const;

const perType = z.record(z.string(), z.int());

/** A collection: devices are counted, never commands; `devices_remaining` reaches 0. */
export const collectionJob = z.object({
  job_id: collectionJobId,
  session_id: uuid,
  name: z.string(),
  status: z.enum(COLLECTION_STATUSES),
  stage: z.enum(COLLECTION_STAGES),
  /** 0 to 100, by finished devices. */
  progress: z.number(),
  started_at: isoTimestamp,
  completed_at: isoTimestamp.nullable(),
  /** Seconds, until now while it runs. */
  execution_time: z.number(),
  requested_by: z.string(),
  capture_types: z.array(z.string()),
  max_workers: z.int(),
  auto_load_db: z.boolean(),
  filters: z.object({ vendor: z.string().optional(), site: z.string().optional(), role: z.string().optional() }),
  device_count: z.int(),
  devices_running: z.int(),
  devices_attempted: z.int(),
  devices_succeeded: z.int(),
  devices_failed: z.int(),
  devices_cancelled: z.int(),
  devices_remaining: z.int(),
  captures_created: perType,
  captures_failed: perType,
  /** What devices have no command for; neither created nor failed. */
  captures_unsupported: perType,
  changes_detected: z.int(),
  /** Whether every capture is in the catalogue. */
  loaded_to_db: z.boolean(),
  /** Captures that are saved but not loaded; `reload` takes them in. */
  captures_not_loaded: z.int(),
  /** The job this one repeats. */
  retry_of: collectionJobId.nullable(),
});
/** See {@link collectionJob}. */
export type CollectionJob = z.output<typeof collectionJob>;

/** How one capture ended: `suspect` is kept as text and replaces nothing. */
export const COLLECTED_CAPTURE_STATUSES = ['success', 'unsupported', 'suspect', 'failed'] as const;

/** One capture type of one device. */
export const collectedCapture = z.object({
  capture_type: z.string(),
  status: z.enum(COLLECTED_CAPTURE_STATUSES),
  error_class: z.string().nullable(),
  message: z.string(),
  rows: z.int().nullable(),
  bytes: z.int(),
  duration_ms: z.int(),
  /** Whether the catalogue has it: no when the collection does not load, or when loading failed. */
  loaded: z.boolean(),
  change: z.enum(CAPTURE_OUTCOMES).nullable(),
  capture_id: uuid.nullable(),
});
/** See {@link collectedCapture}. */
export type CollectedCapture = z.output<typeof collectedCapture>;

/** States of a device within a job. */
export const COLLECTION_DEVICE_STATUSES = ['queued', 'running', 'success', 'failed', 'cancelled'] as const;

/** What became of one device. */
export const collectionDeviceResult = z.object({
  device_id: uuid,
  device_name: z.string(),
  ip_address: z.string(),
  target_id: uuid,
  status: z.enum(COLLECTION_DEVICE_STATUSES),
  error: z.string().nullable(),
  error_class: z.string().nullable(),
  /** Logins that were tried. */
  attempts: z.int(),
  duration_ms: z.int().nullable(),
  captures: z.array(collectedCapture),
});
/** See {@link collectionDeviceResult}. */
export type CollectionDeviceResult = z.output<typeof collectionDeviceResult>;

/** Answer of `GET /collection/status/:job_id`: the seed's fields and the job's. */
export const collectionStatusAnswer = collectionJob;
/** Query of `GET /collection/jobs`. */
export const collectionJobsQuery = pageQuery.extend({ status: z.enum(COLLECTION_STATUSES).optional(), device_id: uuid.optional() });
/** Answer of `GET /collection/jobs`, newest first. */
export const collectionJobList = z.object({ jobs: z.array(collectionJob), ...pageInfo });
/** Answer of `GET /collection/jobs/:job_id`. */
export const collectionJobAnswer = z.object({ job: collectionJob, devices: z.array(collectionDeviceResult) });
/** Body of `POST /collection/jobs/:job_id/retry`. */
export const retryCollectionBody = z.strictObject({ only: z.literal('failed').default('failed') }).prefault({});

/** A capture type that can be asked for, and the platforms that have a command for it. */
export const captureTypeInfo = z.object({ name: z.string(), built_in: z.boolean(), platforms: z.array(z.string()) });
/** Answer of `GET /collection/capture-types`. */
export const captureTypeList = z.object({ capture_types: z.array(captureTypeInfo) });
