import type { CollectedCapture } from '@capstan/contracts';
import type { CollectionJobRow } from './collection-rows';
import { deviceEnd, readingOrder, taskOutcome } from './device-outcome';
import { jobIdOf, jobView, withCaptures } from './job-views';
import { patienceOf } from './timeouts';

const row: CollectionJobRow = {
  session_id: '0190a8c4-1111-7222-8333-4444555566aa', job_id: 'collection_555566aa', name: 'n', status: 'running', created_at: new Date(1_000), completed_at: null, cancel_requested_at: null, confirmed: true,
  requested_by: { type: 'user', id: 'u', name: 'ann' }, capture_types: ['arp'], max_workers: 5, auto_load_db: true, filters: {}, retry_of: null, device_count: 10,
  running: 2, succeeded: 4, failed: 1, cancelled: 0, captures_created: { arp: 4 }, captures_failed: {}, captures_unsupported: {}, changes_detected: 0, not_loaded: 0,
};
const capture = (wish: Partial<CollectedCapture>): CollectedCapture => ({ capture_type: 'arp', status: 'success', error_class: null, message: '', rows: 3, bytes: 100, duration_ms: 5, loaded: true, change: 'unchanged', capture_id: null, ...wish });

describe(jobView.name, () => {
  it('counts devices, and what remains of them', () => {
    expect(jobView(row, 11_000)).toMatchObject({ device_count: 10, devices_attempted: 7, devices_remaining: 5, progress: 45, stage: 'collecting', execution_time: 10, loaded_to_db: false });
  });

  it('ends at 100 with nothing remaining', () => {
    const over = jobView({ ...row, status: 'partial', running: 0, succeeded: 8, failed: 2, completed_at: new Date(5_000) }, 99_000);
    expect(over).toMatchObject({ progress: 100, stage: 'complete', devices_remaining: 0, devices_running: 0, execution_time: 4, loaded_to_db: true });
    expect(jobView({ ...row, status: 'completed', not_loaded: 1 }, 0).loaded_to_db).toBe(false);
  });
});

describe(withCaptures.name, () => {
  it('tells created, failed, unsupported and not loaded apart', () => {
    const captures = [capture({ change: 'changed' }), capture({ loaded: false }), capture({ capture_type: 'mac', status: 'unsupported', loaded: false }), capture({ capture_type: 'configs', status: 'suspect' }), capture({ capture_type: 'lldp', status: 'failed', loaded: false })];
    expect(withCaptures(row, captures)).toEqual({ captures_created: { arp: 6 }, captures_failed: { configs: 1, lldp: 1 }, captures_unsupported: { mac: 1 }, changes_detected: 1, not_loaded: 1 });
  });
});

describe(jobIdOf.name, () => {
  it('is made of the random part of the session, and of another part of it where one is taken', () => {
    expect(jobIdOf(row.session_id)).toBe('collection_555566aa');
    expect(new Set([0, 1, 2, 3].map((tries) => jobIdOf(row.session_id, tries))).size).toBe(4);
    expect(jobIdOf(row.session_id, 3)).toMatch(/^collection_[0-9a-f]{8}$/);
  });
});

describe(deviceEnd.name, () => {
  const facts = { attempts: 1, durationMs: 10, news: [], error: undefined };

  it('is a success when the device gave everything it has', () => {
    const end = deviceEnd([capture({}), capture({ capture_type: 'mac', status: 'unsupported' })], facts);
    expect([end.status, taskOutcome(end).outcome]).toEqual(['success', 'completed']);
  });

  it('names the types that are missing, and why', () => {
    const end = deviceEnd([capture({}), capture({ capture_type: 'configs', status: 'failed', error_class: 'ENABLE_REQUIRED', message: 'no secret' })], facts);
    expect([end.status, end.error, end.errorClass]).toEqual(['failed', 'configs: no secret', 'ENABLE_REQUIRED']);
    // A retry asks for these only.
    expect(taskOutcome(end)).toMatchObject({ outcome: 'failed', error: { code: 'ENABLE_REQUIRED', details: { retry: { capture_types: ['configs'] } } }, metrics: { captures: 1, captures_failed: 1 } });
  });

  it('blames the device where it failed as a whole', () => {
    const end = deviceEnd([capture({ status: 'failed' })], { ...facts, error: { code: 'CONN_REFUSED', message: 'refused' } });
    expect([end.error, end.errorClass]).toEqual(['refused', 'CONN_REFUSED']);
  });
});

describe(readingOrder.name, () => {
  it('asks first who answers, and last what the operator added', () => {
    expect(readingOrder(['bgp', 'arp', 'configs', 'inventory', 'version'])).toEqual(['version', 'inventory', 'configs', 'arp', 'bgp']);
  });
});

describe(patienceOf.name, () => {
  const limits = { absoluteMs: 60_000, idleMs: 20_000 };

  it('has a default for everything', () => {
    const patience = patienceOf(undefined, {});
    expect([patience.connectMs, patience.loginMs, patience.promptMs, patience.deviceMs, patience.command(limits)]).toEqual([10_000, 20_000, 20_000, 600_000, limits]);
  });

  it('takes each number from the first layer that has it', () => {
    const patience = patienceOf({ command_timeout_sec: 5 }, { command_timeout_sec: 9, idle_timeout_sec: 2, connect_timeout_sec: 1 });
    expect([patience.connectMs, patience.command(limits)]).toEqual([1_000, { absoluteMs: 5_000, idleMs: 2_000 }]);
  });
});
