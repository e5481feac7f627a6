import type { CollectionDeviceResult, CollectionJob, ServerMessages } from '@capstan/contracts';

/** A line of the activity log. */
export interface LogLine {
  readonly key: number;
  /** The browser's time in ms. */
  readonly at: number;
  readonly kind: 'note' | 'started' | 'good' | 'bad';
  readonly text: string;
}

/** One collection as it is shown. */
export interface LiveCollection {
  readonly job: CollectionJob;
  readonly devices: ReadonlyMap<string, CollectionDeviceResult>;
  readonly log: readonly LogLine[];
  readonly complete: ServerMessages['collection_complete'] | undefined;
}

type Names = 'collection_snapshot' | 'collection_progress' | 'device_started' | 'capture_completed' | 'device_completed' | 'collection_complete' | 'collection_error';
/** A message about one collection. */
export type CollectionMessage = { [Name in Names]: { readonly type: Name; readonly data: ServerMessages[Name]; readonly at: number } }[Names];

/** Lines that are kept. */
const MOST_LINES = 500;
const OVER: readonly CollectionJob['status'][] = ['completed', 'partial', 'failed', 'cancelled'];

/** Whether nothing more comes. */
export function isOver(job: Pick<CollectionJob, 'status'>): boolean {
  return OVER.includes(job.status);
}

/** What a snapshot begins or corrects. Counts come from the server; nothing is counted here. */
export function withSnapshot(known: LiveCollection | undefined, { job, devices }: { readonly job: CollectionJob; readonly devices: readonly CollectionDeviceResult[] }, at: number): LiveCollection {
  const next: LiveCollection = { job: forward(known?.job, job), devices: new Map(devices.map((device) => [device.device_id, device])), log: known?.log ?? [], complete: known?.complete };
  if (known !== undefined) {
    return next;
  }
  const done = job.device_count - job.devices_remaining;
  return done > 0 && !isOver(job) ? say(next, 'note', `${done} of ${job.device_count} devices were done before this page was opened`, at) : next;
}

/** The collection after a message. Pure. */
export function fold(state: LiveCollection, message: CollectionMessage): LiveCollection {
  const { at } = message;
  switch (message.type) {
    case 'collection_snapshot':
      return withSnapshot(state, message.data, at);
    case 'collection_progress': {
      const { data } = message;
      const job = forward(state.job, {
        ...state.job,
        stage: data.stage,
        progress: data.progress,
        devices_running: data.devices_running,
        devices_succeeded: data.devices_succeeded,
        devices_failed: data.devices_failed,
        devices_remaining: data.devices_remaining,
        status: state.job.status === 'queued' ? 'running' : state.job.status,
      });
      const next = { ...state, job };
      // The events of the device say the same in a moment.
      return data.device_started !== undefined || data.device_completed !== undefined ? next : say(next, 'note', data.message, at);
    }
    case 'device_started': {
      const { device_id: id, device_name: name, ip_address: ip } = message.data;
      return say(withDevice(state, id, (device) => ({ ...device, device_name: name, ip_address: ip, status: 'running' })), 'started', `Started: ${name}`, at);
    }
    case 'capture_completed': {
      const { data } = message;
      const capture = {
        capture_type: data.capture_type,
        status: data.status as CollectionDeviceResult['captures'][number]['status'],
        error_class: data.error_class,
        message: data.message,
        rows: data.rows,
        bytes: data.bytes,
        duration_ms: data.duration_ms ?? 0,
        loaded: data.loaded,
        change: data.change,
        capture_id: null,
      };
      return withDevice(state, data.device_id, (device) => ({ ...device, captures: [...device.captures.filter(({ capture_type: type }) => type !== data.capture_type), capture] }));
    }
    case 'device_completed': {
      const { data } = message;
      const next = withDevice(state, data.device_id, (device) => ({
        ...device,
        status: data.status as CollectionDeviceResult['status'],
        error: data.success ? null : data.message,
        error_class: data.error_class,
        attempts: data.attempt,
        duration_ms: data.duration_ms,
      }));
      return say(next, data.success ? 'good' : 'bad', `${data.device_name}: ${data.message}`, at);
    }
    case 'collection_complete': {
      const { data } = message;
      const job: CollectionJob = {
        ...state.job,
        status: OVER.find((status) => status === data.job_status) ?? (data.success ? 'completed' : 'failed'),
        stage: 'complete',
        progress: 100,
        devices_running: 0,
        devices_attempted: data.devices_attempted,
        devices_succeeded: data.devices_succeeded,
        devices_failed: data.devices_failed,
        devices_remaining: data.devices_remaining,
        captures_created: data.captures_created,
        captures_failed: data.captures_failed,
        changes_detected: data.changes_detected,
        captures_not_loaded: data.captures_not_loaded,
        loaded_to_db: data.loaded_to_db,
        execution_time: data.execution_time,
      };
      return say({ ...state, job, complete: data }, 'note', `Collection complete: ${data.devices_succeeded} succeeded, ${data.devices_failed} failed`, at);
    }
    case 'collection_error':
      return say(state, 'bad', message.data.error, at);
  }
}

/** A job never goes back: a late message does not undo what a snapshot told. */
function forward(known: CollectionJob | undefined, next: CollectionJob): CollectionJob {
  if (known === undefined) {
    return next;
  }
  return isOver(known) && !isOver(next) ? known : { ...next, progress: Math.max(known.progress, next.progress) };
}

function withDevice(state: LiveCollection, id: string, change: (device: CollectionDeviceResult) => CollectionDeviceResult): LiveCollection {
  const known = state.devices.get(id);
  if (known === undefined) {
    return state;
  }
  const devices = new Map(state.devices);
  devices.set(id, change(known));
  return { ...state, devices };
}

function say(state: LiveCollection, kind: LogLine['kind'], text: string, at: number): LiveCollection {
  const key = (state.log[0]?.key ?? 0) + 1;
  return { ...state, log: [{ key, at, kind, text }, ...state.log].slice(0, MOST_LINES) };
}
