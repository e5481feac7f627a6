import type { LadderMessage } from '@capstan/contracts';
import type { Codec } from './codecs';
import type { SeenSip } from './tshark-line';

/** The two ends of a leg: who sent the INVITE, and who got it. */
export type Side = 'caller' | 'callee';

/** One message on its way through the network, with everybody who saw it. */
export interface DialogMessage {
  readonly at: number;
  readonly source: string;
  readonly destination: string;
  readonly transport: LadderMessage['transport'];
  readonly method: string | undefined;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly callId: string;
  readonly cseq: number;
  readonly cseqMethod: string;
  readonly media: string | undefined;
  readonly direction: string | undefined;
  /** First sighting per interface. */
  readonly seen: ReadonlyMap<number, number>;
  readonly retransmissions: number;
}

/** One dialog: a leg of a call. */
export interface SipLeg {
  readonly callId: string;
  readonly fromUser: string;
  readonly toUser: string;
  /** Of the first INVITE, or of the first message when that was before the capture. */
  readonly source: string;
  readonly destination: string;
  readonly messages: readonly DialogMessage[];
  /** Endpoints each side named for its media, in their order. */
  readonly media: Readonly<Record<Side, readonly string[]>>;
  readonly codecs: ReadonlyMap<number, Codec>;
  /** Payload type the answer, or else the offer, preferred. */
  readonly preferred: number | undefined;
  readonly sessionIds: ReadonlySet<string>;
  readonly passedOn: ReadonlySet<string>;
  readonly interfaces: ReadonlySet<number>;
  readonly firstAt: number;
  readonly lastAt: number;
}

/** Methods that make a dialog a call; the rest (OPTIONS, REGISTER, …) is counted and left alone. */
const OF_CALLS = new Set(['INVITE', 'ACK', 'BYE', 'CANCEL', 'PRACK', 'UPDATE', 'INFO', 'REFER']);

interface OpenMessage {
  at: number;
  readonly first: SeenSip;
  readonly seen: Map<number, number>;
  readonly times: Map<number, number>;
}

interface OpenLeg {
  readonly messages: Map<string, OpenMessage>;
  readonly order: OpenMessage[];
  readonly media: Record<Side, string[]>;
  readonly codecs: Map<number, Codec>;
  readonly sessionIds: Set<string>;
  readonly passedOn: Set<string>;
  readonly interfaces: Set<number>;
  invite: SeenSip | undefined;
  preferred: number | undefined;
  lastAt: number;
}

/** Limits that keep a report readable and the memory bounded. */
export interface DialogLimits {
  readonly legs: number;
  readonly messages: number;
}

/** Collects messages into dialogs. The same message seen by several devices is one message. */
export class SipDialogs {
  private readonly legs = new Map<string, OpenLeg>();
  private readonly media = new Map<string, ReadonlyMap<number, Codec>>();
  private readonly refused = new Set<string>();
  private kept = 0;
  private readonly left = { legs: 0, messages: 0 };
  private total = 0;

  constructor(private readonly limits: DialogLimits) {}

  /** Messages of any kind, each sighting counted. */
  get sightings(): number {
    return this.total;
  }

  /** What the limits left out. */
  get leftOut(): { readonly legs: number; readonly messages: number } {
    return this.left;
  }

  /** Codecs that a session description mapped for media sent to an endpoint. */
  codecsAt(endpoint: string): ReadonlyMap<number, Codec> | undefined {
    return this.media.get(endpoint);
  }

  push(message: SeenSip): void {
    this.total += 1;
    if (!OF_CALLS.has(message.text.cseqMethod)) {
      return;
    }
    const leg = this.legOf(message.text.callId);
    if (leg !== undefined) {
      this.add(leg, message);
    }
  }

  /** Every dialog, in order of its first message. */
  finish(): SipLeg[] {
    return [...this.legs].map(([callId, leg]) => close(callId, leg)).sort((a, b) => a.firstAt - b.firstAt);
  }

