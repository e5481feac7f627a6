import { ClockFit, type ClockEstimate } from './clock-fit';

/** How far the times of a stream can be trusted: GPS fix at most 30 s old, an older one, or the host's clock alone. */
export const CLOCK_QUALITIES = ['gps_fresh', 'gps_stale', 'host'] as const;
/** See {@link CLOCK_QUALITIES}. */
export type ClockQuality = (typeof CLOCK_QUALITIES)[number];

/** What a receiver says about a block of samples. */
export interface BlockStamp {
  /** Number of the block, counted by the receiver modulo 2³²; null where the protocol has none. */
  readonly sequence: number | null;
  /** Samples in it. */
  readonly count: number;
  /** When its first sample was taken, Unix nanoseconds; null without GPS. */
  readonly utcNs: bigint | null;
  /** Seconds since the receiver's last GPS fix; null without. */
  readonly fixAgeSec: number | null;
  /** When the whole block was here, Unix milliseconds by the host. */
  readonly arrivedAt: number;
}

/** Where a block belongs. */
export interface Placement {
  /** Index of its first sample since the stream's first, lost samples counted. */
  readonly index: number;
  /** Samples missing directly before it. */
  readonly lost: number;
  /** Set when the place was told by the host's clock and may be off by its error. */
  readonly estimated: boolean;
}

const FRESH_SEC = 30;
const HALF_SEQUENCE = 2 ** 31;
const SEQUENCES = 2 ** 32;
/** Stamps in a row off the line after which the receiver's clock is taken to have been set. */
const STEPPED_AFTER = 5;
/** What the host's clock is good for on a local network. */
const HOST_ERROR_NS = 50_000_000;

/**
 * Knows the place and the time of every sample of one stream, across lost blocks and reconnections: the place by the
 * blocks' numbers, the time by a line through GPS stamps, or without them by the earliest arrivals.
 */
export class StreamTimeline {
  private fit: ClockFit;
  private fitFrom = 0;
  private fitEpochNs = 0n;
  private next = 0;
  private started = false;
  private joined = false;
  private lastSequence: number | undefined;
  /** Lowest (arrival − place) seen, Unix milliseconds: when sample 0 was taken, as far as the host can tell. */
  private hostZeroMs = Number.POSITIVE_INFINITY;
  private lastAge: number | null = null;
  private stamped = false;
  private steps = 0;

  /** @param sampleRate samples per second, as stated by the receiver */
  constructor(readonly sampleRate: number) {
    this.fit = new ClockFit(sampleRate);
  }

  get quality(): ClockQuality {
    return !this.stamped || this.lastAge === null ? 'host' : this.lastAge <= FRESH_SEC ? 'gps_fresh' : 'gps_stale';
  }

  /** Bound of the error of {@link utcAt}, nanoseconds. */
  get errorNs(): number {
    return this.quality === 'host' ? HOST_ERROR_NS : Math.max(50, Math.round(3 * this.fit.estimate().sigmaNs));
  }

  get estimate(): ClockEstimate {
    return this.fit.estimate();
  }

  /** How often the receiver's clock was set while it streamed. */
  get clockSteps(): number {
    return this.steps;
  }

  /** The index after the last placed block. */
  get end(): number {
    return this.next;
  }

  /** The connection is a new one: numbers start anew, and the next block is placed by time. */
  reconnected(): void {
    this.joined = false;
    this.lastSequence = undefined;
  }

  /** Counts samples that went missing where the protocol itself cannot say so. */
  skip(samples: number): void {
    this.next += samples;
  }

  /** Places a block; null for one that was here before. */
  place(block: BlockStamp): Placement | null {
    const lost = this.joined ? this.lostBefore(block) : this.lostBeforeJoining(block);
    if (lost === null) {
      return null;
    }
    const rejoined = !this.joined && this.started;
    this.joined = true;
    this.started = true;
    this.lastSequence = block.sequence ?? undefined;
    const index = this.next + lost;
    this.next = index + block.count;
    this.learn(block, index);
    return { index, lost, estimated: rejoined && block.utcNs === null };
  }

  /** Unix nanoseconds of sample `index`. */
  utcAt(index: number): bigint {
    if (this.stamped) {
      return this.fitEpochNs + BigInt(Math.round(this.fit.timeAt(index - this.fitFrom)));
    }
    return BigInt(Math.round(this.hostZeroMs * 1e6)) + BigInt(Math.round((index * 1e9) / this.sampleRate));
  }

  /** The sample nearest to an instant. */
  indexAt(utcNs: bigint): number {
    const zero = this.utcAt(0);
    let index = Math.round((Number(utcNs - zero) * this.sampleRate) / 1e9);
    // The fitted rate differs from the stated one by parts per million: one correction brings it to the sample.
    index += Math.round((Number(utcNs - this.utcAt(index)) * this.sampleRate) / 1e9);
    return index;
  }

  private lostBefore(block: BlockStamp): number | null {
    if (block.sequence === null || this.lastSequence === undefined) {
      return 0;
    }
    const step = (block.sequence - this.lastSequence + SEQUENCES) % SEQUENCES;
    if (step === 0) {
      return null;
    }
    if (step < HALF_SEQUENCE) {
      return (step - 1) * block.count;
    }
    return this.lostByTime(block);
  }

  private lostBeforeJoining(block: BlockStamp): number {
    return this.started ? this.lostByTime(block) : 0;
  }

  private lostByTime(block: BlockStamp): number {
    if (block.utcNs !== null && this.stamped) {
      return Math.max(0, this.indexAt(block.utcNs) - this.next);
    }
    const takenAt = block.arrivedAt - (block.count / this.sampleRate) * 1_000;
    return Math.max(0, Math.round(((takenAt - this.hostZeroMs) / 1_000) * this.sampleRate) - this.next);
  }

  private learn(block: BlockStamp, index: number): void {
    this.hostZeroMs = Math.min(this.hostZeroMs, block.arrivedAt - ((index + block.count) / this.sampleRate) * 1_000);
    if (block.utcNs === null) {
      return;
    }
    this.lastAge = block.fixAgeSec;
    if (!this.stamped) {
      this.beginFit(block.utcNs, index);
    }
    this.fit.add(index - this.fitFrom, Number(block.utcNs - this.fitEpochNs));
    if (this.fit.outliers >= STEPPED_AFTER) {
      this.steps += 1;
      this.beginFit(block.utcNs, index);
      this.fit.add(0, 0);
    }
  }

  private beginFit(utcNs: bigint, index: number): void {
    this.stamped = true;
    this.fit = new ClockFit(this.sampleRate);
    this.fitFrom = index;
    this.fitEpochNs = utcNs;
  }
}
