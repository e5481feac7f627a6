import type { Socket } from 'node:dgram';
import type { Clock, Random } from '@capstan/kernel';
import type { MediaAddress } from './session-description';
import { PACKET_MS, rtcpSenderReport, rtpPacket, SAMPLES_PER_PACKET, tonePayloads } from './rtp-packets';
import { randomBelow } from './seeded-random';

const REPORT_EVERY_PACKETS = 250;
const TONES_HZ = [350, 440, 480, 520, 620, 700];

/** One direction of a call: a tone, sent every 20 ms until stopped, with a sender report every 5 s. */
export class RtpStream {
  private readonly ssrc: number;
  private readonly payloads: Uint8Array[];
  private readonly firstSequence: number;
  private readonly firstTimestamp: number;
  private sent = 0;
  private startedAt = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly clock: Clock,
    random: Random,
    private readonly sockets: { readonly rtp: Socket; readonly rtcp: Socket },
    private readonly to: MediaAddress,
    private readonly cname: string,
  ) {
    this.ssrc = randomBelow(random, 2 ** 32);
    this.firstSequence = randomBelow(random, 2 ** 16);
    this.firstTimestamp = randomBelow(random, 2 ** 32);
    this.payloads = tonePayloads(TONES_HZ[randomBelow(random, TONES_HZ.length)] ?? 440);
  }

  /** Packets sent so far. */
  get packets(): number {
    return this.sent;
  }

  start(): void {
    this.startedAt = this.clock.monotonic();
    this.sendDue();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  /** Sends what is due by the clock, so a late timer delays packets but never loses or renumbers one. */
  private sendDue(): void {
    const due = 1 + Math.floor((this.clock.monotonic() - this.startedAt) / PACKET_MS);
    for (; this.sent < due; this.sent += 1) {
      const payload = this.payloads[this.sent % this.payloads.length] ?? new Uint8Array(SAMPLES_PER_PACKET);
      const packet = rtpPacket(
        { sequence: this.firstSequence + this.sent, timestamp: this.timestampOf(this.sent), ssrc: this.ssrc, marker: this.sent === 0 },
        payload,
      );
      this.sockets.rtp.send(packet, this.to.port, this.to.address, ignoreSendError);
      if ((this.sent + 1) % REPORT_EVERY_PACKETS === 0) {
        this.report();
      }
    }
    this.timer = setTimeout(() => this.sendDue(), this.startedAt + this.sent * PACKET_MS - this.clock.monotonic());
  }

  private report(): void {
    const packets = this.sent + 1;
    const report = rtcpSenderReport({
      ssrc: this.ssrc,
      timestamp: this.timestampOf(packets),
      packets,
      bytes: packets * SAMPLES_PER_PACKET,
      unixMs: this.clock.now(),
      cname: this.cname,
    });
    this.sockets.rtcp.send(report, this.to.port + 1, this.to.address, ignoreSendError);
  }

  private timestampOf(packet: number): number {
    return (this.firstTimestamp + packet * SAMPLES_PER_PACKET) >>> 0;
  }
}

/** A telephone does not notice that its network is gone. */
export function ignoreSendError(): void {
  return undefined;
}
