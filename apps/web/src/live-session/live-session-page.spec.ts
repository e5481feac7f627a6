import { ROLE_PERMISSIONS } from '@capstan/contracts';
import { foldAll, orderedTargets } from '../live/live-session';
import { sessionOf, targetOf } from '../live/live-session.fixture';
import { adviceFor } from './advice';
import { actionsFor } from './available-actions';
import { eventLine } from './event-text';
import { phasesOf } from './phases';
import { spreadOf } from './spread';

const names = (session: Parameters<typeof actionsFor>[0], role: keyof typeof ROLE_PERMISSIONS) => actionsFor(session, ROLE_PERMISSIONS[role]).map(({ action, blocked }) => (blocked === undefined ? action : `(${action})`));

describe(actionsFor.name, () => {
  const running = sessionOf([targetOf(1), targetOf(2)], { state: 'capturing' });
  const partial = sessionOf([targetOf(1), targetOf(2)], { state: 'partial', completed_count: 1, failed_count: 1, download_available: true });

  it.each([
    ['a running session', running, ['stop', 'cancel']],
    ['a stopping one', { ...running, state: 'stopping' as const }, ['(stop)', 'cancel']],
    ['a cancelling one', { ...running, cancel_requested_at: running.created_at }, ['(stop)', '(cancel)']],
    ['a partial one', partial, ['download', 'retry', 'hold', 'delete']],
    ['a completed one', { ...partial, state: 'completed' as const, completed_count: 2 }, ['download', 'hold', 'delete']],
    ['a held one', { ...partial, state: 'completed' as const, completed_count: 2, hold: { reason: 'evidence', at: partial.created_at, by: partial.created_by } }, ['download', 'release', '(delete)']],
    ['one without files', { ...partial, state: 'failed' as const, completed_count: 0, download_available: false }, ['(download)', 'retry', 'hold', 'delete']],
  ])('gives an operator for %s: %p', (_name, session, expected) => {
    expect(names(session, 'operator')).toEqual(expected);
  });

  it('offers to collect again where files still lie on a device', () => {
    expect(actionsFor(partial, ROLE_PERMISSIONS.operator, 1).map(({ action }) => action)).toContain('collect');
    expect(actionsFor(partial, ROLE_PERMISSIONS.viewer, 1).map(({ action }) => action)).not.toContain('collect');
  });

  it('offers to pause only what can pause, and to resume what is paused', () => {
    const pausable = { ...running, pausable: true };
    expect(names(pausable, 'operator')).toEqual(['pause', 'stop', 'cancel']);
    expect(names({ ...pausable, paused_at: running.created_at }, 'operator')).toEqual(['resume', 'stop', 'cancel']);
    expect(names({ ...pausable, state: 'configuring' }, 'operator')).toEqual(['(pause)', 'stop', 'cancel']);
    expect(names({ ...pausable, stop_requested_at: running.created_at }, 'operator')).toEqual(['(pause)', '(stop)', 'cancel']);
  });

  it('gives a viewer nothing that changes or reads a capture', () => {
    expect(names(running, 'viewer')).toEqual([]);
    expect(names(partial, 'viewer')).toEqual(['(download)']);
  });
});

describe(phasesOf.name, () => {
  it('shows where a failed target ended', () => {
    expect(phasesOf(targetOf(1, { state: 'failed' })).dots).toEqual(['failed', 'todo', 'todo', 'todo', 'todo']);
    const time = '2026-11-20T22:10:00.000Z';
    expect(phasesOf(targetOf(1, { state: 'failed', ready_at: time, started_at: time, stopped_at: time }))).toEqual({ dots: ['done', 'done', 'done', 'failed', 'todo'], text: 'Failed at: collect' });
  });

  it('moves only forwards over the states', () => {
    const done = (['pending', 'configuring', 'ready', 'starting', 'capturing', 'stopping', 'collecting', 'completed'] as const).map((state) => phasesOf(targetOf(1, { state })).dots.filter((dot) => dot === 'done').length);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.at(-1)).toBe(5);
  });
});

