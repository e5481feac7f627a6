import { ApiProblem } from '../api/problem';
import { type CallFilter, callFilterOf, callSearch, filterCalls } from './call-filter';
import { deltaText, offsetText } from './instants';
import { addressOf, ladderOf, participantName, rowText } from './ladder-layout';
import { gradeOf, legName } from './quality';
import { absenceOf } from './report-state';
import { streamGroups } from './stream-groups';
import { streamsCsv } from './streams-csv';
import { callOf, interfaceOf, messageOf, reportOf, streamOf, T0 } from './voice-report.fixture';

const finding = (code: 'ONE_WAY_AUDIO' | 'LOW_MOS', streams: number[] = []) => ({ code, message: code, towards: null, streams });

describe(ladderOf.name, () => {
  const call = callOf(0, {
    messages: [
      messageOf({ at: T0 }),
      messageOf({ at: T0 + 2.5, call_id: 'leg-b', from: '10.0.0.2:5060', to: '10.0.0.3:5060' }),
      messageOf({ at: T0 + 4, label: '100 Trying', method: null, status: 100, from: '10.0.0.2:5060', to: '10.0.0.1:5060' }),
      messageOf({ at: T0 + 40, call_id: 'leg-b', label: '180 Ringing', method: null, status: 180, from: '10.0.0.3:5060', to: '10.0.0.2:5060', retransmissions: 2 }),
    ],
  });
  const interfaces = [interfaceOf(0), interfaceOf(1, { host: '10.0.0.3' })];
  const all = { hiddenLegs: new Set<number>(), media: true };

  it('puts the addresses in the order in which the call passes them, with the numbers at its ends', () => {
    expect(ladderOf(call, [], interfaces, all).participants).toEqual([
      { address: '10.0.0.1', number: '4021' },
      { address: '10.0.0.2' },
      { address: '10.0.0.3', number: '5008', device: { type: 'Linux', host: '10.0.0.3' } },
    ]);
  });

  it('knows a device by every address it says it has', () => {
    const cube = interfaceOf(0, { host: 'edge-1.lab', device_type: 'cube', addresses: ['10.0.0.2', '10.0.0.3'] });
    expect(ladderOf(call, [], [cube], all).participants.map(participantName)).toEqual(['10.0.0.1', 'CUBE 10.0.0.2', 'CUBE 10.0.0.3']);
  });

  it('draws messages downwards in time, with the time since the start and since the line before', () => {
    expect(ladderOf(call, [], interfaces, all).rows.map((row) => [row.key, row.from, row.to, row.leg, row.sinceStartMs, row.sincePreviousMs])).toEqual([
      ['m0', 0, 1, 0, 0, undefined],
      ['m1', 1, 2, 1, 2.5, 2.5],
      ['m2', 1, 0, 0, 4, 1.5],
      ['m3', 2, 1, 1, 40, 36],
    ]);
  });

  it('draws a stream once, where it was seen first', () => {
    const streams = [streamOf(7, { first_at: T0 + 1_000.4, interface: 1 }), streamOf(8, { first_at: T0 + 1_000 }), streamOf(9, { ssrc: '0x00000002', source: '10.0.0.9:1', first_at: T0 + 2_000 })];
    const { rows, participants } = ladderOf(call, streams, interfaces, all);
    expect(rows.slice(-2).map(({ key, from, to }) => [key, from, to])).toEqual([['s8', 0, 1], ['s9', 3, 1]]);
    expect(participants.at(-1)?.address).toBe('10.0.0.9');
    expect(ladderOf(call, streams, interfaces, { ...all, media: false }).rows).toHaveLength(4);
  });

  it('leaves hidden legs out and keeps the names of lines', () => {
    const { rows, participants } = ladderOf(call, [], interfaces, { ...all, hiddenLegs: new Set([0]) });
    expect(rows.map(({ key }) => key)).toEqual(['m1', 'm3']);
    expect(participants.map(({ address }) => address)).toEqual(['10.0.0.2', '10.0.0.3']);
  });

  it('has a sentence for each line', () => {
    const { rows, participants } = ladderOf(call, [streamOf(1)], interfaces, all);
    expect(rows.map((row) => rowText(row, participants)).slice(3)).toEqual(['180 Ringing, Linux 10.0.0.3 to 10.0.0.2, leg B, sent again 2 times', 'PCMA media, 10.0.0.1 to 10.0.0.2, leg A']);
  });

  it.each([
    ['10.0.0.1:5060', '10.0.0.1'],
    ['[2001:db8::1]:5060', '2001:db8::1'],
    ['pbx.example', 'pbx.example'],
  ])('takes the address of %s', (endpoint, address) => {
    expect(addressOf(endpoint)).toBe(address);
  });
});

