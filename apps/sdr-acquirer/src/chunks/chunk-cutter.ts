import { ChunkPlan, type RecordingPlan } from './chunk-plan';
import { roomForSamples } from './npy';

/** Samples that are not there. */
export interface Gap {
  /** First missing sample, counted from T0. */
  readonly start: number;
  readonly length: number;
  /** Why, as in the cause codes of receivers. */
  readonly cause: string;
}

/** One chunk, complete as far as it can be. */
export interface CutChunk {
  /** 0-based number of the chunk. */
  readonly index: number;
  /** Samples from T0 to its first sample; runs on while the recording is paused. */
  readonly firstSample: number;
  readonly count: number;
  /** Interleaved I and Q, zeros where samples are missing; null when all of them are. */
  readonly samples: Float32Array | null;
  readonly lost: number;
  readonly gaps: readonly Gap[];
}

interface OpenChunk {
  readonly index: number;
  readonly start: number;
  readonly count: number;
  readonly samples: Float32Array;
  readonly gaps: Gap[];
}

/**
 * Cuts a stream into chunks by absolute sample index. What is missing becomes zeros with a gap written down, never a
 * shift; what comes twice is dropped. No queue, no clock: blocks go in, finished chunks come out.
 */
export class ChunkCutter {
  readonly plan: ChunkPlan;
  private open: OpenChunk | undefined;
  /** The next sample this cutter expects. */
  private next = 0;
  private recorded = 0;
  private readonly pauses: Array<{ from: number; to: number }> = [];

  constructor(plan: RecordingPlan) {
    this.plan = new ChunkPlan(plan);
  }

  /** Whether every chunk of the plan has come out. */
  get done(): boolean {
    return this.recorded >= this.plan.chunkCount;
  }

  /** Chunks that have come out. */
  get chunksCut(): number {
    return this.recorded;
  }

  /** The next expected sample, counted from T0. */
  get position(): number {
    return this.next;
  }

  /** Records nothing from this slot on. Slots are whole chunk lengths, so that all receivers leave out the same stretch. */
  pauseFrom(slot: number): void {
    this.pauses.push({ from: slot, to: Number.POSITIVE_INFINITY });
  }

  /** Records again from this slot on. */
  resumeFrom(slot: number): void {
    const last = this.pauses.at(-1);
    if (last !== undefined && last.to === Number.POSITIVE_INFINITY) {
      last.to = Math.max(slot, last.from);
    }
  }

  /** Goes on where an earlier holder left off. @param sample the first one that is not stored yet */
  continueAfter(chunks: number, sample: number): void {
    this.recorded = chunks;
    this.next = sample;
  }

  /** First sample of the next chunk, pauses left out: where what an earlier holder stored last belongs. */
  get nextStart(): number {
    let slot = this.plan.slotOf(this.next);
    while (this.isPaused(slot) && !this.pausedForGood) {
      slot += 1;
    }
    return Math.max(this.next, this.plan.slotStart(slot));
  }

  /**
   * Takes a block.
   * @param index its first sample, counted from T0; negative before T0
   * @param cause why samples before it are missing, if any are
   */
  push(index: number, samples: Float32Array, cause = 'lost'): CutChunk[] {
    const out: CutChunk[] = [];
    if (index > this.next) {
      this.skip(index - this.next, cause, out);
    }
    const count = samples.length / 2;
    let from = Math.max(0, this.next - index);
    while (from < count && !this.done) {
      const chunk = this.current();
      if (chunk === undefined) {
        const step = Math.min(count - from, this.plan.slotStart(this.plan.slotOf(this.next) + 1) - this.next);
        from += step;
        this.next += step;
        continue;
      }
      const step = Math.min(count - from, chunk.start + chunk.count - this.next);
      chunk.samples.set(samples.subarray(2 * from, 2 * (from + step)), 2 * (this.next - chunk.start));
      from += step;
      this.next += step;
      this.closeIfFull(out);
    }
    return out;
  }

  /** Writes down everything up to `until` (default: the end of the plan) as missing. */
  lose(cause: string, until = Number.POSITIVE_INFINITY): CutChunk[] {
    const out: CutChunk[] = [];
    this.skip(until - this.next, cause, out);
    return out;
  }

  /** Ends here: the open chunk comes out with the samples it really has. */
  stop(): CutChunk[] {
    const { open } = this;
    this.open = undefined;
    this.recorded = this.plan.chunkCount;
    if (open === undefined || this.next <= open.start) {
      return [];
    }
    const count = this.next - open.start;
    return [finished({ ...open, count, samples: open.samples.slice(0, 2 * count) })];
  }

  private skip(length: number, cause: string, out: CutChunk[]): void {
    const end = this.next + length;
    while (this.next < end && !this.done) {
      const chunk = this.current();
      const bound = chunk === undefined ? this.plan.slotStart(this.plan.slotOf(this.next) + 1) : chunk.start + chunk.count;
      const step = Math.min(end, bound) - this.next;
      if (chunk === undefined && end === Number.POSITIVE_INFINITY && this.pausedForGood) {
        // Paused for good: there is no slot left that the rest could be missing from.
        this.recorded = this.plan.chunkCount;
        return;
      }
      if (chunk !== undefined) {
        const last = chunk.gaps.at(-1);
        if (last !== undefined && last.cause === cause && last.start + last.length === this.next) {
          chunk.gaps[chunk.gaps.length - 1] = { ...last, length: last.length + step };
        } else {
          chunk.gaps.push({ start: this.next, length: step, cause });
        }
      }
      this.next += step;
      this.closeIfFull(out);
    }
  }

  /** The chunk that takes the next sample; undefined while paused. */
  private current(): OpenChunk | undefined {
    if (this.open === undefined) {
      const slot = this.plan.slotOf(this.next);
      const start = this.plan.slotStart(slot);
      const count = this.plan.length(this.recorded, slot);
      if (this.isPaused(slot) || this.next >= start + count) {
        return undefined;
      }
      this.open = { index: this.recorded, start, count, samples: roomForSamples(count), gaps: [] };
    }
    return this.open;
  }

  private closeIfFull(out: CutChunk[]): void {
    if (this.open !== undefined && this.next >= this.open.start + this.open.count) {
      out.push(finished(this.open));
      this.open = undefined;
      this.recorded += 1;
    }
  }

  private get pausedForGood(): boolean {
    return this.pauses.at(-1)?.to === Number.POSITIVE_INFINITY && this.isPaused(this.plan.slotOf(this.next));
  }

  private isPaused(slot: number): boolean {
    return this.pauses.some(({ from, to }) => slot >= from && slot < to);
  }
}

function finished(chunk: OpenChunk): CutChunk {
  const lost = chunk.gaps.reduce((total, gap) => total + gap.length, 0);
  return { index: chunk.index, firstSample: chunk.start, count: chunk.count, samples: lost === chunk.count ? null : chunk.samples, lost, gaps: chunk.gaps };
}
