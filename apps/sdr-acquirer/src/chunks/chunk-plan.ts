/** What a recording asks of one stream. */
export interface RecordingPlan {
  /** Samples per second, as the receiver states them: 12001.135 rather than 12000. */
  readonly sampleRate: number;
  readonly chunkSeconds: number;
  readonly durationSeconds: number;
}

/**
 * Where chunks begin and end, in samples since T0. Bounds are rounded from the exact instants, so counts alternate
 * (12001, 12002, …) and never drift; together they are exactly `round(duration · rate)`.
 *
 * A *slot* is one chunk length of the stream's time; a *chunk* is a slot that is recorded. They differ only after a pause.
 */
export class ChunkPlan {
  readonly total: number;
  readonly chunkCount: number;

  constructor(private readonly plan: RecordingPlan) {
    this.total = Math.round(plan.durationSeconds * plan.sampleRate);
    // Binary fractions must not make a last chunk of nothing: 0.3 s of 0.1 s are three chunks.
    this.chunkCount = Math.max(1, Math.ceil(plan.durationSeconds / plan.chunkSeconds - 1e-9));
  }

  /** First sample of a slot. */
  slotStart(slot: number): number {
    return Math.round(slot * this.plan.chunkSeconds * this.plan.sampleRate);
  }

  /** The slot a sample lies in. */
  slotOf(sample: number): number {
    let slot = Math.max(0, Math.floor(sample / (this.plan.chunkSeconds * this.plan.sampleRate)) - 1);
    while (this.slotStart(slot + 1) <= sample) {
      slot += 1;
    }
    return slot;
  }

  /** Samples of chunk `index` when it is recorded in `slot`. Only the last chunk may be shorter than its slot. */
  length(index: number, slot: number): number {
    const whole = this.slotStart(slot + 1) - this.slotStart(slot);
    return index === this.chunkCount - 1 ? Math.min(whole, this.total - this.slotStart(index)) : whole;
  }
}
