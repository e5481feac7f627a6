import type { CollectionDeviceResult, CollectionJob } from '@capstan/contracts';

/** The job of tests. */
export const JOB_ID = 'collection_0a1b2c3d';

/** A job that runs. */
export function aJob(part: Partial<CollectionJob> = {}): CollectionJob {
  return {
    job_id: JOB_ID,
    session_id: '01890000-0000-7000-8000-0000000000a1',
    name: '',
    status: 'running',
    stage: 'collecting',
    progress: 0,
    started_at: '2026-11-21T10:00:00.000Z',
    completed_at: null,
    execution_time: 0,
    requested_by: 'admin',
    capture_types: ['configs', 'arp'],
    max_workers: 5,
    auto_load_db: true,
    filters: {},
    device_count: 2,
    devices_running: 0,
    devices_attempted: 0,
    devices_succeeded: 0,
    devices_failed: 0,
    devices_cancelled: 0,
    devices_remaining: 2,
    captures_created: {},
    captures_failed: {},
    captures_unsupported: {},
    changes_detected: 0,
    loaded_to_db: false,
    captures_not_loaded: 0,
    retry_of: null,
    ...part,
  };
}

/** A device that waits. */
export function device(index: number): CollectionDeviceResult {
  return { device_id: `01890000-0000-7000-8000-0000000000d${index}`, device_name: `sw-${index}`, ip_address: `10.0.0.${index}`, target_id: `01890000-0000-7000-8000-0000000000e${index}`, status: 'queued', error: null, error_class: null, attempts: 0, duration_ms: null, captures: [] };
}
