import type { Random } from '@capstan/kernel';
import { randomHex } from '../voice-traffic/seeded-random';
import { type AudioCodec, describeSession, type SessionOffer } from '../voice-traffic/session-description';
import { parseSip, sipRequest, type SipRequestFields, sipResponse } from '../voice-traffic/sip-messages';
import type { CallLegs, SignallingLeg } from './call-legs';
import type { CallRecorder } from './call-recorder';
import { CALL_CODECS, type CallScenario, type Towards } from './call-scenarios';

/** When each end may send media; true instants. */
export interface TalkTimes {
  readonly caller: ReadonlyArray<{ readonly from: number; readonly to: number }>;
  readonly callee: ReadonlyArray<{ readonly from: number; readonly to: number }>;
}

const HOP_MS = 3;
const RING_AFTER_MS = 180;
const ANSWER_AFTER_MS = 700;
const GIVE_UP_AFTER_MS = 900;

type Method = SipRequestFields['method'];

/** The signalling of one call over all its legs: each hop answers for itself and goes on with a dialog of its own. */
export class SignalledCall {
  private readonly requests = new Map<string, string>();
  private readonly branches = new Map<SignallingLeg, string>();
  private cseq = 1;
  private sdpVersion = 1;

  constructor(
    private readonly scenario: CallScenario,
    private readonly legs: CallLegs,
    private readonly recorder: CallRecorder,
    private readonly random: Random,
  ) {}

  /** Plays the call from its INVITE at `startAt` to its end. */
  play(startAt: number): TalkTimes {
    const reached = this.forward(startAt, 'INVITE', this.offer('caller'));
    switch (this.scenario.outcome) {
      case 'busy':
        this.refuse(this.ring(reached).farEnd + 400, 486, 'Busy Here');
        return { caller: [], callee: [] };
      case 'unavailable':
        this.refuse(reached + 60, 503, 'Service Unavailable');
        return { caller: [], callee: [] };
      case 'cancelled':
        this.refuse(this.forward(this.ring(reached).phone + GIVE_UP_AFTER_MS, 'CANCEL') + 1, 487, 'Request Terminated');
        return { caller: [], callee: [] };
      case 'answered':
        return this.converse(this.ring(reached).farEnd + ANSWER_AFTER_MS);
    }
  }

  private converse(answerAt: number): TalkTimes {
    const up = this.accept(answerAt);
    const hangUpAt = up.phone + this.scenario.talkMs;
    const { hold } = this.scenario;
    if (hold === undefined) {
      return { caller: [{ from: up.phone, to: hangUpAt }], callee: [{ from: answerAt, to: this.forward(hangUpAt, 'BYE') }] };
    }
    const held = this.renegotiate(up.phone + hold.afterMs, 'inactive');
    const resumed = this.renegotiate(up.phone + hold.afterMs + hold.forMs, 'sendrecv');
    const over = this.forward(hangUpAt, 'BYE');
    return {
      caller: [{ from: up.phone, to: held.asked }, { from: resumed.phone, to: hangUpAt }],
      callee: [{ from: answerAt, to: held.farEnd }, { from: resumed.farEnd, to: over }],
    };
  }

  private renegotiate(at: number, direction: 'inactive' | 'sendrecv'): { asked: number; farEnd: number; phone: number } {
    this.cseq += 1;
    this.sdpVersion += 1;
    const farEnd = this.forward(at, 'INVITE', this.offer('caller', direction));
    return { asked: at, ...this.accept(farEnd + 2, direction) };
  }

  private ring(reached: number): { farEnd: number; phone: number } {
    const farEnd = reached + RING_AFTER_MS;
    return { farEnd, phone: this.backward(farEnd, 180, 'Ringing') };
  }

  private accept(at: number, direction?: 'inactive' | 'sendrecv'): { farEnd: number; phone: number } {
    const phone = this.backward(at, 200, 'OK', this.offer('callee', direction));
    this.forward(phone + 1, 'ACK');
    return { farEnd: at, phone };
  }

  private refuse(at: number, status: number, reason: string): void {
    this.backward(at, status, reason);
  }

