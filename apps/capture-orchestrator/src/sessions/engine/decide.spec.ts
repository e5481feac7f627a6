import { SESSION_STATES, sessionMachine, TARGET_STATES, targetMachine, type TargetState } from '@capstan/contracts';
import { operator, policy, Simulation, START } from '../../../test/engine-fixtures';
import { decide } from './decide';
import { nextDueAt } from './deadlines';
import type { EngineInput, EngineTarget, Snapshot } from './model';

function armed(targets: number, overrides: Record<string, unknown> = {}): Simulation {
  const sut = new Simulation(targets, overrides);
  for (let ordinal = 1; ordinal <= targets; ordinal += 1) {
    sut.advance(ordinal, 'configuring', 'ready');
  }
  return sut;
}

function capturing(targets: number, overrides: Record<string, unknown> = {}): Simulation {
  const sut = armed(targets, overrides);
  for (let ordinal = 1; ordinal <= targets; ordinal += 1) {
    sut.advance(ordinal, 'starting', 'capturing');
  }
  return sut;
}

describe(decide.name, () => {
  describe('start together', () => {
    it('starts nobody before everybody is ready', () => {
      const sut = new Simulation(3);
      sut.advance(1, 'configuring', 'ready');
      sut.advance(2, 'configuring', 'ready');
      sut.advance(3, 'configuring');
      expect(sut.session).toMatchObject({ state: 'configuring', t0: null });
      expect(sut.messages('go')).toEqual([]);
    });

    it('tells all targets one instant, once, shortly in the future', () => {
      const sut = armed(3);
      expect(sut.session).toMatchObject({ state: 'starting', t0: START + policy.leadMs });
      expect(sut.messages('go')).toEqual([{ type: 'go', t0: START + policy.leadMs, taskIds: sut.snapshot.targets.map((target) => target.taskId) }]);
      expect(sut.messages('start-task')).toHaveLength(3);
      expect(sut.messages('state-changed').map((message) => 'session' in message && message.session.state)).toEqual(['configuring', 'ready', 'starting']);
    });

    it('goes on without a target that failed before the start', () => {
      const sut = new Simulation(2);
      sut.advance(1, 'configuring', 'ready');
      sut.finish(2, 'failed', { error: { code: 'AUTH_FAILED', message: 'refused', retryable: false }, capture_began: false });
      expect(sut.session.state).toBe('starting');
      expect(sut.messages('start-task')).toHaveLength(1);
    });

    it('§A5: keeps two targets of one host apart: the failure of one is its own, and the session comes to its end', () => {
      const host = { kind: 'packet-capture', device_type: 'linux', host: '10.0.0.1', credential_id: '00000000-0000-4000-8000-000000000001' };
      const sut = new Simulation(2, { targets: [{ ...host, interface: 'eth0' }, { ...host, interface: 'eth1' }] });
      sut.advance(1, 'configuring', 'ready');
      sut.finish(2, 'failed', { error: { code: 'BAD_INTERFACE', message: 'no eth1', retryable: false }, capture_began: false });
      expect(sut.snapshot.targets.map(({ error }) => error?.code)).toEqual([undefined, 'BAD_INTERFACE']);
      sut.advance(1, 'starting', 'capturing');
      sut.finish(1, 'completed');
      expect(sut.session.state).toBe('partial');
      expect(sut.snapshot.targets.map(({ state }) => state)).toEqual(['completed', 'failed']);
    });

    it('cancels the others when one fails and partial starts are not allowed', () => {
      const sut = new Simulation(2, { options: { allow_partial: false } });
      sut.advance(1, 'configuring', 'ready');
      sut.finish(2, 'failed', { capture_began: false });
      expect(sut.messages('cancel-task')).toMatchObject([{ target: { ordinal: 1 } }]);
      expect(sut.messages('go')).toEqual([]);
      sut.finish(1, 'cancelled', { capture_began: false });
      expect(sut.session.state).toBe('failed');
    });

    it('starts at the arm deadline with those that are ready, and fails the late ones', () => {
      const sut = new Simulation(3, { options: { arm_timeout_sec: 20 } });
      sut.advance(1, 'configuring', 'ready');
      sut.advance(2, 'configuring');
      sut.now = START + 20_000;
      sut.tick();
      expect(sut.target(1).state).toBe('ready');
      expect(sut.target(2)).toMatchObject({ state: 'failed', error: { code: 'ARM_TIMEOUT' } });
      expect(sut.target(3)).toMatchObject({ state: 'failed', error: { code: 'WORKER_UNAVAILABLE' } });
      expect(sut.session).toMatchObject({ state: 'starting', failedCount: 2 });
      expect(sut.messages('cancel-task')).toHaveLength(2);
      expect(sut.messages('cancel-hint')).toMatchObject([{ taskIds: [sut.target(2).taskId, sut.target(3).taskId] }]);
    });

    it('measures the spread of the start lines of the targets that started', () => {
      const sut = armed(3);
      sut.advance(1, 'capturing');
      expect(sut.session.startSpreadMs).toBeNull();
      sut.now += 7;
      sut.advance(2, 'capturing');
      sut.now += 100;
      sut.finish(3, 'failed', { error: { code: 'START_FAILED', message: 'no', retryable: false } });
      expect(sut.session).toMatchObject({ startSpreadMs: 7, captureStartedAt: START + 20 });
    });
  });

  describe('stop and cancel', () => {
    it('stop keeps: every started target is told to stop, and the session completes', () => {
      const sut = capturing(2);
      sut.do({ type: 'stop', by: operator });
      expect(sut.session).toMatchObject({ state: 'stopping', cancelRequestedAt: null });
      expect(sut.messages('stop-task')).toHaveLength(2);
      sut.advance(1, 'stopping', 'collecting');
      sut.advance(2, 'stopping', 'collecting');
      expect(sut.session.state).toBe('collecting');
      sut.finish(1, 'completed');
      sut.finish(2, 'completed');
      expect(sut.session).toMatchObject({ state: 'completed', completedCount: 2 });
    });

    it('stops captures without an end of their own when the time limit is reached, and keeps their files', () => {
      const rotating = { kind: 'packet-capture', device_type: 'linux', host: '10.0.0.1', credential_id: '00000000-0000-4000-8000-000000000001', mode: 'rotating' };
      const sut = capturing(1, { targets: [rotating], duration_sec: 60 });
      sut.now = (sut.session.t0 ?? 0) + policy.openEndedLimitMs;
      sut.snapshot = { ...sut.snapshot, targets: sut.snapshot.targets.map((target) => ({ ...target, lastHeartbeatAt: sut.now })) };
      expect(nextDueAt(sut.snapshot, policy)).toBe(sut.now);
      sut.tick();
      expect(sut.session).toMatchObject({ state: 'stopping', stopRequestedAt: sut.now, cancelRequestedAt: null });
      expect(sut.messages('stop-task')).toHaveLength(1);
    });

    it('repeating a stop or a cancel changes nothing', () => {
      const sut = capturing(1);
      sut.do({ type: 'stop', by: operator });
      expect(sut.do({ type: 'stop', by: operator }).changed).toBe(false);
      sut.do({ type: 'cancel', by: operator });
      expect(sut.do({ type: 'cancel', by: operator }).changed).toBe(false);
      expect(sut.do({ type: 'stop', by: operator }).changed).toBe(false);
    });

    it('stop before the start has nothing to keep and ends cancelled', () => {
      const sut = new Simulation(2);
      sut.advance(1, 'configuring', 'ready');
      sut.do({ type: 'stop', by: operator });
      expect(sut.messages('cancel-task')).toHaveLength(2);
      sut.finish(1, 'cancelled', { capture_began: false });
      expect(sut.session.state).toBe('stopping');
      sut.finish(2, 'cancelled', { capture_began: false });
      expect(sut.session.state).toBe('cancelled');
    });

    it('stop between the go and the first confirmation still keeps what there will be', () => {
      const sut = armed(1);
      sut.do({ type: 'stop', by: operator });
      expect(sut.messages('stop-task')).toHaveLength(1);
      expect(sut.messages('cancel-task')).toHaveLength(0);
    });

    it('cancel discards what the cancelled targets had stored, and asks for a sweep of the store', () => {
      const sut = capturing(1);
      sut.do({ type: 'artifact', fact: sut.artifact(1), known: [] });
      expect(sut.session.artifactCount).toBe(1);
      sut.do({ type: 'cancel', by: operator });
      const end = sut.finish(1, 'cancelled');
      expect(end.artifacts).toEqual([{ type: 'discard', targetId: sut.target(1).targetId }]);
      expect(end.sweep).toBe(true);
      expect(sut.session).toMatchObject({ state: 'cancelled', artifactCount: 0, artifactBytes: 0, captureCount: 0 });
    });

    it('cancel wins over a target that was done before it heard of it: nothing of it is kept, and it does not claim to be complete', () => {
      const sut = capturing(2);
      sut.finish(2, 'completed');
      sut.do({ type: 'artifact', fact: sut.artifact(2), known: [] });
      sut.do({ type: 'artifact', fact: sut.artifact(1), known: [] });
      sut.do({ type: 'cancel', by: operator });
      const end = sut.finish(1, 'completed');
      expect(end.artifacts).toEqual([{ type: 'discard', targetId: sut.target(1).targetId }]);
      expect([end.sweep, sut.target(1).state, sut.target(2).state]).toEqual([true, 'cancelled', 'completed']);
      // What had ended before stays as it was.
      expect(sut.session).toMatchObject({ state: 'cancelled', completedCount: 1, artifactCount: 1 });
    });

    it('cancel after a stop wins; stop after a cancel is refused', () => {
      const sut = capturing(1);
      sut.do({ type: 'stop', by: operator });
      sut.do({ type: 'cancel', by: operator });
      expect(sut.messages('cancel-task')).toHaveLength(1);
      const other = capturing(1);
      other.do({ type: 'cancel', by: operator });
      expect(() => other.do({ type: 'stop', by: operator })).toThrow(expect.objectContaining({ code: 'SESSION_STATE_CONFLICT' }));
    });

    it.each(['stop', 'cancel'] as const)('refuses to %s what has ended', (type) => {
      const sut = capturing(1);
      sut.finish(1, 'completed');
      expect(() => sut.do({ type, by: operator })).toThrow(expect.objectContaining({ code: 'SESSION_STATE_CONFLICT' }));
    });

    it('delete cancels a live session first and only marks an ended one', () => {
      const live = capturing(1);
      live.do({ type: 'delete', by: operator });
      expect(live.session).toMatchObject({ state: 'stopping', deleteRequestedAt: START, cancelRequestedAt: START });
      const ended = capturing(1);
      ended.finish(1, 'completed');
      expect(ended.do({ type: 'delete', by: operator })).toMatchObject({ changed: true, messages: [], session: { state: 'completed', deleteRequestedAt: START } });
    });
  });

  describe('lost workers', () => {
    it('tries again when a worker is lost before the capture, and cancels the first attempt', () => {
      const sut = new Simulation(2, { options: { max_attempts: 2, arm_timeout_sec: 600 } });
      sut.advance(1, 'configuring');
      sut.advance(2, 'configuring', 'ready');
      const first = sut.target(1).taskId;
      sut.now = START + policy.heartbeatMs - 1;
      sut.advance(2, 'ready');
      sut.now += 1;
      sut.tick();
      expect(sut.target(1)).toMatchObject({ state: 'pending', attempt: 2, lastSequence: 0 });
      expect(sut.messages('cancel-task')).toMatchObject([{ target: { taskId: first, attempt: 1 } }]);
      expect(sut.messages('run-task')).toMatchObject([{ target: { attempt: 2, taskId: sut.target(1).taskId } }]);
      sut.advance(1, 'configuring', 'ready');
      expect(sut.session.state).toBe('starting');
    });

    it('does not fold what a given-up attempt still says', () => {
      const sut = new Simulation(1);
      const late = sut.finished(1, 'completed');
      sut.advance(1, 'configuring');
      sut.now += policy.heartbeatMs;
      sut.tick();
      expect(sut.do({ type: 'finished', fact: late, known: [] }).changed).toBe(false);
      expect(sut.target(1)).toMatchObject({ state: 'pending', attempt: 2 });
    });

    it('fails with WORKER_LOST when attempts are used up', () => {
      const sut = new Simulation(1, { options: { max_attempts: 1 } });
      sut.advance(1, 'configuring');
      sut.now += policy.heartbeatMs;
      sut.tick();
      expect(sut.target(1)).toMatchObject({ state: 'failed', error: { code: 'WORKER_LOST' } });
      expect(sut.session.state).toBe('failed');
    });

    it('never repeats a capture that may have begun', () => {
      const sut = capturing(1, { options: { max_attempts: 5 } });
      sut.now += policy.heartbeatMs;
      sut.tick();
      expect(sut.target(1)).toMatchObject({ state: 'failed', attempt: 1, error: { code: 'WORKER_LOST' } });
    });

    it('repeats when the worker itself reports that its predecessor was lost before the capture', () => {
      const sut = armed(1);
      sut.finish(1, 'failed', { error: { code: 'WORKER_LOST', message: 'lost', retryable: true }, capture_began: false });
      expect(sut.target(1)).toMatchObject({ state: 'pending', attempt: 2 });
      sut.now += 1_000;
      sut.advance(1, 'configuring', 'ready');
      expect(sut.messages('start-task').at(-1)).toMatchObject({ target: { attempt: 2 }, t0: sut.now + policy.leadMs });
      expect(sut.session.t0).toBe(START + policy.leadMs);
    });

    it('does not repeat once a stop was asked for', () => {
      const sut = armed(1);
      sut.do({ type: 'stop', by: operator });
      sut.finish(1, 'failed', { error: { code: 'WORKER_LOST', message: 'lost', retryable: true }, capture_began: false });
      expect(sut.target(1)).toMatchObject({ state: 'failed', attempt: 1 });
    });

    it('judges nobody until the facts that queued up during an outage had time to arrive', () => {
      const sut = capturing(1);
      sut.now += 10 * policy.heartbeatMs;
      sut.observedSince = sut.now - policy.heartbeatMs + 1;
      expect(sut.tick().changed).toBe(false);
      sut.now += 1;
      expect(sut.tick().changed).toBe(true);
    });

    it('fails what nobody claims with WORKER_UNAVAILABLE, and leaves a cancellation for whoever comes late', () => {
      const sut = new Simulation(1);
      sut.now += policy.scheduleToStartMs;
      sut.tick();
      expect(sut.target(1)).toMatchObject({ state: 'failed', error: { code: 'WORKER_UNAVAILABLE' } });
      expect(sut.messages('cancel-task')).toHaveLength(1);
    });

    it('ends a target that never closes with DEADLINE_EXCEEDED', () => {
      const sut = capturing(1);
      sut.snapshot = { ...sut.snapshot, targets: sut.snapshot.targets.map((target) => ({ ...target, lastHeartbeatAt: sut.target(1).closeBy })) };
      sut.now = sut.target(1).closeBy;
      sut.tick();
      expect(sut.target(1)).toMatchObject({ state: 'failed', error: { code: 'DEADLINE_EXCEEDED' } });
    });
  });

  describe('artifacts', () => {
    it('counts an artifact once, however often it is announced', () => {
      const sut = capturing(1);
      const fact = sut.artifact(1);
      sut.do({ type: 'artifact', fact, known: [] });
      const { artifact } = fact;
      const known = [{ artifactId: artifact.artifact_id, key: artifact.key, targetId: artifact.target_id, size: artifact.size, kind: artifact.kind }];
      expect(sut.do({ type: 'artifact', fact, known }).changed).toBe(false);
      expect(sut.session).toMatchObject({ artifactCount: 1, artifactBytes: 100, captureCount: 1 });
    });

    it('counts an artifact that is announced after its task finished', () => {
      const sut = capturing(1);
      const fact = sut.artifact(1);
      sut.finish(1, 'completed');
      const late = sut.do({ type: 'artifact', fact, known: [] });
      expect(late.messages.map((message) => message.type)).toEqual(['artifact-added', 'state-changed']);
      expect(sut.session).toMatchObject({ state: 'completed', artifactCount: 1 });
    });

    it('takes the whole bundle from the last fact, when that overtook the facts about the artifacts', () => {
      const sut = capturing(1);
      const fact = sut.artifact(1);
      const end = sut.finish(1, 'completed', { artifacts: [fact.artifact] });
      expect(end.artifacts).toMatchObject([{ type: 'add', artifact: fact.artifact }]);
      expect(sut.session).toMatchObject({ state: 'completed', artifactCount: 1, captureCount: 1 });
      const { artifact } = fact;
      const known = [{ artifactId: artifact.artifact_id, key: artifact.key, targetId: artifact.target_id, size: artifact.size, kind: artifact.kind }];
      expect(sut.do({ type: 'artifact', fact, known }).changed).toBe(false);
    });

    it('does not count what an attempt stored that ended because its worker was lost', () => {
      const sut = armed(1);
      const { artifact } = sut.artifact(1, { kind: 'transcript' });
      sut.finish(1, 'failed', { artifacts: [artifact], error: { code: 'WORKER_LOST', message: 'lost', retryable: true }, capture_began: false });
      expect(sut.target(1)).toMatchObject({ attempt: 2, artifactCount: 0 });
      expect(sut.session.artifactCount).toBe(0);
      expect(sut.messages('artifact-added')).toEqual([]);
    });

    it('keeps what a failed target stored', () => {
      const sut = capturing(1);
      sut.do({ type: 'artifact', fact: sut.artifact(1), known: [] });
      sut.finish(1, 'failed', { error: { code: 'FILE_TRUNCATED', message: 'cut', retryable: false } });
      expect(sut.session).toMatchObject({ state: 'failed', artifactCount: 1, captureCount: 1 });
    });

    it('does not count a transcript as something to download', () => {
      const sut = capturing(1);
      sut.do({ type: 'artifact', fact: sut.artifact(1, { kind: 'transcript' }), known: [] });
      expect(sut.session).toMatchObject({ artifactCount: 1, captureCount: 0 });
    });

    it('sweeps an object that a cancelled attempt stored too late', () => {
      const sut = capturing(1);
      const fact = sut.artifact(1);
      sut.do({ type: 'cancel', by: operator });
      sut.finish(1, 'cancelled');
      expect(sut.do({ type: 'artifact', fact, known: [] })).toMatchObject({ changed: true, sweep: true, messages: [], artifacts: [] });
    });
  });

  describe('every state and every event', () => {
    const inputs: Record<string, (sut: Simulation) => EngineInput> = {
      ...Object.fromEntries(
        (['pending', 'configuring', 'ready', 'starting', 'capturing', 'stopping', 'collecting'] as const).map((state) => [
          `advanced ${state}`,
          (sut: Simulation): EngineInput => ({ type: 'advanced', fact: sut.advanced(1, state) }),
        ]),
      ),
      ...Object.fromEntries(
        (['completed', 'failed', 'cancelled'] as const).map((outcome) => [
          `finished ${outcome}`,
          (sut: Simulation): EngineInput => ({ type: 'finished', fact: sut.finished(1, outcome), known: [] }),
        ]),
      ),
    };
    const cases = TARGET_STATES.flatMap((state) => Object.keys(inputs).map((event) => [state, event] as const));

    it.each(cases)('a target that is %s hears "%s"', (state, event) => {
      const sut = new Simulation(1);
      sut.snapshot = withState(sut.snapshot, state);
      const [verb, said] = event.split(' ') as ['advanced' | 'finished', TargetState];
      sut.do(inputs[event]?.(sut) as EngineInput);
      const moves = targetMachine.canMove(state, said);
      expect(sut.target(1).state).toBe(moves ? said : state);
      if (!moves && verb === 'finished') {
        expect(sut.decisions.at(-1)?.changedTargets).toEqual([]);
      }
    });

    const wishes = SESSION_STATES.flatMap((state) => (['stop', 'cancel', 'delete'] as const).map((wish) => [state, wish] as const));
    it.each(wishes)('a session that is %s is asked to %s', (state, wish) => {
      const sut = new Simulation(1);
      const targetState = sessionMachine.isTerminal(state) ? (state === 'partial' ? 'completed' : (state as TargetState)) : (state as TargetState);
      const t0 = ['starting', 'capturing', 'stopping', 'collecting'].includes(state) ? START : null;
      sut.snapshot = withState(sut.snapshot, targetState);
      sut.snapshot = { ...sut.snapshot, session: { ...sut.session, state, t0 } };
      if (sessionMachine.isTerminal(state) && wish !== 'delete') {
        expect(() => sut.do({ type: wish, by: operator })).toThrow(expect.objectContaining({ code: 'SESSION_STATE_CONFLICT' }));
        return;
      }
      sut.do({ type: wish, by: operator });
      expect(sut.session.state).toBe(sessionMachine.isTerminal(state) ? state : state === 'collecting' ? 'collecting' : 'stopping');
    });
  });

  it('publishes a change once, numbered without a hole, and a heartbeat-like repetition not at all', () => {
    const sut = capturing(2);
    sut.finish(1, 'completed');
    sut.finish(2, 'completed');
    const numbers = sut.decisions.flatMap((decision) => decision.history.map((line) => line.sequence));
    expect(numbers).toEqual(numbers.map((_, index) => index + 2));
    expect(sut.session.sequence).toBe(numbers.at(-1));
    expect(sut.messages('finished')).toHaveLength(1);
  });
});

function withState(snapshot: Snapshot, state: TargetState): Snapshot {
  const targets = snapshot.targets.map((target): EngineTarget => ({ ...target, state, startOrderedAt: START }));
  return { session: snapshot.session, targets };
}
