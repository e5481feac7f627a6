import { sessionMachine, targetMachine } from '@capstan/contracts';
import fc from 'fast-check';
import { operator, policy, Simulation } from '../../../test/engine-fixtures';
import { decide } from './decide';
import { nextDueAt } from './deadlines';
import type { EngineInput, EngineTarget, KnownArtifact, Snapshot } from './model';
import { rankOf } from './order';

type Outcome = 'completed' | 'failed' | 'cancelled';

/** What one worker has to say about one target: any prefix of the road, some artifacts, and one end. */
const script = fc.record({
  steps: fc.integer({ min: 0, max: 6 }),
  outcome: fc.constantFrom<Outcome>('completed', 'failed', 'cancelled'),
  artifacts: fc.integer({ min: 0, max: 3 }),
  startOffset: fc.integer({ min: 0, max: 500 }),
});
type Script = typeof script extends fc.Arbitrary<infer T> ? T : never;

const STEPS = ['configuring', 'ready', 'starting', 'capturing', 'stopping', 'collecting'] as const;

function said(sut: Simulation, scripts: readonly Script[]): EngineInput[] {
  return scripts.flatMap(({ steps, outcome, artifacts, startOffset }, index): EngineInput[] => {
    const ordinal = index + 1;
    const at = new Date(sut.now + startOffset).toISOString();
    const stored = Array.from({ length: artifacts }, () => sut.artifact(ordinal));
    return [
      ...STEPS.slice(0, steps).map(
        (state, step): EngineInput => ({
          type: 'advanced',
          fact: sut.advanced(ordinal, state, {
            message: `step ${step}`,
            metrics: { packets_captured: step * 10 },
            ...(state === 'capturing' ? { start_sent_at: at, started_at: at } : {}),
          }),
        }),
      ),
      ...stored.map((fact): EngineInput => ({ type: 'artifact', fact, known: [] })),
      {
        type: 'finished',
        // Told again by the last fact, all but one: a worker may be older than that habit.
        fact: sut.finished(ordinal, outcome, { metrics: { packets_captured: 99 }, capture_began: steps > 3, artifacts: stored.slice(1).map((fact) => fact.artifact) }),
        known: [],
      },
    ];
  });
}

/** Hands in inputs as the service does: it looks up which artifacts are known first. */
function feed(sut: Simulation, inputs: readonly EngineInput[]): void {
  const stored = new Map<string, KnownArtifact>();
  for (const input of inputs) {
    const known = [...stored.values()];
    const decision = sut.do(input.type === 'artifact' || input.type === 'finished' ? { ...input, known } : input);
    for (const change of decision.artifacts) {
      if (change.type === 'add') {
        const { artifact } = change;
        stored.set(artifact.artifact_id, { artifactId: artifact.artifact_id, key: artifact.key, targetId: artifact.target_id, size: artifact.size, kind: artifact.kind });
      } else {
        [...stored.values()].filter((row) => row.targetId === change.targetId).forEach((row) => stored.delete(row.artifactId));
      }
    }
  }
}

/** What must not depend on the order of arrival. */
function outcomeOf({ session, targets }: Snapshot): unknown {
  const { state, completedCount, failedCount, artifactCount, artifactBytes, startSpreadMs, captureStartedAt } = session;
  return {
    session: { state, completedCount, failedCount, artifactCount, artifactBytes, startSpreadMs, captureStartedAt },
    targets: targets.map(({ state: targetState, error, message, metrics, startSentAt, startedAt, readyAt, artifactCount: stored }) => ({
      targetState, error, message, metrics, startSentAt, startedAt, readyAt, stored,
    })),
  };
}

function assertMonotonic(sut: Simulation, first: Snapshot): void {
  let before = first;
  let ends = 0;
  for (const decision of sut.decisions) {
    const { session } = decision;
    expect(session.state === before.session.state || sessionMachine.canMove(before.session.state, session.state)).toBe(true);
    expect(sessionMachine.isTerminal(session.state)).toBe(decision.targets.every((target) => targetMachine.isTerminal(target.state)));
    expect(session.sequence).toBeGreaterThanOrEqual(before.session.sequence);
    decision.targets.forEach((target, index) => assertForward(before.targets[index] as EngineTarget, target));
    ends += decision.messages.filter((message) => message.type === 'finished').length;
    before = { session, targets: decision.targets };
  }
  expect(ends).toBe(sessionMachine.isTerminal(before.session.state) ? 1 : 0);
}

