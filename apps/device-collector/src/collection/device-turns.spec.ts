import type { CollectedCapture } from '@capstan/contracts';
import type { CollectionDeviceRow, CollectionJobRow } from './collection-rows';
import type { DeviceEnd } from './device-outcome';
import { finishedTurn, foldTurns, startedTurn } from './device-turns';

const AT = new Date(10_000);
const TASK = '0190a8c4-1111-7222-8333-444455556602';
const job: CollectionJobRow = {
  session_id: '0190a8c4-1111-7222-8333-4444555566aa', job_id: 'collection_555566aa', name: 'n', status: 'queued', created_at: new Date(1_000), completed_at: null, cancel_requested_at: null, confirmed: true,
  requested_by: { type: 'user', id: 'u', name: 'ann' }, capture_types: ['arp'], max_workers: 5, auto_load_db: true, filters: {}, retry_of: null, device_count: 3,
  running: 0, succeeded: 0, failed: 0, cancelled: 0, captures_created: {}, captures_failed: {}, captures_unsupported: {}, changes_detected: 0, not_loaded: 0,
};
const deviceOf = (number: number, wish: Partial<CollectionDeviceRow> = {}): CollectionDeviceRow => ({
  session_id: job.session_id, device_id: `0190a8c4-1111-7222-8333-44445555670${number}`, ordinal: number, device_name: `d${number}`, address: `10.0.0.${number}`, site: null, bastion: null, credential_id: null,
  target_id: null, task_id: null, status: 'queued', attempts: 0, error: null, error_class: null, started_at: null, finished_at: null, duration_ms: null, captures: [], ...wish,
});
const capture: CollectedCapture = { capture_type: 'arp', status: 'success', error_class: null, message: '', rows: 3, bytes: 100, duration_ms: 5, loaded: true, change: 'first', capture_id: null };
const success: DeviceEnd = { status: 'success', error: null, errorClass: null, attempts: 1, durationMs: 900, captures: [capture], news: [capture] };

describe(foldTurns.name, () => {
  it('counts each device where the one before it has left the collection, and tells of each as it was then', () => {
    const turns = foldTurns(job, [deviceOf(1), deviceOf(2), deviceOf(3)], (counted, device) => startedTurn(counted, device, TASK, AT));
    expect(turns.map(({ fact }) => fact?.data)).toMatchObject([1, 2, 3].map((running) => ({ job: { status: 'running', devices_running: running, devices_remaining: 3 }, device_name: `d${running}` })));
    expect(turns.at(-1)?.job.running).toBe(3);
  });

  it('passes over what changes nothing', () => {
    const turns = foldTurns(job, [deviceOf(1), deviceOf(2)], (counted, device) => (device.ordinal === 1 ? undefined : startedTurn(counted, device, TASK, AT)));
    expect(turns.map(({ device, job: { running } }) => [device.device_name, running])).toEqual([['d2', 1]]);
  });
});

describe(startedTurn.name, () => {
  it('counts a device that goes on under another task once, and tells nothing new', () => {
    const { job: counted, device, fact } = startedTurn({ ...job, status: 'running', running: 1 }, deviceOf(1, { status: 'running', task_id: 'another' }), TASK, AT);
    expect([counted.running, device.task_id, fact]).toEqual([1, TASK, undefined]);
  });
});

describe(finishedTurn.name, () => {
  it('moves a device from those at work to those that are done, with its captures', () => {
    const { job: counted, device, fact } = finishedTurn({ ...job, status: 'running', running: 2 }, deviceOf(1, { status: 'running', task_id: TASK }), success, AT);
    expect(counted).toMatchObject({ running: 1, succeeded: 1, failed: 0, cancelled: 0, captures_created: { arp: 1 } });
    expect(device).toMatchObject({ status: 'success', finished_at: AT, duration_ms: 900, captures: [capture] });
    expect(fact?.data).toMatchObject({ job: { devices_succeeded: 1, devices_remaining: 2 }, result: { status: 'success' }, captures: [capture] });
    expect(fact?.options).toMatchObject({ partitionKey: job.session_id });
  });
});
