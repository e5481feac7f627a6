import type { SessionSummary } from '@capstan/contracts';
import fc from 'fast-check';
import { fold, foldAll, type LiveMessage, type LiveSession, ratesOf } from './live-session';
import { artifactOf, headerOf, idOf, sessionOf, targetOf } from './live-session.fixture';

const summary = (overrides: Partial<SessionSummary>): SessionSummary => {
  return headerOf(sessionOf([targetOf(1), targetOf(2)], overrides));
};
const snapshot = (sequence: number): LiveMessage => ({ type: 'snapshot', data: { session: sessionOf([targetOf(1), targetOf(2)], { sequence }), artifacts: [], sequence } });
const progress = (n: number, sequence: number, packets: number, attempt = 1): LiveMessage => ({
  type: 'progress',
  data: { session_id: idOf(1, 1), target_id: idOf(2, n), attempt, sequence, time: new Date(1_000 * sequence).toISOString(), metrics: { packets_captured: packets, bytes: packets * 100 } },
});
const target = (n: number, sequence: number, overrides: Parameters<typeof targetOf>[1]): LiveMessage => ({
  type: 'target',
  data: { session_id: idOf(1, 1), sequence, target: targetOf(n, overrides) },
});
const state = (sequence: number, overrides: Partial<SessionSummary>): LiveMessage => ({ type: 'state', data: { session: summary({ ...overrides, sequence }), sequence } });

/** One session from its beginning to its end, in the order in which it happened. */
const story: LiveMessage[] = [
  snapshot(1),
  state(2, { state: 'configuring' }),
  target(1, 3, { state: 'configuring' }),
  target(2, 4, { state: 'configuring' }),
  target(1, 5, { state: 'ready' }),
  target(2, 6, { state: 'failed', error: { code: 'AUTH_FAILED', message: 'refused', retryable: false } }),
  state(7, { state: 'starting' }),
  target(1, 8, { state: 'capturing', metrics: {} }),
  state(9, { state: 'capturing' }),
  progress(1, 1, 10),
  progress(1, 2, 25),
  target(1, 10, { state: 'capturing', message: 'writing', metrics: { packets_captured: 25, bytes: 2_500 } }),
  progress(1, 3, 70),
  progress(1, 4, 90),
  target(1, 11, { state: 'collecting', metrics: { packets_captured: 90, bytes: 9_000 } }),
  { type: 'artifact', data: { session_id: idOf(1, 1), sequence: 12, artifact: artifactOf(1) } },
  target(1, 13, { state: 'completed', metrics: { packets_captured: 91, bytes: 9_100, files: 1 } }),
  state(14, { state: 'partial', completed_count: 1, failed_count: 1, download_available: true }),
];

const facts = (session: LiveSession | undefined) => ({
  header: session?.header,
  views: Object.values(session?.targets ?? {}).map((one) => one.view).sort((a, b) => a.ordinal - b.ordinal),
  metrics: Object.values(session?.targets ?? {}).map((one) => [one.view.ordinal, one.metrics]).sort((a, b) => Number(a[0]) - Number(b[0])),
  artifacts: Object.keys(session?.artifacts ?? {}),
});