describe(streamGroups.name, () => {
  const streams = [streamOf(1), streamOf(2, { interface: 1, lost: 12, mean_jitter_ms: 2 }), streamOf(3, { towards: 'caller', ssrc: '0x00000002' }), streamOf(4, { ssrc: '0x00000009' }), streamOf(5, { call: 1 })];
  const groups = streamGroups(callOf(0, { streams: [1, 2, 4, 3], findings: [finding('ONE_WAY_AUDIO', [3])] }), streams);

  it('compares a stream with the device that media passed before', () => {
    expect(groups.map(({ towards, rows }) => [towards, rows.map(({ stream }) => stream.id)])).toEqual([['callee', [1, 2, 4]], ['caller', [3]]]);
    expect(groups[0]?.rows[1]).toMatchObject({ freshLoss: 12, addedJitterMs: 1.5, before: { id: 1 } });
  });

  it('does not compare a stream that was made anew in between', () => {
    expect(groups[0]?.rows[2]).toMatchObject({ before: { id: 2 } });
    expect(groups[0]?.rows[2]).not.toHaveProperty('freshLoss');
  });

  it('marks the streams that one-way audio is read from', () => {
    expect(groups.flatMap(({ rows }) => rows.filter(({ oneWay }) => oneWay).map(({ stream }) => stream.id))).toEqual([3]);
  });
});

describe(filterCalls.name, () => {
  const calls = [callOf(0, { worst_mos: 4.2 }), callOf(1, { from: '7001', outcome: 'rejected', status: 486, reason: 'Busy Here', worst_mos: null, duration_ms: null }), callOf(2, { worst_mos: 2.1, one_way_audio: true, findings: [finding('LOW_MOS')] })];
  const ids = (filter: Partial<CallFilter>) => filterCalls(calls, { text: '', choice: 'all', ...filter }).map(({ id }) => id);

  it.each<[string, Partial<CallFilter>, number[]]>([
    ['nothing asked', {}, [0, 1, 2]],
    ['an outcome', { choice: 'rejected' }, [1]],
    ['findings', { choice: 'findings' }, [2]],
    ['one-way audio', { choice: 'one_way' }, [2]],
    ['words that all appear somewhere', { text: ' 7001 BUSY' }, [1]],
    ['the address of a leg', { text: '10.0.0.3' }, [0, 1, 2]],
    ['the worst quality first, unknown last', { sort: { column: 'mos', descending: false } }, [2, 0, 1]],
    ['the longest first', { sort: { column: 'duration', descending: true } }, [0, 2, 1]],
  ])('finds by %s', (_name, filter, expected) => {
    expect(ids(filter)).toEqual(expected);
  });

  it('keeps its place in the address, beside what else is there', () => {
    const filter: CallFilter = { text: 'busy', choice: 'rejected', sort: { column: 'mos', descending: true } };
    const search = callSearch(new URLSearchParams('call=7'), filter);
    expect(String(search)).toBe('call=7&q=busy&show=rejected&sort=mos.desc');
    expect(callFilterOf(search)).toEqual(filter);
    expect(callFilterOf(new URLSearchParams('show=odd&sort=odd'))).toEqual({ text: '', choice: 'all' });
  });
});

describe(absenceOf.name, () => {
  it.each([
    ['ANALYSIS_RUNNING', 409, 'running'],
    ['SESSION_NOT_READY', 409, 'not-ready'],
    ['ANALYSIS_FAILED', 422, 'failed'],
    ['NO_CAPTURES_FOUND', 404, 'nothing'],
    ['OBJECT_PRUNED', 410, 'pruned'],
    ['SESSION_NOT_FOUND', 404, 'gone'],
    ['UNREACHABLE', 0, 'problem'],
  ])('takes %s for what it is', (code, status, kind) => {
    expect(absenceOf(new ApiProblem(code, 'why', { status })).kind).toBe(kind);
  });

  it('asks again when the server says, and not in a hot loop', () => {
    expect([7, 0, undefined].map((retryAfterSec) => absenceOf(new ApiProblem('ANALYSIS_RUNNING', '', { status: 409, retryAfterSec })))).toEqual([7, 1, 2].map((sec) => ({ kind: 'running', retryAfterSec: sec })));
  });
});

describe(streamsCsv.name, () => {
  it('has a line for each stream, with the device that saw it', () => {
    const [header, line, end] = streamsCsv(reportOf([callOf(0)], [streamOf(3, { interface: 1, mos: null, lost: 5 })])).split('\r\n');
    expect(header?.split(',').slice(0, 6)).toEqual(['stream', 'call', 'leg', 'towards', 'device', 'interface']);
    expect(line).toBe('3,0,0,callee,device-1,eth0,10.0.0.1:20000,10.0.0.2:30000,0x00000001,PCMA,8,2026-11-01T09:00:01.000Z,2026-11-01T09:00:11.000Z,500,500,5,0,0,0,0.5,2,24,92,');
    expect(end).toBe('');
  });
});

describe('words', () => {
  it('grades a score by the bounds of user satisfaction', () => {
    expect([4.4, 4.02, 3.6, 3.59].map((mos) => gradeOf(mos).word)).toEqual(['Good', 'Fair', 'Fair', 'Poor']);
  });

  it('names legs', () => {
    expect([0, 25, 26, 27].map(legName)).toEqual(['A', 'Z', 'AA', 'AB']);
  });

  it('tells times', () => {
    expect([0, 12.4, 65_100].map(offsetText)).toEqual(['0.000', '0.012', '1:05.100']);
    expect([0.42, -3, 120.4, 2_310, 65_000].map(deltaText)).toEqual(['+0.4 ms', '−3.0 ms', '+120 ms', '+2.31 s', '+1 min 5 s']);
  });
});
