import type { Clock } from '@capstan/kernel';
import { CLOCK, Metrics } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CAMERA_CONFIG, type CameraConfig } from '../config';
import type { RtspSession } from '../rtsp/rtsp-session.client';
import { Ffmpeg } from './ffmpeg.client';
import { LiveDecoder } from './live-decoder.client';

const TICK_MS = 1_000;
/** A stream that is asked for its picture again within this time is followed for as long. */
const WATCHED_MS = 20_000;
/** Frames per second below which decoding the group is sooner done than waiting for the next frame. */
const MIN_FPS = 8;

interface Watched {
  readonly session: RtspSession;
  readonly decoder: LiveDecoder;
  askedAt: number;
}

/**
 * Decoders for the streams that somebody looks at just now. Following a stream costs what its frames cost, decoding its group
 * each time costs half a group per picture: for one picture each two seconds that is the same, but the wait is not.
 */
@Injectable()
export class LiveDecoders implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly watched = new Map<string, Watched>();
  private readonly asked = new Map<string, number>();
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly ffmpeg: Ffmpeg,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CAMERA_CONFIG) private readonly config: CameraConfig,
    metrics: Metrics,
  ) {
    metrics.gauge('capstan_camera_live_decoders', 'Streams that are decoded continuously, because their pictures are asked for', [], (gauge) => gauge.set(this.watched.size));
  }

  onApplicationBootstrap(): void {
    this.loop = this.run(this.stopping.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.loop;
    for (const { decoder } of this.watched.values()) {
      decoder.close();
    }
  }

  /** Takes note that a picture of a stream is wanted. @returns the decoder that follows it, from now on or already */
  ask(key: string, session: RtspSession): LiveDecoder | undefined {
    const now = this.clock.monotonic();
    const before = this.asked.get(key);
    this.asked.set(key, now);
    const known = this.watched.get(key);
    if (known !== undefined && known.session === session && !known.decoder.ended) {
      known.askedAt = now;
      return known.decoder;
    }
    this.drop(key);
    const again = before !== undefined && now - before <= WATCHED_MS;
    const fps = session.statistics.figures(now).fps ?? 0;
    if (again && fps >= MIN_FPS && session.track.codec !== 'mjpeg' && this.watched.size < this.config.CAPSTAN_CAMERA_LIVE_DECODERS) {
      const decoder = this.ffmpeg.follow(session);
      this.watched.set(key, { session, decoder, askedAt: now });
      return decoder;
    }
    return undefined;
  }

  private drop(key: string): void {
    this.watched.get(key)?.decoder.close();
    this.watched.delete(key);
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const now = this.clock.monotonic();
      for (const [key, { askedAt, decoder }] of this.watched) {
        if (decoder.ended || now - askedAt > WATCHED_MS) {
          this.drop(key);
        }
      }
      for (const [key, at] of this.asked) {
        if (now - at > WATCHED_MS) {
          this.asked.delete(key);
        }
      }
      await this.clock.sleep(TICK_MS, signal).catch(() => undefined);
    }
  }
}
