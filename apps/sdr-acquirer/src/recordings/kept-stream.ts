import { backoffDelay, AppError, type Clock, Deferred, isoTime, type Random } from '@capstan/kernel';
import { causeOf } from '../drivers/receiver-failure';
import type { ReceiverDriver, ReceiverEndpoint, ReceiverStream, StreamBlock, StreamInfo, StreamRequest } from '../drivers/receiver-driver';
import { receiverFailure } from '../drivers/receiver-failure';
import { StreamTimeline } from '../timing/stream-timeline';
import type { StreamStates } from './stream-states';

/** A block at its place. */
export interface PlacedBlock {
  /** Samples since the stream's first, lost ones counted. */
  readonly index: number;
  readonly block: StreamBlock;
  /** Why samples before it are missing, if any are. */
  readonly cause: string;
}

/** What a kept stream works with. */
export interface KeptStreamPorts {
  readonly driver: ReceiverDriver;
  readonly endpoint: ReceiverEndpoint;
  readonly request: StreamRequest;
  readonly clock: Clock;
  readonly random: Random;
  readonly states: StreamStates;
}

const BACKOFF = { initialMs: 250, maxMs: 4_000 } as const;
/** Silence beyond three blocks after which a stream counts as stalled, and then as gone. */
const STALLED_AFTER_MS = 1_000;
const GONE_AFTER_MS = 3_000;
const LOOK_MS = 200;
/** Streams without GPS are listened to for a while before their clock is believed. */
const SETTLE_MS = 1_000;

/**
 * One stream that is kept alive: connects, notices silence, connects again, and places every block by the same timeline,
 * so that a broken connection is a gap and nothing else. At most one connection at a time.
 */
export class KeptStream {
  private timelineOrNone: StreamTimeline | undefined;
  private stream: ReceiverStream | undefined;
  private infoOrNone: StreamInfo | undefined;
  private listener: ((placed: PlacedBlock) => void) | undefined;
  private lastBlockAt = 0;
  private firstBlockAt = 0;
  private lossCause = 'lost';
  private pending: StreamBlock[] = [];
  private connection = 0;
  private readonly primedBy = new Deferred<void>();
  readonly attempts: Array<{ at: string; cause: string }> = [];

  constructor(private readonly ports: KeptStreamPorts) {}

  get timeline(): StreamTimeline {
    if (this.timelineOrNone === undefined) {
      throw new AppError('INTERNAL_ERROR', 'The stream was never open');
    }
    return this.timelineOrNone;
  }

  /** Of the first connection; a recording keeps to it. */
  get info(): StreamInfo | undefined {
    return this.infoOrNone;
  }

  /** Blocks go to `listener` from now on. */
  listen(listener: (placed: PlacedBlock) => void): void {
    this.listener = listener;
  }