  private legOf(callId: string): OpenLeg | undefined {
    const known = this.legs.get(callId);
    if (known !== undefined) {
      return known;
    }
    if (this.legs.size >= this.limits.legs) {
      // Counted once each, as long as that itself stays small.
      if (this.refused.size < this.limits.legs && !this.refused.has(callId)) {
        this.refused.add(callId);
        this.left.legs += 1;
      }
      return undefined;
    }
    const leg: OpenLeg = {
      messages: new Map(),
      order: [],
      media: { caller: [], callee: [] },
      codecs: new Map(),
      sessionIds: new Set(),
      passedOn: new Set(),
      interfaces: new Set(),
      invite: undefined,
      preferred: undefined,
      lastAt: 0,
    };
    this.legs.set(callId, leg);
    return leg;
  }

  private add(leg: OpenLeg, message: SeenSip): void {
    const { text, status, source, destination, at } = message;
    const key = `${text.cseq} ${text.cseqMethod} ${status?.code ?? 'request'} ${text.request ? methodOf(message) : ''} ${source} ${destination} ${text.branch}`;
    const known = leg.messages.get(key);
    if (known !== undefined) {
      known.at = Math.min(known.at, at);
      known.seen.set(message.interface, Math.min(known.seen.get(message.interface) ?? at, at));
      known.times.set(message.interface, (known.times.get(message.interface) ?? 0) + 1);
    } else if (this.kept >= this.limits.messages) {
      this.left.messages += 1;
      return;
    } else {
      this.kept += 1;
      const opened = { at, first: message, seen: new Map([[message.interface, at]]), times: new Map([[message.interface, 1]]) };
      leg.messages.set(key, opened);
      leg.order.push(opened);
    }
    leg.lastAt = Math.max(leg.lastAt, at);
    leg.interfaces.add(message.interface);
    text.sessionIds.forEach((id) => leg.sessionIds.add(id));
    text.passedOn.forEach((value) => leg.passedOn.add(value));
    if (text.request && methodOf(message) === 'INVITE' && (leg.invite === undefined || at < leg.invite.at)) {
      leg.invite = message;
    }
    this.addMedia(leg, message);
  }

  private addMedia(leg: OpenLeg, message: SeenSip): void {
    const { sdp } = message.text;
    if (sdp === undefined) {
      return;
    }
    sdp.codecs.forEach((codec, payloadType) => leg.codecs.set(payloadType, codec));
    leg.preferred = message.status === undefined ? (leg.preferred ?? sdp.preferred) : (sdp.preferred ?? leg.preferred);
    if (sdp.media === undefined) {
      return;
    }
    const invite = leg.invite ?? message;
    const side: Side = addressOf(message.source) === addressOf(invite.source) ? 'caller' : 'callee';
    if (!leg.media[side].includes(sdp.media)) {
      leg.media[side].push(sdp.media);
    }
    this.media.set(sdp.media, leg.codecs);
  }
}

/** The method of a request: ACK and CANCEL carry the CSeq number of their INVITE, and their own name. */
function methodOf({ text }: SeenSip): string {
  return text.cseqMethod;
}

/** `address` of `address:port`. */
export function addressOf(endpoint: string): string {
  return endpoint.slice(0, endpoint.lastIndexOf(':'));
}

function close(callId: string, leg: OpenLeg): SipLeg {
  const messages = leg.order
    .map(({ at, first, seen, times }): DialogMessage => ({
      at,
      source: first.source,
      destination: first.destination,
      transport: first.transport,
      method: first.text.request ? methodOf(first) : undefined,
      status: first.status?.code,
      reason: first.status?.reason,
      callId,
      cseq: first.text.cseq,
      cseqMethod: first.text.cseqMethod,
      media: first.text.sdp?.media,
      direction: first.text.sdp?.direction,
      seen,
      retransmissions: Math.max(...times.values()) - 1,
    }))
    .sort((a, b) => a.at - b.at);
  const first = leg.invite ?? leg.order[0]?.first;
  // Without its INVITE, a leg is known by what came first, whichever side that was.
  const turned = leg.invite === undefined && first !== undefined && !first.text.request;
  return {
    callId,
    fromUser: first?.text.fromUser ?? '',
    toUser: first?.text.toUser ?? '',
    source: (turned ? first?.destination : first?.source) ?? '',
    destination: (turned ? first?.source : first?.destination) ?? '',
    messages,
    media: leg.media,
    codecs: leg.codecs,
    preferred: leg.preferred,
    sessionIds: leg.sessionIds,
    passedOn: leg.passedOn,
    interfaces: leg.interfaces,
    firstAt: messages[0]?.at ?? 0,
    lastAt: leg.lastAt,
  };
}
