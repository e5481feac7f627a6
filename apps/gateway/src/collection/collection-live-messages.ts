import { type CollectedCapture, type CollectionJob, collectionEvents, credentialEvents, type DataOf, type Envelope, type ServerMessages } from '@capstan/contracts';
import type { LiveMessage } from '../live/live-messages';

const ALL = 'collections';

/** Room of one job. */
export function collectionRoom(jobId: string): string {
  return `collection:${jobId}`;
}

/** What a fact about collections means for browsers, in the order of the first generation; nothing when it is about something else. */
export function toCollectionMessages({ type, data }: Pick<Envelope, 'type' | 'data'>): LiveMessage[] {
  switch (type) {
    case collectionEvents.started.type: {
      const { job } = data as DataOf<typeof collectionEvents.started>;
      return [progress(job, { progress: 0, message: 'Preparing collection job...' }), progress(job, { progress: 5, message: `Selected ${job.device_count} devices from the inventory` })];
    }
    case collectionEvents.changed.type: {
      const { job, message } = data as DataOf<typeof collectionEvents.changed>;
      return [progress(job, { message })];
    }
    case collectionEvents.deviceStarted.type: {
      const { job, device_id, device_name, ip_address } = data as DataOf<typeof collectionEvents.deviceStarted>;
      return [
        progress(job, { message: `Started: ${device_name}`, device_name, device_started: device_name, ip_address }),
        message(job.job_id, 'device_started', { job_id: job.job_id, device_name, ip_address, session_id: job.session_id, device_id }),
      ];
    }
    case collectionEvents.capturesCompleted.type: {
      const fact = data as DataOf<typeof collectionEvents.capturesCompleted>;
      return fact.captures.map((capture) => captureCompleted(fact, fact.attempt, capture));
    }
    case collectionEvents.deviceCollected.type:
      return deviceCompleted(data as DataOf<typeof collectionEvents.deviceCollected>);
    case collectionEvents.finished.type:
      return completed(data as DataOf<typeof collectionEvents.finished>);
    case credentialEvents.breakerOpened.type: {
      const payload = data as DataOf<typeof credentialEvents.breakerOpened>;
      return [{ rooms: ['devices', ALL], event: 'device:credential_suspended', payload, lossy: false }];
    }
    default:
      return [];
  }
}

function deviceCompleted({ job, device_id, device_name, result, captures }: DataOf<typeof collectionEvents.deviceCollected>): LiveMessage[] {
  const success = result.status === 'success';
  const good = result.captures.filter(({ status }) => status === 'success').length;
  const said = success ? `Completed successfully: ${good} ${good === 1 ? 'capture' : 'captures'}` : (result.error ?? (result.status === 'cancelled' ? 'Cancelled' : 'Failed'));
  const sum = (of: (capture: CollectedCapture) => number): number => result.captures.reduce((total, capture) => total + of(capture), 0);
  return [
    ...captures.map((capture) => captureCompleted({ job_id: job.job_id, session_id: job.session_id, device_id, device_name }, result.attempts, capture)),
    progress(job, { message: `${success ? 'Completed' : 'Failed'}: ${device_name}: ${said}`, device_name, device_completed: device_name, device_success: success, device_message: said }),
    message(job.job_id, 'device_completed', {
      job_id: job.job_id,
      device_name,
      success,
      message: said,
      device_id,
      status: result.status,
      session_id: job.session_id,
      capture_type: null,
      attempt: result.attempts,
      error_class: result.error_class,
      duration_ms: result.duration_ms,
      bytes: sum(({ bytes }) => bytes),
      rows: sum(({ rows }) => rows ?? 0),
    }),
  ];
}

function completed({ job, failed_devices }: DataOf<typeof collectionEvents.finished>): LiveMessage[] {
  const created = Object.values(job.captures_created).reduce((total, count) => total + count, 0);
  const loading = !job.auto_load_db
    ? []
    : [
        progress(job, { stage: 'loading', progress: 85, message: 'Loading captures into the catalogue...' }),
        progress(job, { stage: 'loading', progress: 90, message: job.captures_not_loaded === 0 ? `${created} captures loaded` : `Captures saved but not loaded: ${job.captures_not_loaded}` }),
      ];
  return [
    ...loading,
    progress(job, { stage: 'complete', progress: 100, message: `Collection ${job.status}: ${job.devices_succeeded} succeeded, ${job.devices_failed} failed` }),
    message(job.job_id, 'collection_complete', {
      job_id: job.job_id,
      success: job.status === 'completed' || job.status === 'partial',
      devices_attempted: job.devices_attempted,
      devices_succeeded: job.devices_succeeded,
      devices_failed: job.devices_failed,
      captures_created: job.captures_created,
      loaded_to_db: job.loaded_to_db,
      execution_time: job.execution_time,
      failed_devices,
      session_id: job.session_id,
      captures_failed: job.captures_failed,
      changes_detected: job.changes_detected,
      captures_not_loaded: job.captures_not_loaded,
      devices_remaining: job.devices_remaining,
      job_status: job.status,
    }),
  ];
}

function captureCompleted(of: { readonly job_id: string; readonly session_id: string; readonly device_id: string; readonly device_name: string }, attempt: number, capture: CollectedCapture): LiveMessage {
  const { capture_type, status, message: said, error_class, duration_ms, bytes, rows, change, loaded } = capture;
  const { job_id, session_id, device_id, device_name } = of;
  return message(job_id, 'capture_completed', { job_id, device_name, success: status === 'success' || status === 'unsupported', message: said, device_id, status, session_id, capture_type, attempt, error_class, duration_ms, bytes, rows, change, loaded });
}

function progress(job: CollectionJob, said: Pick<ServerMessages['collection_progress'], 'message'> & Partial<ServerMessages['collection_progress']>): LiveMessage {
  const { job_id, stage, progress: percent, device_count, devices_running, devices_succeeded, devices_failed, devices_remaining } = job;
  return message(job_id, 'collection_progress', { job_id, stage, progress: percent, completed: device_count - devices_remaining, total: device_count, devices_running, devices_succeeded, devices_failed, devices_remaining, ...said });
}

function message<Name extends keyof ServerMessages>(jobId: string, event: Name, payload: ServerMessages[Name]): LiveMessage {
  return { rooms: [ALL, collectionRoom(jobId)], event, payload, lossy: false } as unknown as LiveMessage;
}
