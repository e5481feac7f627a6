import { AppError, type Clock } from '@capstan/kernel';
import { CLOCK, Metrics } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { COLLECTOR_CONFIG, type CollectorConfig } from '../config';
import { CaptureAnalyses, givenUp, type HeldAnalysis } from './capture-analyses.repository';
import { CaptureAnalyst } from './capture-analyst.client';
import { sweepScratch } from './merge/scratch-folder.repository';

const LOOK_EVERY_MS = 2_000;
const RENEW_EVERY_MS = 8_000;

/** Works on analyses, as many at a time as this replica may. */
@Injectable()
export class CaptureAnalysisRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(CaptureAnalysisRunner.name);
  private readonly stopping = new AbortController();
  private readonly sleepers = new Set<() => void>();
  private loops: Promise<unknown> = Promise.resolve();
  private readonly finished;
  private readonly seconds;

  constructor(
    private readonly analyses: CaptureAnalyses,
    private readonly analyst: CaptureAnalyst,
    @Inject(COLLECTOR_CONFIG) private readonly config: CollectorConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.finished = metrics.counter('capstan_collector_analyses_total', 'Analyses of captures that ended here, by outcome', ['outcome']);
    this.seconds = metrics.counter('capstan_collector_analysis_seconds_total', 'Seconds spent on analyses of captures', []);
  }

  async onApplicationBootstrap(): Promise<void> {
    const swept = await sweepScratch(this.config.CAPSTAN_ANALYSIS_DIR, isAlive);
    if (swept > 0) {
      this.logger.log(`${swept} folders of broken-off analyses were removed`);
    }
    this.loops = Promise.all(Array.from({ length: this.config.CAPSTAN_ANALYSIS_SLOTS }, () => this.loop(this.stopping.signal)));
  }

  /** Gives back what is at work: another replica, or this one after its restart, begins it anew. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort(new AppError('SHUTTING_DOWN', 'The worker shuts down', { retryable: true }));
    await this.loops;
  }

  /** There may be something to do. */
  wake(): void {
    this.sleepers.forEach((rise) => rise());
  }

  private async loop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const held = await this.analyses.claim().catch((error: unknown) => {
        this.logger.warn('No look for captures to analyse', error);
        return undefined;
      });
      if (held === undefined) {
        await this.pause(signal);
      } else {
        await this.work(held, signal).catch((error: unknown) => this.logger.warn('How an analysis ended could not be written down; its lease will run out', error));
      }
    }
  }

  private async work(held: HeldAnalysis, stopping: AbortSignal): Promise<void> {
    const lost = new AbortController();
    const over = new AbortController();
    const renewing = this.keepLease(held, lost, over.signal);
    const began = this.clock.monotonic();
    try {
      const hopeless = givenUp(held);
      if (hopeless !== undefined) {
        throw hopeless;
      }
      const result = await this.analyst.analyse(held.sessionId, AbortSignal.any([stopping, lost.signal]));
      if (!(await this.analyses.complete(held, result))) {
        // Deleted meanwhile, or asked for anew: the objects have the names of the next attempt, or of nothing at all.
        await this.analyst.discardUnlessKept(held.sessionId);
      }
      this.finished.inc({ outcome: 'done' });
    } catch (raw) {
      await this.end(held, raw, stopping.aborted, lost.signal.aborted);
    } finally {
      this.seconds.inc((this.clock.monotonic() - began) / 1_000);
      over.abort();
      await renewing;
    }
  }

  private async end(held: HeldAnalysis, raw: unknown, stopping: boolean, lost: boolean): Promise<void> {
    if (stopping) {
      await this.analyses.release(held);
    } else if (lost) {
      await this.analyst.discardUnlessKept(held.sessionId);
    } else {
      const error = AppError.from(raw);
      this.logger.warn(`The captures of session ${held.sessionId} could not be analysed: ${error.code} ${error.message}`, error.code === 'INTERNAL_ERROR' ? raw : undefined);
      this.finished.inc({ outcome: error.code });
      await this.analyses.fail(held, error);
    }
  }

  private async keepLease(held: HeldAnalysis, lost: AbortController, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await this.clock.sleep(RENEW_EVERY_MS, over).catch(() => undefined);
      if (over.aborted) {
        return;
      }
      const ours = await this.analyses.renew(held).catch(() => true);
      if (!ours) {
        lost.abort(new AppError('LEASE_LOST', 'The analysis is not wanted any more, or somebody else’s'));
        return;
      }
    }
  }

  private async pause(signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    const rise = (): void => woken.abort();
    this.sleepers.add(rise);
    await this.clock.sleep(LOOK_EVERY_MS, AbortSignal.any([signal, woken.signal])).catch(() => undefined);
    this.sleepers.delete(rise);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
