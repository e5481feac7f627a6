import type { ChunkView, DeliveryView, SessionEvent, SessionView } from '@capstan/contracts';
import { readyAgain } from './ready-watch.client';
import { falseCatalogue, falseChunks, falseEnds, falseNotices, repeated, trueState } from './verdicts';

const session = (state: SessionView['state'], targets: readonly string[], more: Partial<SessionView> = {}): SessionView =>
  ({
    session_id: 's',
    name: 'storm 001',
    state,
    cancel_requested_at: null,
    completed_count: targets.filter((each) => each === 'completed').length,
    failed_count: targets.filter((each) => each === 'failed').length,
    targets: targets.map((each, index) => ({ target_id: `t${index}`, title: `target ${index}`, state: each })),
    ...more,
  }) as unknown as SessionView;
const move = (targetId: string | null, from: string, state: string): SessionEvent => ({ sequence: 1, time: '', type: '', target_id: targetId, data: { from, state } }) as SessionEvent;
const chunk = (index: number, first: number, count = 100): ChunkView => ({ receiver_no: 1, frequency_hz: 7, chunk_index: index, first_sample_index: first, samples_count: count }) as ChunkView;
const delivery = (id: string, subject: string, topic = 'session.completed', state = 'delivered'): DeliveryView => ({ delivery_id: id, state, notices: [{ topic, subject }] }) as unknown as DeliveryView;
const capture = (device: string, type = 'configs', complete = true) => ({ device_name: device, capture_type: type, complete });

describe(trueState.name, () => {
  it.each([
    [['completed', 'completed'], null, 'completed'],
    [['completed', 'failed'], null, 'partial'],
    [['failed', 'cancelled'], null, 'failed'],
    [['cancelled', 'cancelled'], null, 'cancelled'],
    [['completed', 'cancelled'], '2026-11-21T20:00:00Z', 'cancelled'],
  ])('of %j, cancelled %s, is %s', (states, cancelled, truth) => {
    expect(trueState(session('failed', states, { cancel_requested_at: cancelled }))).toBe(truth);
  });
});

describe(falseEnds.name, () => {
  const events = [move(null, 'pending', 'capturing'), move('t0', 'collecting', 'completed'), move(null, 'capturing', 'completed')];

  it('finds nothing where everything has one end', () => expect(falseEnds(session('completed', ['completed']), events)).toEqual([]));

  it('finds a second end of the session, and of a target', () => {
    expect(falseEnds(session('completed', ['completed']), [...events, move(null, 'completed', 'failed')])).toEqual(['it is completed, its history ends it as completed, failed']);
    expect(falseEnds(session('completed', ['completed']), [...events, move('t0', 'completed', 'completed')])).toEqual(['target 0 is completed, its history ends it as completed, completed']);
  });

  it('finds a state that the targets do not make, and an end that never came', () => {
    expect(falseEnds(session('failed', ['completed']), events)).toContain('it says failed, its targets make it completed');
    expect(falseEnds(session('capturing', ['completed']), events.slice(0, 2))).toContain('it is capturing, its history ends it as nothing');
  });
});

describe(repeated.name, () => {
  it('names what is there more than once', () => expect(repeated(['a', 'b', 'a'], (name) => name)).toEqual(['a: 2 times']));
});

describe(falseChunks.name, () => {
  it('takes gaps, and neither a chunk twice nor one upon another', () => {
    expect(falseChunks([chunk(0, 0), chunk(2, 200)])).toEqual([]);
    expect(falseChunks([chunk(0, 0), chunk(0, 0)])).toEqual(['chunk 0 of receiver 1 at 7 Hz: 2 times', 'receiver 1 at 7 Hz: chunk 0 lies upon chunk 0']);
    expect(falseChunks([chunk(1, 90), chunk(0, 0)])).toEqual(['receiver 1 at 7 Hz: chunk 1 lies upon chunk 0']);
  });
});

describe(falseCatalogue.name, () => {
  const edits = [{ device: 'sw1', before: 'first' }];

  it('takes a change told with the first collection that got the configuration', () => {
    expect(falseCatalogue([{ name: 'first', captures: [], changes: [] }, { name: 'second', captures: [capture('sw1')], changes: [capture('sw1')] }], edits)).toEqual([]);
  });

  it('finds a change that is told never, twice, or without having been made', () => {
    expect(falseCatalogue([{ name: 'first', captures: [capture('sw1')], changes: [] }], edits)).toHaveLength(1);
    expect(falseCatalogue([{ name: 'first', captures: [capture('sw1')], changes: [capture('sw1'), capture('sw1')] }], edits)).toHaveLength(1);
    expect(falseCatalogue([{ name: 'first', captures: [capture('sw1')], changes: [capture('sw1')] }], [])).toHaveLength(1);
    expect(falseCatalogue([{ name: 'first', captures: [capture('sw1', 'version')], changes: [capture('sw1', 'version')] }], [])).toEqual(['first: a change of sw1/version that nobody made']);
  });

  it('finds a capture that is there twice', () => {
    expect(falseCatalogue([{ name: 'first', captures: [capture('sw2'), capture('sw2')], changes: [] }], [])).toEqual(['first: capture sw2/configs: 2 times']);
  });
});

describe(falseNotices.name, () => {
  const ended = [session('completed', ['completed'])];

  it('takes a message that came twice under one key', () => expect(falseNotices(ended, [delivery('d', 'session:s')], ['d', 'd'])).toEqual([]));

  it('finds an end told twice, falsely or never, and a message that never came or was never sent', () => {
    expect(falseNotices(ended, [delivery('d', 'session:s'), delivery('e', 'session:s')], ['d', 'e'])).toEqual(['session.completed of session:s: 2 times']);
    expect(falseNotices(ended, [delivery('d', 'session:s', 'session.failed')], ['d'])).toEqual(['storm 001 is completed; told: session.failed, delivered']);
    expect(falseNotices(ended, [], [])).toEqual(['storm 001 is completed; told: nothing']);
    expect(falseNotices(ended, [delivery('d', 'session:s')], [])).toEqual(['delivery d is called delivered and never came']);
    expect(falseNotices(ended, [delivery('d', 'session:s')], ['d', 'x'])).toEqual(['message x came, and nobody has sent it']);
  });
});

describe(readyAgain.name, () => {
  const samples = [{ at: 0, notReady: [] }, { at: 10, notReady: ['a', 'b'] }, { at: 20, notReady: ['b'] }, { at: 30, notReady: ['a'] }];

  it('counts until each was ready once, and only what was asked behind the strike', () => {
    expect(readyAgain(samples, 5, ['a'])).toBe(15);
    expect(readyAgain(samples, 5, ['a', 'b'])).toBe(25);
    expect(readyAgain(samples, 25, ['a'])).toBeNull();
  });
});
