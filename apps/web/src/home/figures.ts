import type { ChangeView, ReceiverView, SessionSummary, StorageView } from '@capstan/contracts';
import { formatBytes, formatDuration } from '../design/format';
import type { Status } from '../design/status';

/** Failures that are asked for; more of one day are not counted one by one. */
export const MOST_FAILURES = 20;

/** A number of the first page, what it means, and whether it is good. */
export interface Figure {
  readonly value: number | string;
  readonly detail: string;
  readonly status: Status;
}

const DAY_MS = 86_400_000;
const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** Sessions that run. */
export function runningFigure(running: readonly Pick<SessionSummary, 'target_count'>[]): Figure {
  const targets = running.reduce((sum, session) => sum + session.target_count, 0);
  return { value: running.length, detail: running.length === 0 ? 'nothing runs' : `on ${counted(targets, 'target')}`, status: running.length === 0 ? 'pending' : 'running' };
}

/** Sessions of the last 24 hours that did not end whole. @param failures newest first @param now Unix ms */
export function failureFigure(failures: readonly Pick<SessionSummary, 'created_at' | 'completed_at' | 'failed_count'>[], now: number): Figure {
  const today = failures.filter(({ created_at: begun, completed_at: ended }) => now - Date.parse(ended ?? begun) < DAY_MS);
  const targets = today.reduce((sum, session) => sum + session.failed_count, 0);
  // A full list of each state may hide more.
  const more = today.length >= MOST_FAILURES;
  return { value: more ? `${today.length}+` : today.length, detail: today.length === 0 ? 'all went well' : `${counted(targets, 'target')} failed`, status: today.length === 0 ? 'success' : 'failed' };
}

/** The next instant of a schedule. @param now Unix ms */
export function nextFigure(planned: readonly { readonly due_at: string; readonly schedule_name: string }[], now: number): Figure {
  const [next] = planned;
  if (next === undefined) {
    return { value: 'none', detail: 'within a week', status: 'pending' };
  }
  const seconds = Math.max(0, Math.round((Date.parse(next.due_at) - now) / 1_000));
  return { value: seconds < 60 ? 'now' : `in ${formatDuration(Math.floor(seconds / 60) * 60)}`, detail: next.schedule_name, status: 'pending' };
}

/** Cameras that do not work. */
export function cameraFigure({ total, failing, degraded }: { readonly total: number; readonly failing: number; readonly degraded: number }): Figure {
  if (total === 0) {
    return { value: 'none', detail: 'none is added yet', status: 'pending' };
  }
  if (failing > 0) {
    return { value: failing, detail: `of ${total} not working`, status: 'failed' };
  }
  return degraded > 0 ? { value: degraded, detail: `of ${total} degraded`, status: 'attention' } : { value: total, detail: 'none is down', status: 'success' };
}

/** Receivers that do not answer. */
export function receiverFigure(receivers: readonly Pick<ReceiverView, 'health'>[]): Figure {
  const total = receivers.length;
  const offline = receivers.filter(({ health }) => health.status === 'offline').length;
  if (total === 0) {
    return { value: 'none', detail: 'none is added yet', status: 'pending' };
  }
  return offline > 0 ? { value: offline, detail: `of ${total} offline`, status: 'failed' } : { value: total, detail: 'none is offline', status: 'success' };
}

/** Changes of devices within a day. @param changes the newest of them */
export function changeFigure(total: number, changes: readonly Pick<ChangeView, 'severity' | 'acknowledged_at'>[]): Figure {
  const open = changes.filter(({ acknowledged_at: at }) => at === null);
  const critical = open.some(({ severity }) => severity === 'critical');
  if (total === 0) {
    return { value: 0, detail: 'nothing changed', status: 'success' };
  }
  return { value: total, detail: open.length === 0 ? 'the newest are known' : critical ? 'a critical one is new' : 'some are new', status: open.length === 0 ? 'success' : critical ? 'failed' : 'attention' };
}

/** How much is stored, and whether a quota or a service needs somebody. */
export function storageFigure({ stores, sweeps, missing }: Pick<StorageView, 'stores' | 'sweeps' | 'missing'>): Figure {
  const value = formatBytes(stores.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0));
  const of = (state: string): string | undefined => stores.find(({ quota }) => quota?.state === state)?.store;
  const [stopped, warned] = [of('stopped'), of('warning')];
  if (stopped !== undefined) {
    return { value, detail: `${stopped}: quota used up`, status: 'failed' };
  }
  if (sweeps.some(({ lost }) => lost > 0)) {
    return { value, detail: 'stored files are missing', status: 'failed' };
  }
  if (warned !== undefined) {
    return { value, detail: `${warned}: quota nearly used up`, status: 'attention' };
  }
  return missing.length > 0 ? { value, detail: 'not all is counted', status: 'attention' } : { value, detail: 'within its quotas', status: 'success' };
}

/** A schedule with its next instants. */
export interface NextOfSchedule {
  readonly schedule_id: string;
  readonly schedule_name: string;
  readonly due_at: string;
  /** The one after it; null where none is known. */
  readonly then: string | null;
}

/** The next two instants of each schedule: one that runs every minute leaves place for the others. @param planned in the order of time */
export function nextOfEach(planned: readonly { readonly schedule_id: string; readonly schedule_name: string; readonly due_at: string }[]): NextOfSchedule[] {
  const next = new Map<string, NextOfSchedule>();
  for (const { schedule_id: id, schedule_name, due_at } of planned) {
    const known = next.get(id);
    if (known === undefined) {
      next.set(id, { schedule_id: id, schedule_name, due_at, then: null });
    } else if (known.then === null) {
      next.set(id, { ...known, then: due_at });
    }
  }
  return [...next.values()];
}
