import { collectionEvents } from '@capstan/contracts';
import { isoTime } from '@capstan/kernel';
import { outgoing, type OutgoingMessage } from '@capstan/messaging';
import type { CollectionDeviceRow, CollectionJobRow } from './collection-rows';
import type { DeviceEnd } from './device-outcome';
import { deviceView, jobView, withCaptures } from './job-views';

/** What a step of a device makes of it and of its collection. */
export interface DeviceTurn {
  readonly job: CollectionJobRow;
  readonly device: CollectionDeviceRow;
  /** Told with it; undefined when it is no news. */
  readonly fact: OutgoingMessage | undefined;
}

/** A task begins with a device, or goes on with it. Pure. */
export function startedTurn(job: CollectionJobRow, device: CollectionDeviceRow, taskId: string, at: Date): DeviceTurn {
  const isNews = device.status !== 'running';
  const counted: CollectionJobRow = { ...job, status: 'running', running: job.running + Number(isNews) };
  const told = { job: jobView(counted, at.getTime()), ...nameOf(device), at: isoTime(at.getTime()) };
  return {
    job: counted,
    device: { ...device, status: 'running', task_id: taskId, started_at: at },
    fact: isNews ? outgoing(collectionEvents.deviceStarted, told, factOptions(job)) : undefined,
  };
}

/** A device is done, and counted with its captures. Pure. */
export function finishedTurn(job: CollectionJobRow, device: CollectionDeviceRow, end: DeviceEnd, at: Date): DeviceTurn {
  const counted: CollectionJobRow = {
    ...job,
    ...withCaptures(job, end.captures),
    running: Math.max(0, job.running - 1),
    succeeded: job.succeeded + Number(end.status === 'success'),
    failed: job.failed + Number(end.status === 'failed'),
    cancelled: job.cancelled + Number(end.status === 'cancelled'),
  };
  const settled: CollectionDeviceRow = { ...device, status: end.status, error: end.error, error_class: end.errorClass, attempts: end.attempts, duration_ms: end.durationMs, captures: [...end.captures], finished_at: at };
  const told = { job: jobView(counted, at.getTime()), ...nameOf(device), at: isoTime(at.getTime()), result: deviceView(settled), captures: [...end.news] };
  return { job: counted, device: settled, fact: outgoing(collectionEvents.deviceCollected, told, factOptions(job)) };
}

/** Turns one after the other: each begins with the collection as the one before has left it. A step that is none changes nothing. Pure. */
export function foldTurns<Step>(job: CollectionJobRow, steps: readonly Step[], turnOf: (job: CollectionJobRow, step: Step) => DeviceTurn | undefined): DeviceTurn[] {
  const turns: DeviceTurn[] = [];
  for (const step of steps) {
    const turn = turnOf(turns.at(-1)?.job ?? job, step);
    turns.push(...(turn === undefined ? [] : [turn]));
  }
  return turns;
}

/** Facts of one collection keep their order. */
export function factOptions({ session_id: sessionId }: Pick<CollectionJobRow, 'session_id'>) {
  return { subject: sessionId, correlationId: sessionId, partitionKey: sessionId };
}

function nameOf({ device_id, target_id, device_name, address }: CollectionDeviceRow) {
  return { device_id, target_id: target_id ?? device_id, device_name, ip_address: address };
}
