import { waterfallLines } from '@capstan/contracts';
import { type Clock } from '@capstan/kernel';
import { ProgressPublisher } from '@capstan/messaging';
import { listen, rows } from '@capstan/persistence';
import { CLOCK, SERVICE, type ServiceIdentity } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SDR_CONFIG, type SdrConfig } from '../config';
import { WATERFALL_BINS, type WaterfallBins, waterfallLine } from '../signal/waterfall';

const CHANNEL = 'sdr_waterfall';
const WATCH_MS = 10_000;

interface Watch {
  readonly bins: WaterfallBins;
  readonly lineMs: number;
  readonly until: number;
}

/** Samples of one stream on their way to whoever looks at them. */
export interface WaterfallTap {
  push(samples: Float32Array, arrivedAt: number): void;
}

/** What a tap belongs to. */
export interface TapSubject {
  readonly sessionId: string;
  readonly targetId: string;
  readonly receiverId: string;
  readonly receiverNo: number;
  readonly frequencyHz: number;
  readonly sampleRate: () => number;
}

/** Makes spectrum lines, only for receivers somebody looks at. Which those are is known to every replica through the database. */
@Injectable()
export class Waterfalls implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly watches = new Map<string, Watch>();
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly progress: ProgressPublisher,
    @Inject(SDR_CONFIG) private readonly config: SdrConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SERVICE) private readonly identity: ServiceIdentity,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = listen(this.config.DATABASE_URL, CHANNEL, (payload) => this.hear(payload), { signal: this.stopping.signal, applicationName: `${this.identity.instance}-waterfall` });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  /** Somebody looks, for the next ten seconds. */
  async watch(sessionId: string, receiverId: string, bins: number, fps: number): Promise<WaterfallBins> {
    const chosen = WATERFALL_BINS.find((known) => known >= bins) ?? 512;
    await rows(this.dataSource, 'SELECT pg_notify($1, $2)', [CHANNEL, JSON.stringify({ sessionId, receiverId, bins: chosen, lineMs: Math.round(1_000 / Math.max(1, Math.min(20, fps))) })]);
    return chosen;
  }

  tap(subject: TapSubject): WaterfallTap {
    let waiting: Float32Array[] = [];
    let count = 0;
    return {
      push: (samples, arrivedAt) => {
        const watch = this.watches.get(`${subject.sessionId} ${subject.receiverId}`);
        if (watch === undefined || watch.until < this.clock.now()) {
          waiting = [];
          count = 0;
          return;
        }
        waiting.push(samples.slice());
        count += samples.length / 2;
        const rate = subject.sampleRate();
        if (count < (watch.lineMs / 1_000) * rate) {
          return;
        }
        const joined = new Float32Array(2 * count);
        let at = 0;
        for (const part of waiting) {
          joined.set(part, at);
          at += part.length;
        }
        waiting = [];
        count = 0;
        this.progress.publish(
          waterfallLines,
          { sessionId: subject.sessionId, targetId: subject.targetId },
          {
            session_id: subject.sessionId,
            target_id: subject.targetId,
            receiver_id: subject.receiverId,
            receiver_no: subject.receiverNo,
            time_ms: arrivedAt,
            bins: watch.bins,
            lines: Buffer.from(waterfallLine(joined, watch.bins)).toString('base64'),
            frequency_hz: subject.frequencyHz,
            sample_rate_hz: rate,
          },
        );
      },
    };
  }

  private hear(payload: string): void {
    if (payload === '') {
      return;
    }
    const { sessionId, receiverId, bins, lineMs } = JSON.parse(payload) as { sessionId: string; receiverId: string; bins: WaterfallBins; lineMs: number };
    const now = this.clock.now();
    for (const [name, watch] of this.watches) {
      if (watch.until < now) {
        this.watches.delete(name);
      }
    }
    this.watches.set(`${sessionId} ${receiverId}`, { bins, lineMs, until: now + WATCH_MS });
  }
}
