import type { Random } from '@capstan/kernel';
import { PACKET_MS, rtcpSenderReport, rtpPacket, SAMPLES_PER_PACKET, tonePayloads } from '../voice-traffic/rtp-packets';
import { randomBelow } from '../voice-traffic/seeded-random';
import type { CallLegs, MediaLeg } from './call-legs';
import { type CallRecorder, type FlowConditions, type Transmission } from './call-recorder';
import { CALL_CODECS, type CallScenario, type Towards } from './call-scenarios';
import type { TalkTimes } from './signalled-call';
import type { SegmentName } from './voice-network';

const RELAY_MS = 0.3;
/** A telephone's own timer is not exact. */
const SENDER_JITTER_MS = 0.15;
const FIRST_REPORT_AFTER_PACKETS = 125;
const REPORT_EVERY_PACKETS = 250;
const TONES = [tonePayloads(350), tonePayloads(440), tonePayloads(620)];

/** Both directions of a call's media, relayed from leg to leg: what is lost on one leg is missing on all that follow. */
export function playMedia(scenario: CallScenario, legs: CallLegs, talk: TalkTimes, recorder: CallRecorder, random: Random): void {
  playDirection('callee', scenario, legs.media, talk.caller, recorder, random);
  playDirection('caller', scenario, [...legs.media].reverse(), talk.callee, recorder, random);
}

function playDirection(towards: Towards, scenario: CallScenario, legs: readonly MediaLeg[], spurts: TalkTimes['caller'], recorder: CallRecorder, random: Random): void {
  const ssrc = randomBelow(random, 2 ** 32);
  const firstSequence = randomBelow(random, 2 ** 16);
  const firstTimestamp = randomBelow(random, 2 ** 32);
  const codec = CALL_CODECS[scenario.codec];
  const tone = TONES[randomBelow(random, TONES.length)] ?? [];
  const flows = legs.map(() => conditionsOf(scenario, towards));
  const beganAt = spurts[0]?.from ?? 0;
  let sent = 0;
  for (const { from, to } of spurts) {
    for (let tick = 0; from + tick * PACKET_MS < to; tick += 1) {
      const at = from + tick * PACKET_MS + random() * SENDER_JITTER_MS;
      const sequence = (firstSequence + sent) & 0xffff;
      // Samples go on while nothing is sent, so the timestamp tells how long the silence was (RFC 3550 §5.1).
      const timestamp = (firstTimestamp + Math.round((from + tick * PACKET_MS - beganAt) / PACKET_MS) * SAMPLES_PER_PACKET) >>> 0;
      const samples = (tone[sent % tone.length] ?? new Uint8Array(SAMPLES_PER_PACKET)).subarray(0, codec.bytes);
      const payload = rtpPacket({ sequence, timestamp, ssrc, marker: tick === 0, payloadType: codec.payloadType }, samples);
      sent += 1;
      relay(at, 0, { payload, content: { kind: 'rtp', ssrc, sequence, timestamp } });
      if (sent % REPORT_EVERY_PACKETS === FIRST_REPORT_AFTER_PACKETS) {
        const report = rtcpSenderReport({ ssrc, timestamp, packets: sent, bytes: sent * codec.bytes, unixMs: at, cname: `${towards}@call` });
        relay(at + 1, 1, { payload: report, content: { kind: 'rtcp', ssrc } });
      }
    }
  }

  function relay(at: number, portOffset: number, packet: Pick<Transmission, 'payload' | 'content'>): void {
    let time: number | undefined = at;
    for (const [index, leg] of legs.entries()) {
      const flow = portOffset === 0 ? flows[index] : undefined;
      const [source, destination] = towards === 'callee' ? [leg.caller, leg.callee] : [leg.callee, leg.caller];
      const shifted = { source: { ...source, port: source.port + portOffset }, destination: { ...destination, port: destination.port + portOffset } };
      time = recorder.send(leg.path, towards, time, { ...packet, ...shifted }, flow);
      if (time === undefined || (scenario.mutedByCube === towards && isBeforeCube(index))) {
        return;
      }
      time += RELAY_MS;
    }
  }

  /** The outermost leg ends at CUBE: the last but one towards the callee, the first towards the caller. */
  function isBeforeCube(index: number): boolean {
    return towards === 'callee' ? index === legs.length - 2 : index === 0;
  }
}

function conditionsOf(scenario: CallScenario, towards: Towards): FlowConditions {
  return {
    lossOn: (segment: SegmentName) => scenario.loss?.find((rule) => rule.segment === segment && rule.towards === towards)?.rate ?? 0,
    jitterOn: (segment: SegmentName) => scenario.jitter?.find((rule) => rule.segment === segment && rule.towards === towards)?.meanMs ?? 0,
    lastAt: [],
  };
}
