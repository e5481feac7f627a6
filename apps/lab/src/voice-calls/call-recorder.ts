import type { Random } from '@capstan/kernel';
import { type Endpoint, udpFrame } from './udp-frame';
import type { Path, SegmentName, VoiceDevice } from './voice-network';
import type { Towards } from './call-scenarios';

/** What a packet is, so that nobody has to parse it again. */
export type PacketContent =
  | { readonly kind: 'sip'; readonly callId: string; /** Method of a request. */ readonly method?: string; /** Of a response. */ readonly status?: number; readonly cseq: string }
  | { readonly kind: 'rtp'; readonly ssrc: number; readonly sequence: number; readonly timestamp: number }
  | { readonly kind: 'rtcp'; readonly ssrc: number };

/** One packet as one device sees it. */
export interface Sighting {
  /** True instant, in Unix milliseconds with fraction. */
  readonly at: number;
  readonly device: VoiceDevice;
  /** Number of the call, from 0. */
  readonly call: number;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly content: PacketContent;
  /** The Ethernet frame. */
  readonly frame: Buffer;
}

/** A packet to be sent. */
export interface Transmission {
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly payload: Uint8Array;
  readonly content: PacketContent;
}

/** What happens to packets of one flow on their way, beyond what the wire does by itself. */
export interface FlowConditions {
  /** Probability of loss on a piece of wire. */
  readonly lossOn: (segment: SegmentName) => number;
  /** Mean of additional jitter on a piece of wire, in milliseconds. */
  readonly jitterOn: (segment: SegmentName) => number;
  /** Instants of the last packet at each place; a flow's packets never overtake one another. */
  readonly lastAt: number[];
}

/** Conditions of a flow that nothing happens to. */
export function calm(): FlowConditions {
  return { lossOn: () => 0, jitterOn: () => 0, lastAt: [] };
}

const FIRST_TTL = 64;
/** Least distance between two packets of a flow: about what a 100 Mbit/s link needs for a small one. */
const LEAST_GAP_MS = 0.02;

/** Sends packets along paths and keeps what each device sees of them. */
export class CallRecorder {
  readonly sightings: Sighting[] = [];
  private nextId: number;

  constructor(
    private readonly call: number,
    private readonly random: Random,
  ) {
    this.nextId = Math.floor(random() * 0x1_0000);
  }

  /**
   * Sends a packet.
   * @param sentAt true instant, in Unix milliseconds
   * @returns when it arrives at the other end; undefined when it gets lost
   */
  send(path: Path, towards: Towards, sentAt: number, packet: Transmission, conditions: FlowConditions = calm()): number | undefined {
    const places = towards === 'callee' ? path.places : [...path.places].reverse();
    const segments = towards === 'callee' ? path.segments : [...path.segments].reverse();
    const id = (this.nextId += 1);
    let at = sentAt;
    for (const [hop, device] of places.entries()) {
      const segment = segments[hop - 1];
      if (segment !== undefined) {
        if (this.random() < conditions.lossOn(segment.name)) {
          return undefined;
        }
        at += segment.delayMs + this.exponential(segment.jitterMs) + this.exponential(conditions.jitterOn(segment.name));
      }
      at = Math.max(at, (conditions.lastAt[hop] ?? 0) + LEAST_GAP_MS);
      conditions.lastAt[hop] = at;
      if (device !== undefined) {
        const frame = udpFrame({ source: packet.source, destination: packet.destination, id, ttl: FIRST_TTL - Math.max(0, hop - 1), payload: packet.payload });
        this.sightings.push({ at, device, call: this.call, source: packet.source, destination: packet.destination, content: packet.content, frame });
      }
    }
    return at;
  }

  private exponential(mean: number): number {
    return mean === 0 ? 0 : -mean * Math.log(1 - this.random());
  }
}