  /** Resolves when times can be told. @throws the signal's reason */
  async primed(signal: AbortSignal): Promise<void> {
    const aborted = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    });
    signal.throwIfAborted();
    await Promise.race([this.primedBy.promise, aborted]);
  }

  /**
   * Connects, again and again where that makes sense.
   * @param deadline Unix milliseconds after which no new attempt is begun
   * @throws the last failure; the signal's reason
   */
  async connect(deadline: number, signal: AbortSignal): Promise<void> {
    const { clock, random, states } = this.ports;
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      const limit = AbortSignal.timeout(Math.max(1, Math.round(deadline - clock.now())));
      try {
        await this.open(AbortSignal.any([signal, limit]));
        return;
      } catch (caught) {
        signal.throwIfAborted();
        const error = limit.aborted && !(caught instanceof AppError) ? receiverFailure('timeout', 'The receiver did not come up in time', { again: true }) : caught;
        this.attempts.push({ at: isoTime(clock.now()), cause: causeOf(error) });
        const wait = error instanceof AppError && error.retryAfterMs !== undefined ? error.retryAfterMs : backoffDelay(BACKOFF, attempt, random());
        if (!(error instanceof AppError) || !error.retryable || clock.now() + wait >= deadline) {
          throw error;
        }
        states.to('reconnecting', causeOf(error), error.message);
        await clock.sleep(wait, signal);
      }
    }
  }

  /**
   * Watches over the open stream until the signal aborts.
   * @param until Unix milliseconds after which a lost receiver is not called again
   * @returns the failure that ended it for good, or undefined when it was told to end
   */
  async keep(until: () => number, signal: AbortSignal): Promise<AppError | undefined> {
    const { clock, states } = this.ports;
    while (!signal.aborted) {
      const failure = await this.untilGone(signal);
      if (signal.aborted || failure === undefined) {
        return undefined;
      }
      this.lossCause = causeOf(failure);
      this.attempts.push({ at: isoTime(clock.now()), cause: this.lossCause });
      this.dropConnection();
      if (failure instanceof AppError && !failure.retryable) {
        return failure;
      }
      states.to('reconnecting', this.lossCause, failure.message);
      try {
        await this.connect(until(), signal);
      } catch (error) {
        return signal.aborted ? undefined : AppError.from(error);
      }
    }
    return undefined;
  }

  /** Why samples are missing now. */
  get cause(): string {
    return this.lossCause;
  }

  close(): void {
    this.dropConnection();
  }

  private async open(signal: AbortSignal): Promise<void> {
    const { driver, endpoint, request, clock, states } = this.ports;
    this.connection += 1;
    const mine = this.connection;
    const stream = await driver.open(
      endpoint,
      request,
      {
        step: (step) => states.to(step),
        block: (block) => {
          if (mine === this.connection) {
            this.onBlock(block);
          }
        },
      },
      signal,
      clock,
    );
    this.stream = stream;
    this.lastBlockAt = clock.monotonic();
    if (this.timelineOrNone === undefined) {
      this.infoOrNone = stream.info;
      this.timelineOrNone = new StreamTimeline(stream.info.sampleRate);
    } else {
      this.timelineOrNone.reconnected();
    }
    const early = this.pending;
    this.pending = [];
    early.forEach((block) => this.place(block));
    states.to('streaming');
  }

  private onBlock(block: StreamBlock): void {
    this.lastBlockAt = this.ports.clock.monotonic();
    if (this.firstBlockAt === 0) {
      this.firstBlockAt = this.lastBlockAt;
    }
    if (this.stream === undefined) {
      // The first block comes before the caller knows that the stream is open.
      this.pending.push({ ...block, samples: block.samples.slice() });
      return;
    }
    this.place(block);
  }

  private place(block: StreamBlock): void {
    const { timeline } = this;
    if (block.missing > 0) {
      timeline.skip(block.missing);
    }
    const placement = timeline.place(block);
    if (placement === null) {
      return;
    }
    const settled = this.lastBlockAt - this.firstBlockAt >= SETTLE_MS;
    if (settled || (timeline.quality !== 'host' && timeline.estimate.stamps >= 3)) {
      this.primedBy.resolve();
    }
    this.listener?.({ index: placement.index, block, cause: block.missing > 0 ? 'probable_loss' : this.lossCause });
    this.lossCause = 'lost';
  }

  /** @returns why the stream is over; undefined when the signal aborted */
  private async untilGone(signal: AbortSignal): Promise<Error | undefined> {
    const { clock, states } = this.ports;
    const gone = new Deferred<Error | undefined>();
    const onAbort = (): void => gone.resolve(undefined);
    const watch = setInterval(() => {
      const silent = clock.monotonic() - this.lastBlockAt;
      if (silent > STALLED_AFTER_MS + GONE_AFTER_MS) {
        gone.resolve(receiverFailure('stalled', 'The receiver sends nothing any more', { again: true }));
      } else if (silent > STALLED_AFTER_MS) {
        states.to('stalled', 'stalled', 'No samples for a second');
      } else if (states.current === 'stalled') {
        states.to('streaming');
      }
    }, LOOK_MS);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) {
      onAbort();
    }
    void this.stream?.ended.then((error) => gone.resolve(error));
    try {
      return await gone.promise;
    } finally {
      clearInterval(watch);
      signal.removeEventListener('abort', onAbort);
    }
  }

  private dropConnection(): void {
    this.connection += 1;
    this.stream?.close();
    this.stream = undefined;
    this.pending = [];
  }
}