function assertForward(before: EngineTarget, after: EngineTarget): void {
  expect(after.attempt).toBeGreaterThanOrEqual(before.attempt);
  if (after.attempt > before.attempt) {
    expect(targetMachine.isTerminal(before.state)).toBe(false);
    return;
  }
  expect(rankOf(after.state)).toBeGreaterThanOrEqual(rankOf(before.state));
  expect(after.state === before.state || targetMachine.canMove(before.state, after.state)).toBe(true);
}

const scripts = fc.array(script, { minLength: 1, maxLength: 4 });

describe(`${decide.name}, for every interleaving`, () => {
  it('ends the same however the facts are shuffled and repeated', () => {
    fc.assert(
      fc.property(scripts, fc.infiniteStream(fc.nat()), (all, dice) => {
        const inOrder = new Simulation(all.length);
        feed(inOrder, said(inOrder, all));

        const shuffled = new Simulation(all.length);
        const facts = said(shuffled, all);
        const deck = [...facts, ...facts.filter((_, index) => index % 2 === 0)];
        for (let left = deck.length - 1; left > 0; left -= 1) {
          const other = (dice.next().value as number) % (left + 1);
          [deck[left], deck[other]] = [deck[other] as EngineInput, deck[left] as EngineInput];
        }
        const first = shuffled.snapshot;
        feed(shuffled, deck);

        expect(outcomeOf(shuffled.snapshot)).toEqual(outcomeOf(inOrder.snapshot));
        assertMonotonic(shuffled, first);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps its invariants under any mix of facts, wishes, lost workers and lost messages, and always comes to an end', () => {
    const event = fc.oneof(
      { weight: 12, arbitrary: fc.record({ do: fc.constant('fact' as const), pick: fc.nat() }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('stop' as const, 'cancel' as const, 'delete' as const), pick: fc.nat() }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), pick: fc.integer({ min: 0, max: 60_000 }) }) },
    );
    const options = fc.record({ allow_partial: fc.boolean(), max_attempts: fc.integer({ min: 1, max: 3 }), arm_timeout_sec: fc.integer({ min: 5, max: 120 }) });
    fc.assert(
      fc.property(scripts, options, fc.array(event, { maxLength: 60 }), (all, chosen, events) => {
        const sut = new Simulation(all.length, { options: chosen });
        const first = sut.snapshot;
        const facts = said(sut, all);
        for (const { do: what, pick } of events) {
          if (what === 'fact') {
            feed(sut, [facts[pick % facts.length] as EngineInput]);
          } else if (what === 'wait') {
            sut.now += pick;
            sut.tick();
          } else {
            wish(sut, what);
          }
        }
        comeToAnEnd(sut);
        assertMonotonic(sut, first);
        const numbers = sut.decisions.flatMap((decision) => decision.history.map((line) => line.sequence));
        expect(numbers).toEqual(numbers.map((_, index) => index + 2));
      }),
      { numRuns: 500 },
    );
  });

  it('starts no target twice, and none after it was told to end', () => {
    fc.assert(
      fc.property(scripts, fc.array(fc.nat(), { maxLength: 40 }), (all, picks) => {
        const sut = new Simulation(all.length);
        const facts = said(sut, all);
        for (const pick of picks) {
          feed(sut, [facts[pick % facts.length] as EngineInput]);
          if (pick % 17 === 0) {
            wish(sut, 'stop');
          }
        }
        const orders = sut.decisions.flatMap((decision) => decision.messages);
        const tasks = sut.messages('start-task').map((message) => ('target' in message ? message.target.taskId : ''));
        expect(new Set(tasks).size).toBe(tasks.length);
        for (const taskId of tasks) {
          const kinds = orders.filter((order) => 'target' in order && order.target.taskId === taskId).map((order) => order.type);
          const start = kinds.indexOf('start-task');
          expect(kinds.slice(0, start)).not.toContain('stop-task');
          expect(kinds.slice(0, start)).not.toContain('cancel-task');
        }
      }),
      { numRuns: 300 },
    );
  });
});

function wish(sut: Simulation, type: 'stop' | 'cancel' | 'delete'): void {
  try {
    sut.do({ type, by: operator });
  } catch (error) {
    expect(error).toMatchObject({ code: 'SESSION_STATE_CONFLICT' });
  }
}

/** With no worker left to say anything, the deadlines alone must end every session. */
function comeToAnEnd(sut: Simulation): void {
  for (let round = 0; round < 50; round += 1) {
    const due = nextDueAt(sut.snapshot, policy);
    if (due === null) {
      break;
    }
    sut.now = Math.max(sut.now + 1, due);
    sut.tick();
  }
  expect(sessionMachine.isTerminal(sut.session.state)).toBe(true);
}
