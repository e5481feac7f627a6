import { decideOverlap, type OverlapDecision, type RunAtHand } from './overlap';

const run = (overrides: Partial<RunAtHand>): RunAtHand => ({ policy: 'skip', trigger: 'cron', state: 'due', previousRuns: true, anotherWaits: false, ...overrides });

describe(decideOverlap.name, () => {
  it.each<[string, Partial<RunAtHand>, OverlapDecision]>([
    ['nothing is in the way', { previousRuns: false }, 'start'],
    ['the policy is to skip', {}, 'skip'],
    ['the policy is to queue', { policy: 'queue' }, 'wait'],
    ['one waits already', { policy: 'queue', anotherWaits: true }, 'skip'],
    ['the policy is to cancel the previous one', { policy: 'cancel_previous' }, 'cancel-previous-and-wait'],
    ['the previous one was told to end and has not', { policy: 'cancel_previous', state: 'queued' }, 'wait'],
    ['it waited long enough', { policy: 'queue', state: 'queued', previousRuns: false }, 'start'],
    ['a person starts it', { trigger: 'manual' }, 'start'],
  ])('when %s', (_, overrides, expected) => {
    expect(decideOverlap(run(overrides))).toBe(expected);
  });
});
