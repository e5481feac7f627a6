import { cameraEvents, deviceEvents, receiverEvents, scheduleEvents, sessionEvents } from '@capstan/contracts';
import { noticesOf } from './notice-of-fact';

const time = '2026-11-21T02:00:00.000Z';
const topics = (type: string, data: unknown) => noticesOf({ type, data, time }).map(({ topic }) => topic);

describe(noticesOf.name, () => {
  const session = (state: string, targets: object[] = []) => ({ session: { session_id: 's', name: 'Nightly', state, kinds: ['collection'], target_count: 2, completed_count: 1, failed_count: 1, artifact_count: 3, targets } });

  it.each(['completed', 'partial', 'failed', 'cancelled'])('tells of a session that is %s', (state) => {
    expect(topics(sessionEvents.finished.type, session(state))).toEqual([`session.${state}`]);
  });

  it('names each device that failed, with its reason', () => {
    const targets = [{ kind: 'collection', title: 'core-1', state: 'failed', error: { code: 'AUTH_FAILED', message: 'The password is wrong' } }, { kind: 'collection', title: 'core-2', state: 'completed', error: null }];
    const [whole, failed, ...more] = noticesOf({ type: sessionEvents.finished.type, data: session('partial', targets), time });
    expect(whole).toMatchObject({ title: 'Nightly: partial', text: '1 of 2 targets completed, 1 failed; 3 files.', path: '/sessions/s', severity: 'warning', occurred_at: time });
    expect(failed).toMatchObject({ topic: 'target.failed', subject: 'target:collection:core-1', text: 'The password is wrong (AUTH_FAILED)' });
    expect(more).toEqual([]);
  });

  it.each([
    ['started', ['schedule.started']],
    ['queued', []],
    ['skipped', ['schedule.skipped']],
    ['missed', ['schedule.skipped']],
    ['failed', ['schedule.failed']],
  ])('tells of a run of a schedule that is %s', (state, expected) => {
    expect(topics(scheduleEvents.runDecided.type, { run: { state, schedule_id: 'x', schedule_name: 'Nightly', missed_count: 1, error: null, trigger: 'cron', due_at: time, session_id: null } })).toEqual(expected);
  });

  const camera = (before: string, state: string, opened: string[] = [], flags: string[] = []) => ({ camera_id: 'c', name: 'Gate', previous_state: before, sample: { state, reason_code: null, flags }, opened, closed: [] });

  it.each([
    ['goes away', camera('live', 'unreachable'), ['camera.down']],
    ['stays away', camera('unreachable', 'stalled'), []],
    ['comes back', camera('unreachable', 'live'), ['camera.recovered']],
    ['is looked at once more', camera('live', 'live'), []],
    ['freezes', camera('live', 'live', ['frozen'], ['frozen']), ['camera.picture']],
    ['stays frozen', camera('live', 'live', [], ['frozen']), []],
    ['may be frozen', camera('live', 'live', ['suspect_frozen'], ['suspect_frozen']), []],
  ])('tells of a camera that %s', (_, data, expected) => {
    expect(topics(cameraEvents.healthChanged.type, data)).toEqual(expected);
  });

  it('tells of receivers and host keys', () => {
    expect(topics(receiverEvents.healthChanged.type, { receiver_no: 1, health: { receiver_id: 'r', status: 'offline', error_message: 'refused' } })).toEqual(['receiver.down']);
    expect(topics(receiverEvents.healthChanged.type, { receiver_no: 1, health: { receiver_id: 'r', status: 'busy', error_message: null } })).toEqual([]);
    expect(topics(deviceEvents.hostKeyChanged.type, { host_key: { host: 'core-1', port: 22 } })).toEqual(['device.host-key-changed']);
  });

  it('makes nothing of anything else', () => {
    expect(topics('task.heartbeat.v1', {})).toEqual([]);
  });
});
