import { type CallTruth, type RecordedPacket, VOICE_DEVICES, type VoiceCallPlan, VoiceCalls } from '@capstan/lab';
import type { VoiceCall, VoiceStream } from '@capstan/contracts';
import { meanOpinionScore, ratingFactor } from './e-model';
import { type SeenPacket } from './tshark-line';
import { readSip } from './sip-text';
import { VoiceReportBuilder } from './voice-report-builder';

const EPOCH = Date.UTC(2026, 10, 1, 9);
const SPAN_MS = 22_000;
const INTERFACES = VOICE_DEVICES.map((name, index) => ({ name, index }));

/** A packet as tshark would tell it, without tshark. */
function seen({ device, at, source, destination, content, frame }: RecordedPacket): SeenPacket {
  const place = {
    interface: VOICE_DEVICES.indexOf(device),
    at,
    source: `${source.address}:${source.port}`,
    destination: `${destination.address}:${destination.port}`,
    transport: 'udp' as const,
  };
  if (content.kind === 'sip') {
    const [first = '', ...rest] = frame.subarray(42).toString().split('\r\n');
    const text = readSip(rest.join('\r\n'));
    const status = /^SIP\/2\.0 (\d+) (.*)/.exec(first);
    return { sip: text === undefined ? [] : [{ ...place, text, status: status === null ? undefined : { code: Number(status[1]), reason: status[2] ?? '' } }], rtp: undefined };
  }
  if (content.kind === 'rtcp') {
    return { sip: [], rtp: undefined };
  }
  const packet = { at, sequence: content.sequence, timestamp: content.timestamp, payloadType: (frame[43] ?? 0) & 0x7f, ttl: frame[22] ?? 0 };
  return { sip: [], rtp: { ...place, ssrc: content.ssrc, packet } };
}

function report(plan: Partial<VoiceCallPlan> = {}, limits?: ConstructorParameters<typeof VoiceReportBuilder>[0]) {
  const calls = new VoiceCalls({ seed: 11, epoch: EPOCH, ...plan });
  const sut = new VoiceReportBuilder(limits);
  const packets = VOICE_DEVICES.flatMap((device) => [...calls.packets(device, EPOCH, EPOCH + SPAN_MS)]).sort((a, b) => a.at - b.at);
  packets.forEach((packet) => sut.push(seen(packet)));
  return { ...sut.finish(INTERFACES, 5), truth: calls.truth(EPOCH, EPOCH + SPAN_MS) };
}

