import { START, operator, policy, Simulation } from '../../../test/engine-fixtures';
import { decide } from './decide';
import { closesAt, nextDueAt } from './deadlines';
import type { Decision, EngineInput, Snapshot } from './model';
import { isLive } from './order';

const device = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const collection = (devices: number): Record<string, unknown> => ({
  duration_sec: undefined,
  targets: Array.from({ length: devices }, (_, index) => ({ kind: 'collection', device_id: device(index + 1), device_name: `sw-${index + 1}`, capture_types: ['configs'] })),
});
const types = ({ messages }: Decision): string[] => messages.map(({ type }) => type);

describe('a session of targets that need not start together', () => {
  let sut: Simulation;

  beforeEach(() => {
    sut = new Simulation(0, collection(3));
  });

  it('captures as soon as one of them does, and tells nobody to start', () => {
    const decision = sut.do({ type: 'advanced', fact: sut.advanced(1, 'capturing') });
    expect([sut.session.state, sut.session.t0]).toEqual(['capturing', null]);
    expect(types(decision)).toEqual(['target-changed', 'state-changed']);
    sut.finish(1, 'completed');
    expect(sut.session.state).toBe('capturing');
  });

  it('ends with the last of them', () => {
    sut.finish(1, 'completed');
    sut.finish(2, 'failed', { error: { code: 'AUTH_FAILED', message: 'no', retryable: false } });
    expect(sut.session.state).toBe('capturing');
    sut.finish(3, 'completed');
    expect([sut.session.state, sut.session.completedCount, sut.session.failedCount]).toEqual(['partial', 2, 1]);
  });

  it('lets them wait in their queue for hours, and judges one that is claimed by its heartbeat only', () => {
    sut.now = START + policy.queueLimitMs - 1;
    sut.tick();
    expect(sut.target(1).state).toBe('pending');
    sut.do({ type: 'advanced', fact: sut.advanced(1, 'pending') });
    sut.now += 10_000;
    sut.tick();
    expect(isLive(sut.target(1))).toBe(true);
    expect(sut.target(2).error?.code).toBe('WORKER_UNAVAILABLE');
  });

  it('begins one anew whose worker was lost, also while it was at work', () => {
    sut.do({ type: 'advanced', fact: sut.advanced(1, 'capturing') });
    sut.now += policy.heartbeatMs + 1;
    const decision = sut.tick();
    expect([sut.target(1).attempt, sut.target(1).state]).toEqual([2, 'pending']);
    expect(types(decision)).toEqual(expect.arrayContaining(['cancel-task', 'run-task']));
  });

  it('stops those at work, and cancels those that wait', () => {
    sut.do({ type: 'advanced', fact: sut.advanced(1, 'capturing') });
    const decision = sut.do({ type: 'stop', by: operator });
    expect(types(decision).filter((type) => type.endsWith('-task'))).toEqual(['stop-task', 'cancel-task', 'cancel-task']);
  });

  it('does not wait for a place in the queue when it is cancelled', () => {
    sut.do({ type: 'cancel', by: operator });
    expect(nextDueAt(sut.snapshot, policy)).toBe(START + policy.cancelAllowanceMs);
    sut.now = START + policy.cancelAllowanceMs;
    sut.tick();
    expect(sut.session.state).toBe('cancelled');
    expect(closesAt(sut.target(1), policy)).toBeLessThanOrEqual(sut.now);
  });

  it('lists what they store without announcing each', () => {
    const decision = sut.do({ type: 'artifact', fact: sut.artifact(1, { kind: 'cli-capture' }), known: [] });
    expect([decision.artifacts.length, types(decision).includes('artifact-added'), sut.session.artifactCount]).toEqual([1, false, 1]);
  });

  it('holds up nobody who starts together', () => {
    sut = new Simulation(2, { targets: [...new Simulation(2).snapshot.targets.map(({ spec }) => spec), ...(collection(1)['targets'] as object[])] });
    sut.do({ type: 'advanced', fact: sut.advanced(1, 'ready') });
    const decision = sut.do({ type: 'advanced', fact: sut.advanced(2, 'ready') });
    expect(types(decision).filter((type) => type === 'start-task')).toHaveLength(2);
  });
});

describe('a fact about one of thousands', () => {
  /** The same decision from the one target alone. */
  function partly(whole: Snapshot, ordinal: number, input: EngineInput, sut: Simulation): Decision {
    const target = whole.targets[ordinal - 1]!;
    return decide({ session: whole.session, targets: [target], othersLive: true }, input, sut.context());
  }

  it('changes the header as it does when all of them are read', () => {
    const sut = new Simulation(0, collection(4));
    const steps: ((simulation: Simulation) => readonly [ordinal: number, input: EngineInput])[] = [
      (of) => [1, { type: 'advanced', fact: of.advanced(1, 'capturing') }],
      (of) => [2, { type: 'advanced', fact: of.advanced(2, 'capturing') }],
      (of) => [1, { type: 'finished', fact: of.finished(1, 'completed', { artifacts: [of.artifact(1, { kind: 'cli-capture' }).artifact] }), known: [] }],
      (of) => [3, { type: 'finished', fact: of.finished(3, 'failed', { error: { code: 'CONN_REFUSED', message: 'no', retryable: true } }), known: [] }],
      (of) => [2, { type: 'finished', fact: of.finished(2, 'completed'), known: [] }],
    ];
    for (const step of steps) {
      sut.now += 1_000;
      const [ordinal, input] = step(sut);
      const part = partly(sut.snapshot, ordinal, input, sut);
      const whole = sut.do(input);
      expect(part.session).toEqual(whole.session);
      expect(part.messages).toEqual(whole.messages);
      expect(part.history).toEqual(whole.history);
      expect(part.artifacts).toEqual(whole.artifacts);
    }
    expect(sut.session).toMatchObject({ state: 'capturing', completedCount: 2, failedCount: 1, artifactCount: 1 });
  });
});
