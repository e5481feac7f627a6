import { TARGET_KINDS } from '@capstan/contracts';
import { operator, policy, Simulation, START } from '../../../test/engine-fixtures';
import { nextDueAt } from './deadlines';
import { pause, resume } from './pause';

/** Whether the kind may pause is data; the engine's rules are the same for every kind. */
function letPause(pausable: boolean): void {
  jest.replaceProperty(TARGET_KINDS['packet-capture'] as { pausable: boolean }, 'pausable', pausable);
}

function capturing(targets: number, overrides: Record<string, unknown> = {}): Simulation {
  const sut = new Simulation(targets, overrides);
  for (let ordinal = 1; ordinal <= targets; ordinal += 1) {
    sut.advance(ordinal, 'configuring', 'ready');
  }
  for (let ordinal = 1; ordinal <= targets; ordinal += 1) {
    sut.advance(ordinal, 'starting', 'capturing');
  }
  return sut;
}

function conflictOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe(pause.name, () => {
  beforeEach(() => letPause(true));
  afterEach(() => jest.restoreAllMocks());

  it('orders every target to hold still, once, and says so in the history', () => {
    const sut = capturing(2);
    sut.now = START + 5_000;
    const decision = sut.do({ type: 'pause', by: operator });
    expect(sut.session).toMatchObject({ state: 'capturing', pausedAt: START + 5_000, pausedMs: 0 });
    expect(decision.messages.map(({ type }) => type)).toEqual(['pause-task', 'pause-task', 'pause-hint', 'state-changed']);
    expect(decision.history).toMatchObject([{ type: 'session.paused', data: { by: operator, paused_at: new Date(START + 5_000).toISOString() } }]);
    expect(sut.do({ type: 'pause', by: operator }).changed).toBe(false);
  });

  it('is refused where a target cannot hold still, with its kind', () => {
    letPause(false);
    const sut = capturing(1);
    expect(conflictOf(() => sut.do({ type: 'pause', by: operator }))).toMatchObject({ code: 'NOT_PAUSABLE', details: { kinds: ['packet-capture'] } });
  });

  it.each([
    ['before the capture', () => new Simulation(1)],
    ['while it is being stopped', () => { const sut = capturing(1); sut.do({ type: 'stop', by: operator }); return sut; }],
    ['after its end', () => { const sut = capturing(1); sut.finish(1, 'completed'); return sut; }],
  ])('is refused %s, and so is going on', (_when, made) => {
    const sut = made();
    expect(conflictOf(() => sut.do({ type: 'pause', by: operator }))).toMatchObject({ code: 'SESSION_STATE_CONFLICT' });
    expect(conflictOf(() => sut.do({ type: 'resume', by: operator }))).toMatchObject({ code: 'SESSION_STATE_CONFLICT' });
  });

  it('shows what the workers confirm, and forgets it with the target', () => {
    const sut = capturing(1);
    sut.do({ type: 'pause', by: operator });
    const at = new Date(START + 7_000).toISOString();
    sut.do({ type: 'advanced', fact: sut.advanced(1, 'capturing', { paused_at: at }) });
    expect(sut.target(1).pausedAt).toBe(START + 7_000);
    sut.do({ type: 'advanced', fact: sut.advanced(1, 'capturing', { message: 'still here' }) });
    expect(sut.target(1).pausedAt).toBe(START + 7_000);
    sut.finish(1, 'failed');
    expect(sut.target(1).pausedAt).toBeNull();
    expect(sut.session).toMatchObject({ state: 'failed', pausedAt: null });
  });

  it('lets no deadline close a target, and stops a session that is forgotten', () => {
    const sut = capturing(1);
    sut.do({ type: 'pause', by: operator });
    const target = sut.target(1);
    sut.now = START + policy.pauseLimitMs - 1;
    sut.do({ type: 'advanced', fact: sut.advanced(1, 'capturing') });
    expect(nextDueAt(sut.snapshot, policy)).toBe(START + policy.pauseLimitMs);
    expect(sut.now).toBeGreaterThan(target.closeBy);
    expect(sut.tick().messages).toEqual([]);
    sut.now = START + policy.pauseLimitMs;
    sut.tick();
    expect(sut.session).toMatchObject({ state: 'stopping', pausedAt: null, pausedMs: policy.pauseLimitMs });
    expect(sut.messages('stop-task')).toHaveLength(1);
  });

  it('keeps a late second attempt waiting until the session goes on', () => {
    const sut = capturing(2);
    sut.do({ type: 'pause', by: operator });
    const lost = { code: 'WORKER_LOST', message: 'gone', retryable: true };
    sut.snapshot = { ...sut.snapshot, targets: sut.snapshot.targets.map((target) => (target.ordinal === 2 ? { ...target, state: 'starting', startedAt: null, startSentAt: null } : target)) };
    sut.finish(2, 'failed', { error: lost, capture_began: false });
    sut.advance(2, 'configuring', 'ready');
    expect(sut.target(2)).toMatchObject({ attempt: 2, state: 'ready', startOrderedAt: null });
    sut.do({ type: 'resume', by: operator });
    expect(sut.target(2).startOrderedAt).toBe(sut.now);
  });
});

describe(resume.name, () => {
  beforeEach(() => letPause(true));
  afterEach(() => jest.restoreAllMocks());

  it('moves what lies behind the pause by its length', () => {
    const sut = capturing(1);
    const { closeBy, closeWithinMs } = sut.target(1);
    sut.now = START + 1_000;
    sut.do({ type: 'pause', by: operator });
    sut.now = START + 61_000;
    const decision = sut.do({ type: 'resume', by: operator });
    expect(sut.session).toMatchObject({ pausedAt: null, pausedMs: 60_000, pauseOrder: 2 });
    expect(sut.target(1)).toMatchObject({ closeBy: closeBy + 60_000, closeWithinMs: closeWithinMs + 60_000 });
    expect(decision.messages).toMatchObject([{ type: 'resume-task', order: 2 }, { type: 'pause-hint' }, { type: 'state-changed' }]);
    expect(decision.history[0]?.type).toBe('session.resumed');
    expect(sut.do({ type: 'resume', by: operator }).changed).toBe(false);
  });

  it('adds up several pauses, and one that is ended by a stop', () => {
    const sut = capturing(1);
    for (const [paused, resumed] of [[1_000, 3_000], [10_000, 14_000]] as const) {
      sut.now = START + paused;
      sut.do({ type: 'pause', by: operator });
      sut.now = START + resumed;
      sut.do({ type: 'resume', by: operator });
    }
    sut.now = START + 20_000;
    sut.do({ type: 'pause', by: operator });
    sut.now = START + 21_000;
    sut.do({ type: 'stop', by: operator });
    expect(sut.session).toMatchObject({ state: 'stopping', pausedAt: null, pausedMs: 7_000 });
  });
});
