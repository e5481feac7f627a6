import { cameraEvents, catalogueEvents, credentialEvents, deviceEvents, inventoryEvents, receiverEvents, recordingEvents, scheduleEvents, sessionEvents } from '@capstan/contracts';
import { noticesOf, parkedNotice } from './notice-of-fact';

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

  const device = { device_id: 'd', name: 'core-1', platform: 'cisco_ios', site: null };

  it.each([
    ['minor', 'info'],
    ['moderate', 'warning'],
    ['critical', 'critical'],
  ])('weighs a %s change as %s, and names who made it', (severity, expected) => {
    const [notice] = noticesOf({ type: catalogueEvents.configChanged.type, data: { device, change_id: 'c', severity, added: 3, removed: 1, actor: { user: 'ann', at: null, from: null } }, time });
    expect(notice).toMatchObject({ topic: 'device.config-changed', severity: expected, title: 'core-1: configuration changed by ann', text: '3 lines added, 1 removed.', path: '/changes/c' });
  });

  it('tells of devices that are others, of addresses in conflict, and of refused credentials', () => {
    const identity = (serial: string) => ({ serials: [serial], base_mac: null, model: null, os_version: null, hostname: null });
    expect(topics(inventoryEvents.identityChanged.type, { ...device, known: identity('A'), observed: identity('B') })).toEqual(['device.identity-changed']);
    expect(topics(catalogueEvents.deviceChanged.type, { device, type: 'version', change_id: 'c', severity: 'moderate', summary: ['17.9 to 17.12'] })).toEqual(['device.changed']);
    expect(topics(catalogueEvents.arpConflict.type, { event: { kind: 'duplicate-ip', device_name: 'core-1', context: 'default', ip: '10.0.0.1', mac: 'a', other_mac: 'b' } })).toEqual(['arp.conflict']);
    expect(topics(credentialEvents.breakerOpened.type, { credential_id: 'x', devices: [{ device_id: 'd', name: 'core-1' }], retry_at: time })).toEqual(['credential.suspended']);
  });

  it('leads to the page of the thing it speaks of', () => {
    const [other] = noticesOf({ type: inventoryEvents.identityChanged.type, data: { ...device, known: { serials: [] }, observed: { serials: ['B'] } }, time });
    expect(other).toMatchObject({ path: '/inventory/devices/d', text: expect.stringContaining('Serial B instead of unknown') as string });
    const [warning] = noticesOf({ type: recordingEvents.warning.type, data: { session_id: 's', receiver_no: 2, code: 'OVERLOAD', message: 'the input is overloaded' }, time });
    expect(warning).toMatchObject({ topic: 'recording.warning', path: '/recordings/s', title: 'Receiver 2: the input is overloaded' });
  });

  it('counts what a service has put aside', () => {
    expect(parkedNotice('device-collector', 1, 1, time)).toMatchObject({ subject: 'service:device-collector', severity: 'critical', title: 'device-collector put a message aside', text: expect.stringMatching(/^One waits/) as string });
    expect(parkedNotice('device-collector', 2, 5, time)).toMatchObject({ title: 'device-collector put 2 messages aside', text: expect.stringMatching(/^5 wait/) as string });
  });

  it('makes nothing of anything else', () => {
    expect(topics('task.heartbeat.v1', {})).toEqual([]);
  });
});