describe(fold.name, () => {
  it('tells the whole story', () => {
    const end = foldAll(undefined, story);
    expect(end?.header.state).toBe('partial');
    expect(end?.targets[idOf(2, 1)]?.metrics).toEqual({ packets_captured: 91, bytes: 9_100, files: 1 });
    expect(end?.targets[idOf(2, 2)]?.view.error?.code).toBe('AUTH_FAILED');
    expect(Object.keys(end?.artifacts ?? {})).toEqual([idOf(4, 1)]);
  });

  it('drops everything before the first snapshot', () => {
    expect(foldAll(undefined, story.slice(1))).toBeUndefined();
  });

  it('ends in the same place for any order of messages, each of them any number of times', () => {
    const expected = facts(foldAll(undefined, story));
    const rest = story.slice(1);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(rest, { minLength: rest.length }),
        fc.array(fc.constantFrom(...rest), { maxLength: 20 }),
        fc.nat(rest.length),
        (shuffled, repeated, at) => {
          const messages = [...shuffled.slice(0, at), ...repeated, ...shuffled.slice(at)];
          expect(facts(foldAll(fold(undefined, snapshot(1)), messages))).toEqual(expected);
        },
      ),
    );
  });

  it('never shows a smaller number than before, however messages are shuffled and repeated', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...story.slice(1)), { maxLength: 60 }), (messages) => {
        let packets = 0;
        let sequence = 0;
        let current = fold(undefined, snapshot(1));
        for (const message of messages) {
          current = fold(current, message);
          const shown = current?.targets[idOf(2, 1)]?.metrics['packets_captured'] ?? 0;
          expect(shown).toBeGreaterThanOrEqual(packets);
          expect(current?.header.sequence).toBeGreaterThanOrEqual(sequence);
          packets = shown;
          sequence = current?.header.sequence ?? 0;
        }
      }),
    );
  });

  it('returns the very same object for a message that says nothing new, so that nothing is drawn again', () => {
    const end = foldAll(undefined, story);
    for (const message of story.slice(1)) {
      expect(fold(end, message)).toBe(end);
    }
  });

  it('keeps what is newer than a late snapshot', () => {
    const current = foldAll(undefined, story.slice(0, 14));
    const after = fold(current, snapshot(4));
    expect(after?.header.state).toBe('capturing');
    expect(after?.targets[idOf(2, 1)]?.metrics['packets_captured']).toBe(90);
  });

  it('catches up by the snapshot after a reconnect', () => {
    const before = foldAll(undefined, story.slice(0, 11));
    const session = sessionOf([targetOf(1, { state: 'completed', metrics: { packets_captured: 91 } }), targetOf(2, { state: 'failed' })], { sequence: 14, state: 'partial' });
    const after = fold(before, { type: 'snapshot', data: { session, artifacts: [artifactOf(1)], sequence: 14 } });
    expect(after?.header.state).toBe('partial');
    expect(after?.targets[idOf(2, 1)]?.metrics['packets_captured']).toBe(91);
    expect(Object.keys(after?.artifacts ?? {})).toHaveLength(1);
  });

  it('counts from zero in a new attempt and ignores late words of the old one', () => {
    const current = foldAll(undefined, [snapshot(1), target(1, 2, { state: 'capturing' }), progress(1, 5, 40), target(1, 3, { state: 'configuring', attempt: 2 }), progress(1, 6, 50, 1)]);
    expect(current?.targets[idOf(2, 1)]?.metrics).toEqual({});
    expect(fold(current, progress(1, 1, 3, 2))?.targets[idOf(2, 1)]?.metrics['packets_captured']).toBe(3);
  });

  it('lets the verified count of the end correct the live one', () => {
    const current = foldAll(undefined, [snapshot(1), target(1, 2, { state: 'capturing' }), progress(1, 1, 12_250), target(1, 3, { state: 'completed', metrics: { packets_captured: 655 } })]);
    expect(current?.targets[idOf(2, 1)]?.metrics['packets_captured']).toBe(655);
  });
});

describe(ratesOf.name, () => {
  it('is the growth per second over the last five seconds', () => {
    const current = foldAll(undefined, [snapshot(1), target(1, 2, { state: 'capturing' }), ...[1, 2, 3, 4, 5, 6, 7, 8].map((n) => progress(1, n, n * 10))]);
    const live = current?.targets[idOf(2, 1)];
    expect(live && ratesOf(live)).toEqual({ packets: 10, bytes: 1_000 });
    expect(live?.samples.length).toBeLessThanOrEqual(6);
  });

  it('is unknown until there are two readings', () => {
    const live = foldAll(undefined, [snapshot(1), target(1, 2, { state: 'capturing' }), progress(1, 1, 5)])?.targets[idOf(2, 1)];
    expect(live && ratesOf(live)).toBeUndefined();
  });
});
