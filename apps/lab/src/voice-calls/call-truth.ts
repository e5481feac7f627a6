import type { Sighting } from './call-recorder';
import type { CallScenario } from './call-scenarios';
import type { Endpoint } from './udp-frame';
import type { VoiceDevice } from './voice-network';

/** One SIP message as one device sees it. */
export interface MessageTruth {
  readonly callId: string;
  readonly device: VoiceDevice;
  /** True instant, in Unix milliseconds with fraction. */
  readonly at: number;
  readonly method?: string;
  readonly status?: number;
  /** E.g. `1 INVITE`. */
  readonly cseq: string;
  readonly source: Endpoint;
  readonly destination: Endpoint;
}

/** One RTP stream as one device sees it. */
export interface StreamTruth {
  readonly device: VoiceDevice;
  readonly ssrc: number;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  /** Packets seen. */
  readonly packets: number;
  /** Sequence numbers missing between the first and the last seen (RFC 3550 §A.3). */
  readonly lost: number;
  /** Interarrival jitter after the last packet, in milliseconds (RFC 3550 §6.4.1). */
  readonly jitterMs: number;
  /** Longest time between two packets, in milliseconds. */
  readonly maxDeltaMs: number;
}

/** What is true of one call. */
export interface CallTruth {
  /** Number of the call, from 0. */
  readonly call: number;
  readonly scenario: CallScenario;
  /** Call-IDs of its legs, from the caller's side to the callee's. */
  readonly callIds: readonly string[];
  readonly messages: readonly MessageTruth[];
  readonly streams: readonly StreamTruth[];
}

const CLOCK_PER_MS = 8;

/** Reads the truth about a call off everything that was seen of it. */
export function truthOf(call: number, scenario: CallScenario, sightings: readonly Sighting[]): CallTruth {
  const inOrder = [...sightings].sort((a, b) => a.at - b.at);
  const messages = inOrder.flatMap(({ at, device, source, destination, content }): MessageTruth[] => {
    if (content.kind !== 'sip') {
      return [];
    }
    const { callId, method, status, cseq } = content;
    return [{ callId, device, at, method, status, cseq, source, destination }];
  });
  return { call, scenario, callIds: [...new Set(messages.map(({ callId }) => callId))], messages, streams: streamsOf(inOrder) };
}

function streamsOf(inOrder: readonly Sighting[]): StreamTruth[] {
  const groups = new Map<string, Sighting[]>();
  for (const sighting of inOrder) {
    const { device, source, destination, content } = sighting;
    if (content.kind === 'rtp') {
      const key = `${device} ${content.ssrc} ${source.address}:${source.port} ${destination.address}:${destination.port}`;
      const group = groups.get(key);
      if (group === undefined) {
        groups.set(key, [sighting]);
      } else {
        group.push(sighting);
      }
    }
  }
  return [...groups.values()].map(streamOf);
}

function streamOf(seen: readonly Sighting[]): StreamTruth {
  const [first] = seen as [Sighting];
  const packets = seen.flatMap(({ at, content }) => (content.kind === 'rtp' ? [{ at, sequence: content.sequence, timestamp: content.timestamp }] : []));
  let [jitter, maxDelta, span] = [0, 0, 0];
  packets.forEach((packet, index) => {
    const before = packets[index - 1];
    if (before !== undefined) {
      const delta = packet.at - before.at;
      const transit = delta - ((packet.timestamp - before.timestamp) | 0) / CLOCK_PER_MS;
      jitter += (Math.abs(transit) - jitter) / 16;
      maxDelta = Math.max(maxDelta, delta);
      span += (packet.sequence - before.sequence) & 0xffff;
    }
  });
  const ssrc = first.content.kind === 'rtp' ? first.content.ssrc : 0;
  const { device, source, destination } = first;
  return { device, ssrc, source, destination, packets: packets.length, lost: span + 1 - packets.length, jitterMs: jitter, maxDeltaMs: maxDelta };
}
