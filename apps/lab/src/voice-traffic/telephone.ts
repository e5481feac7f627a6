import type { Clock, Random } from '@capstan/kernel';
import { Retransmission } from './retransmission';
import { ignoreSendError, RtpStream } from './rtp-stream';
import { randomBelow, randomHex } from './seeded-random';
import { describeSession, mediaAddressOf } from './session-description';
import { parseSip, type SipMessage, sipRequest, type SipRequestFields, sipResponse } from './sip-messages';
import { SIP_PORT, type VoiceSockets } from './udp-sockets.client';

/** Where a telephone is and what it is called. */
export interface TelephoneIdentity {
  /** Dialled number, e.g. `1001`. */
  readonly number: string;
  readonly address: string;
}

/** Counters of one telephone. */
export interface TelephoneCounts {
  placed: number;
  completed: number;
  failed: number;
  rtpPackets: number;
}

const RING_AFTER_MS = 150;
const ANSWER_AFTER_MS = 700;
/** A called telephone hangs up by itself when the caller's BYE never comes. */
const FORGOTTEN_AFTER_MS = 60_000;

/** One side of a call. */
interface Leg {
  readonly callId: string;
  readonly media: VoiceSockets['media'][number];
  /** Ends the leg's current wait. */
  retransmission?: Retransmission;
  readonly timers: NodeJS.Timeout[];
  stream?: RtpStream;
  /** What a repeated INVITE is answered with again. */
  lastResponse?: string;
  /** Callee: where to send RTP once ACK has come. */
  offer?: string;
  /** Caller: builds the requests of the dialog. */
  dialog?: CallerDialog;
}

interface CallerDialog {
  readonly peer: TelephoneIdentity;
  readonly from: string;
  to: string;
  readonly inviteBranch: string;
  readonly talkMs: number;
}

/**
 * A telephone of the lab: places calls and answers them over its own UDP sockets, as RFC 3261 user agents do
 * (INVITE, 100, 180, 200, ACK, two-way RTP, BYE, 200). What it does follows from messages that really arrived.
 */
export class Telephone {
  readonly counts: TelephoneCounts = { placed: 0, completed: 0, failed: 0, rtpPackets: 0 };
  private readonly legs = new Map<string, Leg>();
  private nextMedia = 0;

  constructor(
    readonly identity: TelephoneIdentity,
    private readonly sockets: VoiceSockets,
    private readonly random: Random,
    private readonly clock: Clock,
  ) {
    sockets.sip.on('message', (data, from) => {
      const message = parseSip(data.toString('utf8'));
      if (message) {
        this.receive(message, from);
      }
    });
  }

  /** Calls `peer` and hangs up `talkMs` milliseconds after it answered. Without a free media port nothing happens. */
  call(peer: TelephoneIdentity, talkMs: number): void {
    const leg = this.openLeg(`${randomHex(this.random, 24)}@${this.identity.address}`);
    if (!leg) {
      return;
    }
    this.counts.placed += 1;
    leg.dialog = {
      peer,
      from: `"Lab ${this.identity.number}" <sip:${this.identity.number}@${this.identity.address}>;tag=${this.tag()}`,
      to: `<sip:${peer.number}@${peer.address}>`,
      inviteBranch: this.branch(),
      talkMs,
    };
    const invite = this.dialogRequest(leg, leg.dialog, 'INVITE', this.localDescription(leg));
    leg.retransmission = new Retransmission(() => this.send(invite, peer.address), () => this.fail(leg)).start();
  }

  /** Asks `peer` whether it is there (OPTIONS), as trunks do all day. */
  ping(peer: TelephoneIdentity): void {
    const from = `<sip:${this.identity.number}@${this.identity.address}>;tag=${this.tag()}`;
    const options = sipRequest({
      ...this.requestBase(peer, from, `<sip:${peer.number}@${peer.address}>`, `${randomHex(this.random, 24)}@${this.identity.address}`),
      method: 'OPTIONS',
      branch: this.branch(),
      cseq: 1,
    });
    this.send(options, peer.address);
  }

