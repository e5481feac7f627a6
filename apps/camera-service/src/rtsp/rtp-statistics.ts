import { type RtpPacket, wrappedDifference } from './rtp-packet';
import type { VideoFrame } from './video-codec';

/** What the packets of a stream tell, over the last seconds. */
export interface StreamFigures {
  readonly fps: number | null;
  readonly bitrateKbps: number | null;
  /** Share of packets that never came, in percent. */
  readonly lossPct: number | null;
  /** Interarrival jitter in milliseconds (RFC 3550 §6.4.1). */
  readonly jitterMs: number | null;
  /** Milliseconds between the last two keyframes. */
  readonly gopMs: number | null;
  readonly packets: number;
  readonly frames: number;
}

/** Seconds over which rates are told. */
const WINDOW_MS = 5_000;

interface Mark {
  readonly at: number;
  readonly bytes: number;
  readonly expected: number;
  readonly received: number;
  readonly frames: number;
}

/** Counts what passes by; costs a few additions per packet. */
export class RtpStatistics {
  private bytes = 0;
  private received = 0;
  private highest: number | undefined;
  private first = 0;
  private cycles = 0;
  private frames = 0;
  private jitter = 0;
  private transit: number | undefined;
  private lastTimestamp: number | undefined;
  private lastKeyRtp: number | undefined;
  private gopMs: number | undefined;
  private marks: Mark[] = [];

  constructor(private readonly clockRate: number) {}

  packet(packet: RtpPacket, at: number): void {
    this.bytes += packet.payload.length + 12;
    this.received += 1;
    if (this.highest === undefined) {
      this.highest = packet.sequence;
      this.first = packet.sequence;
    } else if (wrappedDifference(packet.sequence, this.highest, 16) > 0) {
      this.cycles += packet.sequence < this.highest ? 1 : 0;
      this.highest = packet.sequence;
    }
    if (packet.timestamp !== this.lastTimestamp) {
      this.lastTimestamp = packet.timestamp;
      // By timestamps, not by frames put together: those before the first keyframe count as well.
      this.frames += 1;
      // Packets of one frame leave together: only the first one says something about the network.
      const transit = at - (packet.timestamp / this.clockRate) * 1_000;
      if (this.transit !== undefined) {
        const wrap = (2 ** 32 / this.clockRate) * 1_000;
        const change = Math.abs(transit - this.transit);
        this.jitter += (Math.min(change, Math.abs(change - wrap)) - this.jitter) / 16;
      }
      this.transit = transit;
    }
    const newest = this.marks.at(-1);
    if (newest === undefined || at - newest.at >= 500) {
      this.marks.push({ at, bytes: this.bytes, expected: this.expected(), received: this.received, frames: this.frames });
      while (this.marks.length > 2 && at - (this.marks[1]?.at ?? at) >= WINDOW_MS) {
        this.marks.shift();
      }
    }
  }

  frame(frame: VideoFrame): void {
    if (frame.key) {
      if (this.lastKeyRtp !== undefined) {
        this.gopMs = (wrappedDifference(frame.rtpTime, this.lastKeyRtp, 32) / this.clockRate) * 1_000;
      }
      this.lastKeyRtp = frame.rtpTime;
    }
  }

  /** @param now same clock as the packets' times */
  figures(now: number): StreamFigures {
    const from = this.marks[0];
    const elapsed = from === undefined ? 0 : now - from.at;
    if (from === undefined || elapsed < 900) {
      return { fps: null, bitrateKbps: null, lossPct: null, jitterMs: null, gopMs: rounded(this.gopMs), packets: this.received, frames: this.frames };
    }
    const expected = this.expected() - from.expected;
    const missing = Math.max(0, expected - (this.received - from.received));
    return {
      fps: rounded(((this.frames - from.frames) * 1_000) / elapsed),
      bitrateKbps: rounded(((this.bytes - from.bytes) * 8) / elapsed),
      lossPct: expected === 0 ? 0 : rounded((missing * 100) / expected),
      jitterMs: rounded(this.jitter),
      gopMs: rounded(this.gopMs),
      packets: this.received,
      frames: this.frames,
    };
  }

  private expected(): number {
    return this.highest === undefined ? 0 : this.cycles * 65_536 + this.highest - this.first + 1;
  }
}

function rounded(value: number): number;
function rounded(value: number | undefined): number | null;
function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 100) / 100;
}