describe(spreadOf.name, () => {
  const live = (sent: (string | null)[]) => {
    const session = sessionOf(sent.map((start_sent_at, n) => targetOf(n + 1, { start_sent_at })));
    const folded = foldAll(undefined, [{ type: 'snapshot', data: { session, artifacts: [], sequence: 1 } }]);
    return folded === undefined ? [] : orderedTargets(folded);
  };

  it('is unknown until two targets have started', () => {
    expect(spreadOf(live(['2026-11-20T22:10:00.000Z', null]), null)).toBeUndefined();
  });

  it('measures from T0, with fractions of a millisecond', () => {
    const spread = spreadOf(live(['2026-11-20T22:10:00.004250Z', '2026-11-20T22:10:00.001Z', '2026-11-20T22:10:00.011Z']), '2026-11-20T22:10:00.000Z');
    expect(spread?.marks.map((mark) => mark.offsetMs)).toEqual([1, 4.25, 11]);
    expect(spread).toMatchObject({ spreadMs: 10, axisMs: 15, ticks: [0, 5, 10, 15], t0Ms: 0 });
  });

  it('shows T0 behind a start that was too early', () => {
    expect(spreadOf(live(['2026-11-20T22:09:59.998Z', '2026-11-20T22:10:00.002Z']), '2026-11-20T22:10:00.000Z')).toMatchObject({ spreadMs: 4, axisMs: 4, t0Ms: 2 });
  });

  it('leaves T0 out when clocks differ so much that the starts would fall into one dot', () => {
    expect(spreadOf(live(['2026-11-20T22:10:07.000Z', '2026-11-20T22:10:07.003Z']), '2026-11-20T22:10:00.000Z')).toMatchObject({ spreadMs: 3, t0Ms: undefined });
  });

  it('draws targets that started in the same millisecond', () => {
    expect(spreadOf(live(['2026-11-20T22:10:00.000Z', '2026-11-20T22:10:00.000Z']), null)).toMatchObject({ spreadMs: 0, axisMs: 0.5, t0Ms: undefined });
  });
});

describe(adviceFor.name, () => {
  it('always has something to say', () => {
    expect(adviceFor('HOSTKEY_MISMATCH', false)).toMatchObject({ to: '/inventory/host-keys' });
    expect(adviceFor('CODE_OF_TOMORROW', true).text).toContain('retry');
  });
});

describe(eventLine.name, () => {
  it.each([
    ['target.state-changed', 'x', { from: 'configuring', state: 'failed', attempt: 1, error: { code: 'AUTH_FAILED', message: 'refused' } }, { text: 'Target failed', state: 'failed', detail: 'AUTH_FAILED: refused' }],
    ['session.state-changed', null, { from: 'starting', state: 'capturing' }, { text: 'Session is capturing', state: 'capturing', detail: undefined }],
    ['target.attempt-started', 'x', { attempt: 2, state: 'pending' }, { text: 'Target begins again, attempt 2', state: 'pending', detail: undefined }],
    ['target.updated', 'x', { attempt: 1, state: 'capturing', message: '7 packets, 900 bytes' }, { text: 'Target reports', detail: '7 packets, 900 bytes' }],
    ['session.counts-changed', null, { state: 'collecting', completed_count: 1, artifact_count: 2 }, { text: 'Session counts', detail: '1 completed, 2 artifacts' }],
    ['session.stop-requested', null, { state: 'capturing', by: { type: 'user', id: '1', name: 'ada' } }, { text: 'Session stop requested', detail: 'by ada' }],
    ['artifact.added', 'x', { name: '01-edge.pcap', size: 1_200 }, { text: 'Artifact stored', detail: '01-edge.pcap: 1.2 kB' }],
    ['session.named-tomorrow', null, {}, { text: 'Session named tomorrow', detail: undefined }],
  ])('puts %s into words', (type, target_id, data, line) => {
    expect(eventLine({ type, target_id, data })).toEqual(line);
  });
});