  /** Sends one syslog line to a port nobody listens on; the host there answers with an ICMP port unreachable. */
  sayHello(address: string): void {
    this.sockets.sip.send(Buffer.from(`<134>capstan-lab: ${this.identity.number} is alive`), 514, address, ignoreSendError);
  }

  /** Drops every call at once. */
  stop(): void {
    for (const leg of [...this.legs.values()]) {
      this.closeLeg(leg);
    }
  }

  private receive(message: SipMessage, from: { address: string; port: number }): void {
    if (message.status !== undefined) {
      this.receiveResponse(message, message.status);
      return;
    }
    switch (message.method) {
      case 'INVITE':
        return this.receiveInvite(message, from);
      case 'ACK':
        return this.receiveAck(message);
      case 'BYE':
        return this.receiveBye(message, from);
      case 'OPTIONS':
        return this.send(sipResponse(message, { status: 200, reason: 'OK', toTag: this.tag() }), from.address, from.port);
      default:
        return this.send(sipResponse(message, { status: 405, reason: 'Method Not Allowed', toTag: this.tag() }), from.address, from.port);
    }
  }

  private receiveInvite(invite: SipMessage, from: { address: string; port: number }): void {
    const known = this.legs.get(invite.header('call-id'));
    if (known) {
      // A repeated INVITE: our answer was lost or is still to come.
      if (known.lastResponse !== undefined) {
        this.send(known.lastResponse, from.address, from.port);
      }
      return;
    }
    const answer = (text: string): void => this.send(text, from.address, from.port);
    const leg = this.openLeg(invite.header('call-id'));
    const toTag = this.tag();
    if (!leg) {
      answer(sipResponse(invite, { status: 486, reason: 'Busy Here', toTag }));
      return;
    }
    leg.offer = invite.body;
    const respond = (text: string): void => {
      leg.lastResponse = text;
      answer(text);
    };
    respond(sipResponse(invite, { status: 100, reason: 'Trying' }));
    const contact = this.contact();
    const ok = sipResponse(invite, { status: 200, reason: 'OK', toTag, contact, sdp: this.localDescription(leg) });
    leg.timers.push(
      setTimeout(() => respond(sipResponse(invite, { status: 180, reason: 'Ringing', toTag, contact })), RING_AFTER_MS),
      setTimeout(() => {
        leg.retransmission = new Retransmission(() => respond(ok), () => this.closeLeg(leg)).start();
      }, ANSWER_AFTER_MS),
      setTimeout(() => this.closeLeg(leg), FORGOTTEN_AFTER_MS),
    );
  }

  private receiveAck(ack: SipMessage): void {
    const leg = this.legs.get(ack.header('call-id'));
    if (leg && !leg.dialog && !leg.stream) {
      leg.retransmission?.stop();
      this.talk(leg, leg.offer ?? '');
    }
  }

  private receiveBye(bye: SipMessage, from: { address: string; port: number }): void {
    const leg = this.legs.get(bye.header('call-id'));
    // RFC 3261 §15.1.2: a BYE of an unknown call is answered too.
    const answer = leg ? { status: 200, reason: 'OK' } : { status: 481, reason: 'Call/Transaction Does Not Exist' };
    if (leg) {
      this.closeLeg(leg);
    }
    this.send(sipResponse(bye, answer), from.address, from.port);
  }