  /** @returns when the far end has read it */
  private forward(at: number, method: Method, sdp?: (leg: SignallingLeg) => string): number {
    let time = at;
    if (method === 'BYE') {
      this.cseq += 1;
    }
    for (const leg of this.legs.signalling) {
      const arrived = this.request(leg, time, method, sdp?.(leg));
      if (method === 'INVITE') {
        this.respond(leg, arrived + 0.5, 'INVITE', 100, 'Trying');
      }
      if (method === 'BYE' || method === 'CANCEL') {
        this.respond(leg, arrived + 1, method, 200, 'OK');
      }
      time = arrived + HOP_MS;
    }
    return time;
  }

  /** @returns when the phone has read it */
  private backward(at: number, status: number, reason: string, sdp?: (leg: SignallingLeg) => string): number {
    let time = at;
    for (const leg of [...this.legs.signalling].reverse()) {
      const arrived = this.respond(leg, time, 'INVITE', status, reason, sdp?.(leg));
      if (status >= 300) {
        // Each hop acknowledges a refusal by itself, in the INVITE's own transaction (RFC 3261 §17.1.1.3).
        this.request(leg, arrived + 1, 'ACK', undefined, this.branches.get(leg));
      }
      time = arrived + HOP_MS;
    }
    return time;
  }

  private request(leg: SignallingLeg, at: number, method: Method, sdp?: string, branch?: string): number {
    const chosen = branch ?? (method === 'CANCEL' ? this.branches.get(leg) : undefined) ?? `z9hG4bK${randomHex(this.random, 14)}`;
    if (method === 'INVITE') {
      this.branches.set(leg, chosen);
    }
    const inDialog = method === 'BYE' || (method === 'ACK' && branch === undefined) || (method === 'INVITE' && this.cseq > 1);
    const text = sipRequest({
      method,
      uri: `sip:${leg.toNumber}@${leg.callee.address}:${leg.callee.port}`,
      via: leg.caller,
      branch: chosen,
      from: `<sip:${leg.fromNumber}@${leg.caller.address}>;tag=${leg.fromTag}`,
      to: `<sip:${leg.toNumber}@${leg.callee.address}>${inDialog || branch !== undefined ? `;tag=${leg.toTag}` : ''}`,
      callId: leg.callId,
      cseq: this.cseq,
      contact: `sip:${leg.fromNumber}@${leg.caller.address}:${leg.caller.port}`,
      sdp,
      userAgent: leg.agents.caller,
      headers: this.headers('callee'),
    });
    this.requests.set(`${leg.callId} ${method}`, text);
    return this.send(leg, 'callee', at, text, { method, cseq: `${this.cseq} ${method}` });
  }

  private respond(leg: SignallingLeg, at: number, method: Method, status: number, reason: string, sdp?: string): number {
    const request = parseSip(this.requests.get(`${leg.callId} ${method}`) ?? '');
    if (request === undefined) {
      return at;
    }
    const text = sipResponse(request, {
      status,
      reason,
      ...(status === 100 ? {} : { toTag: leg.toTag, contact: `sip:${leg.toNumber}@${leg.callee.address}:${leg.callee.port}` }),
      sdp,
      server: leg.agents.callee,
      headers: this.headers('caller'),
    });
    return this.send(leg, 'caller', at, text, { status, cseq: request.header('cseq') });
  }

  private send(leg: SignallingLeg, towards: Towards, at: number, text: string, what: { method?: string; status?: number; cseq: string }): number {
    const [source, destination] = towards === 'callee' ? [leg.caller, leg.callee] : [leg.callee, leg.caller];
    const packet = { source, destination, payload: Buffer.from(text), content: { kind: 'sip', callId: leg.callId, ...what } } as const;
    return this.recorder.send(leg.path, towards, at, packet) ?? at;
  }

  /** Session-ID names its sender's end first (RFC 7989 §5). */
  private headers(towards: Towards): string[] {
    if (!this.scenario.sessionId) {
      return [];
    }
    const { caller, callee } = this.legs.sessionIds;
    return [towards === 'callee' ? `Session-ID: ${caller};remote=${callee}` : `Session-ID: ${callee};remote=${caller}`];
  }

  private offer(side: 'caller' | 'callee', direction?: SessionOffer['direction']): (leg: SignallingLeg) => string {
    const codec: AudioCodec = CALL_CODECS[this.scenario.codec];
    const version = this.sdpVersion;
    return (leg) => {
      const media = this.legs.media[leg.mediaLeg]?.[side];
      return media === undefined ? '' : describeSession(media, leg.sdpIds[side], { codec, version, direction });
    };
  }
}
