import { connect } from 'node:net';
import type { Clock, Random } from '@capstan/kernel';
import { callPair, TALK_MS } from './call-plan';
import { Telephone, type TelephoneIdentity } from './telephone';
import { closeVoiceSockets, SIP_PORT, type VoiceSockets } from './udp-sockets.client';

const OPTIONS_EVERY_MS = 2000;
const HEARTBEAT_EVERY_MS = 5000;

/** What the lab has sent so far. */
export interface VoiceCounts {
  readonly calls_placed: number;
  readonly calls_completed: number;
  readonly calls_failed: number;
  /** RTP packets of calls that are over, both directions. */
  readonly rtp_packets: number;
}

/** Telephones that call each other in turn, and a slow heartbeat so that no interface is ever silent. */
export class VoiceTraffic {
  private readonly telephones: Telephone[];
  private readonly timers: NodeJS.Timeout[] = [];
  private callTimer: NodeJS.Timeout | undefined;
  private calls = 0;

  /** @param lines at least two */
  constructor(
    private readonly lines: ReadonlyArray<{ readonly identity: TelephoneIdentity; readonly sockets: VoiceSockets }>,
    random: Random,
    clock: Clock,
  ) {
    this.telephones = lines.map((line) => new Telephone(line.identity, line.sockets, random, clock));
  }

  /** @param callsPerMinute new calls per minute in the whole lab; 0 leaves only the heartbeat */
  start(callsPerMinute: number): void {
    this.timers.push(
      setInterval(() => this.eachNeighbour((phone, next) => phone.ping(next.identity)), OPTIONS_EVERY_MS),
      setInterval(() => this.heartbeat(), HEARTBEAT_EVERY_MS),
    );
    this.setLoad(callsPerMinute);
  }

  /** Changes the rate of new calls. Calls that are up go on to their end. */
  setLoad(callsPerMinute: number): void {
    clearInterval(this.callTimer);
    if (callsPerMinute > 0) {
      this.placeCall();
      this.callTimer = setInterval(() => this.placeCall(), 60_000 / callsPerMinute);
    }
  }

  counts(): VoiceCounts {
    const sum = (pick: (phone: Telephone) => number): number => this.telephones.reduce((total, phone) => total + pick(phone), 0);
    return {
      calls_placed: sum((phone) => phone.counts.placed),
      calls_completed: sum((phone) => phone.counts.completed),
      calls_failed: sum((phone) => phone.counts.failed),
      rtp_packets: sum((phone) => phone.counts.rtpPackets),
    };
  }

  stop(): void {
    clearInterval(this.callTimer);
    this.timers.forEach((timer) => clearInterval(timer));
    this.telephones.forEach((phone) => phone.stop());
    this.lines.forEach((line) => closeVoiceSockets(line.sockets));
  }

  private placeCall(): void {
    const { caller, callee } = callPair(this.calls, this.telephones.length);
    this.calls += 1;
    const peer = this.telephones[callee];
    if (peer) {
      this.telephones[caller]?.call(peer.identity, TALK_MS);
    }
  }

  private heartbeat(): void {
    this.eachNeighbour((phone, next) => {
      phone.sayHello(next.identity.address);
      // SIP over TCP is refused: a SYN and an RST.
      const probe = connect({ host: phone.identity.address, port: SIP_PORT, timeout: 1000 });
      probe.on('error', () => undefined);
      probe.on('timeout', () => probe.destroy());
      probe.on('connect', () => probe.destroy());
    });
  }

  private eachNeighbour(visit: (phone: Telephone, next: Telephone) => void): void {
    this.telephones.forEach((phone, index) => {
      const next = this.telephones[(index + 1) % this.telephones.length];
      if (next) {
        visit(phone, next);
      }
    });
  }
}