  private receiveResponse(response: SipMessage, status: number): void {
    const leg = this.legs.get(response.header('call-id'));
    const dialog = leg?.dialog;
    if (!leg || !dialog) {
      return;
    }
    if (response.cseqMethod === 'BYE') {
      this.counts.completed += 1;
      this.closeLeg(leg);
      return;
    }
    leg.retransmission?.stop();
    if (status < 200) {
      return;
    }
    dialog.to = response.header('to');
    if (status >= 300) {
      // The ACK to a refusal belongs to the INVITE's transaction and keeps its branch (RFC 3261 §17.1.1.3).
      this.send(this.dialogRequest(leg, dialog, 'ACK'), dialog.peer.address);
      this.fail(leg);
      return;
    }
    this.send(this.dialogRequest(leg, dialog, 'ACK', undefined, this.branch()), dialog.peer.address);
    if (!leg.stream) {
      this.talk(leg, response.body);
      leg.timers.push(setTimeout(() => this.hangUp(leg, dialog), dialog.talkMs));
    }
  }

  private talk(leg: Leg, remoteDescription: string): void {
    const to = mediaAddressOf(remoteDescription);
    if (!to) {
      this.fail(leg);
      return;
    }
    const cname = `${this.identity.number}@${this.identity.address}`;
    leg.stream = new RtpStream(this.clock, this.random, leg.media, to, cname);
    leg.stream.start();
  }

  private hangUp(leg: Leg, dialog: CallerDialog): void {
    leg.stream?.stop();
    const bye = this.dialogRequest(leg, dialog, 'BYE', undefined, this.branch());
    leg.retransmission = new Retransmission(() => this.send(bye, dialog.peer.address), () => this.fail(leg)).start();
  }

  private fail(leg: Leg): void {
    this.counts.failed += 1;
    this.closeLeg(leg);
  }

  private openLeg(callId: string): Leg | undefined {
    const busy = new Set([...this.legs.values()].map((leg) => leg.media));
    const { media: pool } = this.sockets;
    // Ports in turn, so that two calls in a row are not one conversation to somebody who looks at addresses only.
    const inTurn = pool.map((_, offset) => (this.nextMedia + offset) % pool.length);
    const index = inTurn.find((candidate) => !busy.has(pool[candidate] as Leg['media']));
    const media = index === undefined ? undefined : pool[index];
    if (index === undefined || !media) {
      return undefined;
    }
    this.nextMedia = index + 1;
    const leg: Leg = { callId, media, timers: [] };
    this.legs.set(callId, leg);
    return leg;
  }

  private closeLeg(leg: Leg): void {
    leg.retransmission?.stop();
    leg.timers.forEach((timer) => clearTimeout(timer));
    leg.stream?.stop();
    this.counts.rtpPackets += this.legs.get(leg.callId) === leg ? (leg.stream?.packets ?? 0) : 0;
    this.legs.delete(leg.callId);
  }

  private dialogRequest(
    leg: Leg,
    dialog: CallerDialog,
    method: SipRequestFields['method'],
    sdp?: string,
    branch = dialog.inviteBranch,
  ): string {
    const cseq = method === 'BYE' ? 2 : 1;
    return sipRequest({ ...this.requestBase(dialog.peer, dialog.from, dialog.to, leg.callId), method, branch, cseq, sdp });
  }

  private requestBase(peer: TelephoneIdentity, from: string, to: string, callId: string): Omit<SipRequestFields, 'method' | 'branch' | 'cseq'> {
    return {
      uri: `sip:${peer.number}@${peer.address}:${SIP_PORT}`,
      via: { address: this.identity.address, port: SIP_PORT },
      from,
      to,
      callId,
      contact: this.contact(),
    };
  }

  private localDescription(leg: Leg): string {
    return describeSession({ address: this.identity.address, port: leg.media.port }, 1 + randomBelow(this.random, 2 ** 31));
  }

  private contact(): string {
    return `sip:${this.identity.number}@${this.identity.address}:${SIP_PORT}`;
  }

  private branch(): string {
    return `z9hG4bK${randomHex(this.random, 16)}`;
  }

  private tag(): string {
    return randomHex(this.random, 10);
  }

  private send(text: string, address: string, port: number = SIP_PORT): void {
    this.sockets.sip.send(text, port, address, ignoreSendError);
  }
}
