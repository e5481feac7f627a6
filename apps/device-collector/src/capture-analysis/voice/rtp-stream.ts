/** One RTP packet as tshark told it. */
export interface RtpPacket {
  /** Unix milliseconds with fraction, by corrected clocks. */
  readonly at: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly payloadType: number;
  /** Hops left; tells the order of places on the same way. */
  readonly ttl: number;
}

/** What came of a stream. */
export interface RtpStatistics {
  readonly firstAt: number;
  readonly lastAt: number;
  readonly packets: number;
  readonly expected: number;
  readonly lost: number;
  readonly duplicates: number;
  readonly reordered: number;
  readonly meanJitterMs: number | null;
  readonly maxJitterMs: number | null;
  readonly maxDeltaMs: number;
  readonly payloadType: number;
  readonly ttl: number;
  /** Milliseconds between packets most of the time; null for a single packet. */
  readonly packetMs: number | null;
}

/** A sequence number further away than this is a new beginning, not a loss (RFC 3550 §A.1, MAX_DROPOUT). */
const MAX_DROPOUT = 3_000;
/** Sequence numbers remembered, to tell late packets from repeated ones. */
const WINDOW = 64n;
const WINDOW_MASK = (1n << WINDOW) - 1n;
/** Longer without a packet is silence or hold: it belongs to neither jitter nor pace. */
const SILENCE_MS = 400;

/** Follows one stream packet by packet, in constant memory. */
export class RtpStreamMeter {
  private packets = 0;
  private duplicates = 0;
  private reordered = 0;
  /** Sequence numbers of parts that ended with a restart. */
  private closed = 0;
  private first = 0;
  /** Highest sequence number, counted on over its 16 bits. */
  private highest = 0;
  private seen = 0n;
  private firstAt = 0;
  private last: RtpPacket | undefined;
  private jitter = 0;
  private jitterSum = 0;
  private jitterCount = 0;
  private maxJitter = 0;
  private maxDelta = 0;
  private paceSum = 0;
  private paceCount = 0;
  private readonly payloadTypes = new Map<number, number>();
  private ttl = 0;

  /** @param clockOf ticks per second of a payload type's timestamps; undefined when unknown */
  constructor(private readonly clockOf: (payloadType: number) => number | undefined) {}

  push(packet: RtpPacket): void {
    this.packets += 1;
    this.payloadTypes.set(packet.payloadType, (this.payloadTypes.get(packet.payloadType) ?? 0) + 1);
    if (this.last === undefined) {
      this.firstAt = packet.at;
      this.ttl = packet.ttl;
      this.restart(packet.sequence);
    } else if (!this.count(packet.sequence)) {
      return;
    } else {
      this.time(this.last, packet);
    }
    this.last = packet;
  }

  statistics(): RtpStatistics {
    const unique = this.packets - this.duplicates;
    const expected = this.closed + (this.packets === 0 ? 0 : this.highest - this.first + 1);
    const known = this.jitterCount > 0;
    return {
      firstAt: this.firstAt,
      lastAt: this.last?.at ?? this.firstAt,
      packets: this.packets,
      expected,
      lost: Math.max(0, expected - unique),
      duplicates: this.duplicates,
      reordered: this.reordered,
      meanJitterMs: known ? this.jitterSum / this.jitterCount : null,
      maxJitterMs: known ? this.maxJitter : null,
      maxDeltaMs: this.maxDelta,
      payloadType: [...this.payloadTypes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0,
      ttl: this.ttl,
      packetMs: this.paceCount > 0 ? this.paceSum / this.paceCount : null,
    };
  }

  /** @returns false for a packet that came before */
  private count(sequence: number): boolean {
    const ahead = ((sequence - this.highest) << 16) >> 16;
    if (ahead > 0) {
      if (ahead > MAX_DROPOUT) {
        this.closed += this.highest - this.first + 1;
        this.restart(sequence);
        return true;
      }
      this.highest += ahead;
      this.seen = ((this.seen << BigInt(ahead)) | 1n) & WINDOW_MASK;
      return true;
    }
    if (-ahead >= Number(WINDOW)) {
      if (-ahead > MAX_DROPOUT) {
        this.closed += this.highest - this.first + 1;
        this.restart(sequence);
      } else {
        this.reordered += 1;
      }
      return true;
    }
    const bit = 1n << BigInt(-ahead);
    if ((this.seen & bit) !== 0n) {
      this.duplicates += 1;
      return false;
    }
    this.seen |= bit;
    this.reordered += 1;
    // One that came late at the very beginning was sent before the first one seen.
    this.first = Math.min(this.first, this.highest + ahead);
    return true;
  }

  private restart(sequence: number): void {
    this.first = sequence;
    this.highest = sequence;
    this.seen = 1n;
  }

  private time(before: RtpPacket, packet: RtpPacket): void {
    const delta = packet.at - before.at;
    this.maxDelta = Math.max(this.maxDelta, delta);
    const clock = this.clockOf(packet.payloadType);
    if (clock === undefined || packet.payloadType !== before.payloadType) {
      return;
    }
    const sent = (((packet.timestamp - before.timestamp) | 0) / clock) * 1_000;
    // A sender that starts its timestamps anew has no past to compare with.
    if (Math.abs(delta - sent) > 60_000) {
      return;
    }
    this.jitter += (Math.abs(delta - sent) - this.jitter) / 16;
    this.jitterSum += this.jitter;
    this.jitterCount += 1;
    this.maxJitter = Math.max(this.maxJitter, this.jitter);
    const step = ((packet.sequence - before.sequence) << 16) >> 16;
    if (step === 1 && sent > 0 && sent < SILENCE_MS) {
      this.paceSum += sent;
      this.paceCount += 1;
    }
  }
}
