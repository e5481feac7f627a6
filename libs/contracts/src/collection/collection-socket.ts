import { z } from 'zod';
import { isoTimestamp, uuid } from '../primitives';
import { collectedCapture, COLLECTION_STAGES, collectionDeviceResult, collectionJob, collectionJobId } from './collection';

const counts = { devices_running: z.int(), devices_succeeded: z.int(), devices_failed: z.int(), devices_remaining: z.int() };
const additions = { session_id: uuid, capture_type: z.string().nullable(), attempt: z.int(), error_class: z.string().nullable(), duration_ms: z.int().nullable(), bytes: z.int(), rows: z.int() };

/** A credential that is left alone until `retry_at`, and the devices that refused it. */
export const credentialSuspended = z.object({ credential_id: uuid, devices: z.array(z.object({ device_id: uuid, name: z.string() })), opened_at: isoTimestamp, retry_at: isoTimestamp, session_id: uuid });

/**
 * What the gateway sends about collections, to `collections` and to `collection:<job_id>`: the first generation's names and
 * fields first. `device_started` and `device_completed` come once per device, after the `collection_progress` that says the same.
 */
export const collectionServerMessages = {
  /** On subscription to `collection:<job_id>`: everything there is. */
  collection_snapshot: z.object({ job_id: collectionJobId, job: collectionJob, devices: z.array(collectionDeviceResult) }),
  collection_progress: z.object({
    job_id: collectionJobId,
    stage: z.enum(COLLECTION_STAGES),
    message: z.string(),
    progress: z.number(),
    /** Devices that are done, and all devices. */
    completed: z.int(),
    total: z.int(),
    ...counts,
    device_name: z.string().optional(),
    device_started: z.string().optional(),
    ip_address: z.string().optional(),
    device_completed: z.string().optional(),
    device_success: z.boolean().optional(),
    device_message: z.string().optional(),
  }),
  device_started: z.object({ job_id: collectionJobId, device_name: z.string(), ip_address: z.string(), session_id: uuid, device_id: uuid }),
  capture_completed: z.object({ job_id: collectionJobId, device_name: z.string(), success: z.boolean(), message: z.string(), device_id: uuid, status: z.string(), ...additions, capture_type: z.string(), rows: z.int().nullable(), change: collectedCapture.shape.change, loaded: z.boolean() }),
  device_completed: z.object({ job_id: collectionJobId, device_name: z.string(), success: z.boolean(), message: z.string(), device_id: uuid, status: z.string(), ...additions }),
  collection_complete: z.object({
    job_id: collectionJobId,
    success: z.boolean(),
    devices_attempted: z.int(),
    devices_succeeded: z.int(),
    devices_failed: z.int(),
    captures_created: z.record(z.string(), z.int()),
    loaded_to_db: z.boolean(),
    execution_time: z.number(),
    failed_devices: z.array(z.object({ name: z.string(), error: z.string(), error_class: z.string().nullable() })),
    session_id: uuid,
    captures_failed: z.record(z.string(), z.int()),
    changes_detected: z.int(),
    captures_not_loaded: z.int(),
    devices_remaining: z.int(),
    job_status: z.string(),
  }),
  /** To `devices` and `collections`. */
  'device:credential_suspended': credentialSuspended,
  /** The collection as a whole could not be carried out. */
  collection_error: z.object({ job_id: collectionJobId, error: z.string(), code: z.string() }),
} as const;