describe(VoiceReportBuilder.name, () => {
  const found = report();
  const callOf = (truth: CallTruth): VoiceCall => found.calls.find(({ legs }) => legs.some(({ call_id: id }) => id === truth.callIds[0])) as VoiceCall;
  const named = (name: string): [VoiceCall, CallTruth] => {
    const truth = found.truth.find(({ scenario }) => scenario.name === name) as CallTruth;
    return [callOf(truth), truth];
  };

  it('puts the legs of every call together, in the order in which the INVITE passed them', () => {
    for (const truth of found.truth) {
      expect(callOf(truth).legs.map(({ call_id: id }) => id)).toEqual(truth.callIds);
    }
    expect(found.truth.length).toBeGreaterThanOrEqual(9);
  });

  it('says by what it knew', () => {
    expect(named('ordinary')[0].legs.map(({ correlated_by: by }) => by)).toEqual(['first', 'session-id', 'session-id', 'session-id']);
    expect(named('loss and jitter inside')[0].legs.map(({ correlated_by: by }) => by)).toEqual(['first', 'numbers-and-time', 'media-address', 'numbers-and-time']);
  });

  it('has every message once, with everybody who saw it', () => {
    const [call, truth] = named('ordinary');
    expect(call.messages.reduce((sum, message) => sum + message.seen_by.length, 0)).toBe(truth.messages.length);
    const invites = call.messages.filter(({ method }) => method === 'INVITE');
    expect(invites.map((message) => message.seen_by.map((by) => VOICE_DEVICES[by.interface]))).toEqual([['expressway'], ['expressway', 'cucm'], ['cucm', 'cube'], ['cube', 'csr1000v', 'linux']]);
    expect(invites.map(({ media }) => media)).toEqual(call.legs.map(({ caller_media: media }) => media));
  });

  it.each([
    ['ordinary', 'answered', 200],
    ['busy', 'rejected', 486],
    ['unavailable', 'rejected', 503],
    ['cancelled', 'cancelled', 487],
    ['hold and resume', 'answered', 200],
  ] as const)('tells how the %s call ended', (name, outcome, status) => {
    expect(named(name)[0]).toMatchObject({ outcome, status });
  });

  it('measures post-dial delay and talk time by the clock of one device', () => {
    const [call, truth] = named('ordinary');
    const at = (label: 'INVITE' | 'BYE' | 180 | 200, cseq: string): number =>
      truth.messages.find((message) => (message.method ?? message.status) === label && message.cseq.endsWith(cseq) && message.device === 'expressway' && message.callId === truth.callIds[0])?.at ?? 0;
    expect(call.post_dial_delay_ms).toBeCloseTo(at(180, 'INVITE') - at('INVITE', 'INVITE'), 2);
    expect(call.duration_ms).toBeCloseTo(at('BYE', 'BYE') - at(200, 'INVITE'), 2);
  });

  it('counts holds', () => {
    expect(named('hold and resume')[0]).toMatchObject({ holds: 1, one_way_audio: false });
    expect(named('ordinary')[0].holds).toBe(0);
  });

  it('agrees with the truth on packets, loss and delay of every stream at every device', () => {
    let compared = 0;
    for (const truth of found.truth) {
      for (const stream of truth.streams) {
        const view = found.streams.find(
          (candidate) =>
            candidate.interface === VOICE_DEVICES.indexOf(stream.device) && Number(candidate.ssrc) === stream.ssrc && candidate.source === `${stream.source.address}:${stream.source.port}` && candidate.destination === `${stream.destination.address}:${stream.destination.port}`,
        ) as VoiceStream;
        expect(view).toMatchObject({ packets: stream.packets, lost: stream.lost, codec: truth.scenario.codec, call: callOf(truth).id });
        expect(view.max_delta_ms).toBeCloseTo(stream.maxDeltaMs, 2);
        expect(view.max_jitter_ms ?? 0).toBeGreaterThanOrEqual(stream.jitterMs - 0.01);
        const lossPercent = (100 * stream.lost) / (stream.packets + stream.lost);
        const expected = meanOpinionScore(ratingFactor(truth.scenario.codec, { lossPercent, jitterMs: view.mean_jitter_ms ?? 0, packetMs: 20 }) ?? 0);
        expect(view.mos).toBeCloseTo(expected, 2);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(50);
  });

  it('says between which devices packets get lost', () => {
    const [inside] = named('loss and jitter inside');
    const lost = inside.findings.filter(({ code }) => code === 'LOSS_BETWEEN');
    expect(lost).toHaveLength(1);
    expect(lost[0]?.message).toMatch(/to the callee get lost between expressway .* and cube /);
    const [behind] = named('loss behind the router');
    expect(behind.findings.filter(({ code }) => code === 'LOSS_BETWEEN').map(({ message }) => message)).toEqual([expect.stringMatching(/between csr1000v .* and linux /)]);
  });

  it('finds one-way audio, and where the media stops', () => {
    const [call] = named('one-way audio');
    expect(call.one_way_audio).toBe(true);
    expect(call.findings.find(({ code }) => code === 'MEDIA_STOPS')?.message).toMatch(/Media to the caller is seen at cube \(192\.0\.2\.80:\d+ to 192\.0\.2\.5:\d+\) and not behind it/);
    expect(found.calls.filter(({ one_way_audio: oneWay }) => oneWay).length).toBe(found.truth.filter(({ scenario }) => scenario.mutedByCube !== undefined).length + halfSeen());
  });

  /** Calls that the end of the capture cut before or after their truth was complete. */
  function halfSeen(): number {
    const whole = new Set(found.truth.map((truth) => callOf(truth).id));
    return found.calls.filter((call) => call.one_way_audio && !whole.has(call.id)).length;
  }

  it('keeps its limits and says what it left out', () => {
    const small = report({}, { calls: 3, messages: 100, streams: 5 });
    expect(small.calls).toHaveLength(3);
    expect(small.streams.length).toBeLessThanOrEqual(5);
    expect(small.left_out.calls).toBeGreaterThan(0);
    expect(small.left_out.messages).toBeGreaterThan(0);
    expect(small.left_out.streams).toBeGreaterThan(0);
  });
});
