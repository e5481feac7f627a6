import { SESSION_STATES, sessionMachine, type SessionState, TARGET_STATES, targetMachine, type TargetState } from '@capstan/contracts';
import fc from 'fast-check';
import { aggregate, type SessionFacts } from './aggregate';
import { rankOf } from './order';

const running: Omit<SessionFacts, 'targets'> = { goSent: true, stopRequested: false, cancelRequested: false };
const waiting = { ...running, goSent: false };
const stopped = { ...running, stopRequested: true };
const cancelled = { ...running, cancelRequested: true };

describe(aggregate.name, () => {
  it.each<[SessionState, readonly TargetState[], Omit<SessionFacts, 'targets'>, SessionState]>([
    ['pending', ['pending', 'pending'], waiting, 'pending'],
    ['pending', ['pending', 'configuring'], waiting, 'configuring'],
    ['pending', ['pending', 'failed'], waiting, 'configuring'],
    ['configuring', ['ready', 'configuring'], waiting, 'configuring'],
    ['configuring', ['ready', 'ready'], running, 'starting'],
    ['ready', ['ready', 'ready'], running, 'starting'],
    ['starting', ['starting', 'ready'], running, 'starting'],
    ['starting', ['capturing', 'ready'], running, 'capturing'],
    ['starting', ['failed', 'ready'], running, 'starting'],
    ['starting', ['completed', 'ready'], running, 'capturing'],
    ['capturing', ['stopping', 'capturing'], running, 'capturing'],
    ['capturing', ['stopping', 'stopping'], running, 'stopping'],
    ['capturing', ['failed', 'stopping'], running, 'stopping'],
    ['capturing', ['capturing', 'capturing'], stopped, 'stopping'],
    ['capturing', ['capturing', 'capturing'], cancelled, 'stopping'],
    ['configuring', ['configuring', 'ready'], { ...waiting, cancelRequested: true }, 'stopping'],
    ['stopping', ['collecting', 'stopping'], running, 'stopping'],
    ['stopping', ['collecting', 'collecting'], running, 'collecting'],
    ['stopping', ['collecting', 'completed'], running, 'collecting'],
    ['collecting', ['completed', 'completed'], running, 'completed'],
    ['collecting', ['completed', 'failed'], running, 'partial'],
    ['collecting', ['completed', 'cancelled'], running, 'partial'],
    ['collecting', ['failed', 'failed'], running, 'failed'],
    ['configuring', ['failed', 'failed'], waiting, 'failed'],
    ['stopping', ['cancelled', 'cancelled'], cancelled, 'cancelled'],
    ['stopping', ['cancelled', 'failed'], cancelled, 'cancelled'],
    ['stopping', ['completed', 'cancelled'], cancelled, 'cancelled'],
    ['stopping', ['cancelled', 'cancelled'], stopped, 'cancelled'],
    ['configuring', ['failed', 'cancelled'], waiting, 'failed'],
  ])('makes %s of targets %j (%j) into %s', (previous, targets, facts, expected) => {
    expect(aggregate(previous, { targets, ...facts })).toBe(expected);
  });

  const anyFacts = fc.record({
    targets: fc.array(fc.constantFrom(...TARGET_STATES), { minLength: 1, maxLength: 6 }),
    goSent: fc.boolean(),
    stopRequested: fc.boolean(),
    cancelRequested: fc.boolean(),
  });

  it('never goes back, never leaves a terminal state, and makes only moves of the state table', () => {
    fc.assert(
      fc.property(fc.constantFrom(...SESSION_STATES), anyFacts, (previous, facts) => {
        const next = aggregate(previous, facts);
        expect(next === previous || sessionMachine.canMove(previous, next)).toBe(true);
        expect(rankOf(next)).toBeGreaterThanOrEqual(rankOf(previous));
      }),
    );
  });

  it('is terminal exactly when every target is', () => {
    const live = SESSION_STATES.filter((state) => !sessionMachine.isTerminal(state));
    fc.assert(
      fc.property(fc.constantFrom(...live), anyFacts, (previous, facts) => {
        const ended = facts.targets.every((state) => targetMachine.isTerminal(state));
        expect(sessionMachine.isTerminal(aggregate(previous, facts))).toBe(ended);
      }),
    );
  });
});
