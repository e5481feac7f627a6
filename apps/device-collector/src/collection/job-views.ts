import type { CollectedCapture, CollectionDeviceResult, CollectionJob } from '@capstan/contracts';
import { isoTime } from '@capstan/kernel';
import type { CollectionDeviceRow, CollectionJobRow, PerType } from './collection-rows';

/** What the seed shows before the first device: preparing, then the list. */
const PREPARED_PERCENT = 5;
/** Where collecting ends on the bar, and loading begins. */
const COLLECTED_PERCENT = 85;

/** Statuses behind which nothing changes any more. */
export function isOver({ status }: Pick<CollectionJobRow, 'status'>): boolean {
  return status !== 'queued' && status !== 'running';
}

/** Name of a job from the random part of its session's id; `tries` picks another part where one is taken. */
export function jobIdOf(sessionId: string, tries = 0): string {
  // Version 7 begins with the time; the last 62 bits are random.
  const random = sessionId.replaceAll('-', '').slice(17);
  const begin = Math.max(0, random.length - 8 - tries);
  return `collection_${random.slice(begin, begin + 8)}`;
}

/** A job as it is told. `retryOf`: the name of the job it repeats. */
export function jobView(row: CollectionJobRow, now: number): CollectionJob {
  const done = row.succeeded + row.failed + row.cancelled;
  const over = isOver(row);
  const end = row.completed_at?.getTime() ?? now;
  return {
    job_id: row.job_id,
    session_id: row.session_id,
    name: row.name,
    status: row.status,
    stage: over ? 'complete' : 'collecting',
    progress: over ? 100 : progressOf(done, row.device_count),
    started_at: isoTime(row.created_at.getTime()),
    completed_at: row.completed_at === null ? null : isoTime(row.completed_at.getTime()),
    execution_time: Math.max(0, end - row.created_at.getTime()) / 1_000,
    requested_by: row.requested_by.name,
    capture_types: row.capture_types,
    max_workers: row.max_workers,
    auto_load_db: row.auto_load_db,
    filters: row.filters,
    device_count: row.device_count,
    devices_running: row.running,
    devices_attempted: row.succeeded + row.failed + row.running,
    devices_succeeded: row.succeeded,
    devices_failed: row.failed,
    devices_cancelled: row.cancelled,
    devices_remaining: Math.max(0, row.device_count - done),
    captures_created: row.captures_created,
    captures_failed: row.captures_failed,
    captures_unsupported: row.captures_unsupported,
    changes_detected: row.changes_detected,
    loaded_to_db: over && row.auto_load_db && row.not_loaded === 0,
    captures_not_loaded: row.not_loaded,
    retry_of: row.retry_of,
  };
}

/** By finished devices, between preparing and loading. */
function progressOf(done: number, all: number): number {
  return all === 0 ? COLLECTED_PERCENT : Math.round((PREPARED_PERCENT + ((COLLECTED_PERCENT - PREPARED_PERCENT) * done) / all) * 10) / 10;
}

/** What became of a device, as it is told. */
export function deviceView(row: CollectionDeviceRow): CollectionDeviceResult {
  return {
    device_id: row.device_id,
    device_name: row.device_name,
    ip_address: row.address,
    // Known as soon as the session is; before that nobody asks.
    target_id: row.target_id ?? row.device_id,
    status: row.status,
    error: row.error,
    error_class: row.error_class,
    attempts: row.attempts,
    duration_ms: row.duration_ms,
    captures: row.captures,
  };
}

/** Counts captures of a device into the numbers of its job. */
export function withCaptures(row: CollectionJobRow, captures: readonly CollectedCapture[]): Pick<CollectionJobRow, 'captures_created' | 'captures_failed' | 'captures_unsupported' | 'changes_detected' | 'not_loaded'> {
  const count = (before: PerType, wanted: (capture: CollectedCapture) => boolean): PerType => {
    const after = { ...before };
    for (const { capture_type: type } of captures.filter(wanted)) {
      after[type] = (after[type] ?? 0) + 1;
    }
    return after;
  };
  return {
    captures_created: count(row.captures_created, ({ status }) => status === 'success'),
    captures_failed: count(row.captures_failed, ({ status }) => status === 'failed' || status === 'suspect'),
    captures_unsupported: count(row.captures_unsupported, ({ status }) => status === 'unsupported'),
    changes_detected: row.changes_detected + captures.filter(({ change }) => change === 'changed').length,
    not_loaded: row.not_loaded + captures.filter(({ status, loaded }) => (status === 'success' || status === 'suspect') && !loaded).length,
  };
}
