import { createHash } from 'node:crypto';
import { AppError, type Clock } from '@capstan/kernel';
import { CLOCK, Metrics } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { CAMERA_CONFIG, type CameraConfig } from '../config';
import type { CameraRecord } from '../inventory/camera-view';
import { CameraOwners } from '../sessions/camera-owners.repository';
import { CameraLooker } from './camera-look.service';
import { nextLookSec, nextStanding, type Verdict } from './health-state';
import { HealthRecords } from './health.repository';

const TICK_MS = 200;
/** Looks at a time: a silent camera takes its whole time-out, and must not hold up the others. */
const AT_ONCE = 64;
/** Looks begun at a time, 30 in a second: of a thousand cameras that are due at one moment, each is to be looked at for its own time only. */
const BEGUN_AT_ONCE = 6;
/** Of a process that has just started, more by one each time: its first looks take many times as long as later ones. */
const FIRST_BEGUN = 1;

/**
 * Looks at every active camera in turn. When a camera is due depends on its id, so that looks are spread evenly over the
 * time between two of them, on however many replicas.
 */
@Injectable()
export class HealthSweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(HealthSweep.name);
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<void>>();
  private loop: Promise<void> = Promise.resolve();
  private begunAtOnce = FIRST_BEGUN;
  private readonly looks;

  constructor(
    private readonly looker: CameraLooker,
    private readonly records: HealthRecords,
    private readonly owners: CameraOwners,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CAMERA_CONFIG) private readonly config: CameraConfig,
    metrics: Metrics,
  ) {
    this.looks = metrics.counter('capstan_camera_looks_total', 'Looks at cameras, by what they found', ['verdict']);
  }

  onApplicationBootstrap(): void {
    this.loop = this.run(this.stopping.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort(new AppError('SHUTTING_DOWN', 'The service shuts down', { retryable: true }));
    await this.loop;
    await Promise.allSettled(this.running);
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const free = Math.min(this.begunAtOnce, AT_ONCE - this.running.size);
        const due = free > 0 ? await this.records.claimDue(free, Math.max(30, this.config.CAPSTAN_CAMERA_HEALTH_SEC), this.owners.name) : [];
        if (due.length > 0) {
          this.begunAtOnce = Math.min(BEGUN_AT_ONCE, this.begunAtOnce + 1);
        }
        for (const camera of due) {
          const look = this.check(camera, signal).finally(() => this.running.delete(look));
          this.running.add(look);
        }
      } catch (error) {
        this.logger.warn('Cameras that are due could not be read', error);
      }
      await this.clock.sleep(TICK_MS, signal).catch(() => undefined);
    }
  }

  private async check(camera: CameraRecord, signal: AbortSignal): Promise<void> {
    try {
      const look = await this.looker.look(camera, signal);
      const standing = nextStanding({ state: camera.state, pending: camera.pending_state as Verdict | null, streak: camera.streak }, look.verdict);
      await this.records.record(camera, look, standing, this.nextLookAt(camera, nextLookSec(standing, this.config.CAPSTAN_CAMERA_HEALTH_SEC)));
      this.looks.inc({ verdict: look.verdict });
    } catch (error) {
      if (!signal.aborted && AppError.from(error).code !== 'CAMERA_ELSEWHERE') {
        this.logger.warn(`A camera could not be looked at (${AppError.from(error).code}); it will be tried again`, error);
      }
    }
  }

  /** The next moment of this camera in a grid of `everySec`, at least half of that away. */
  private nextLookAt({ camera_id: cameraId }: CameraRecord, everySec: number): number {
    const period = everySec * 1_000;
    const offset = (createHash('md5').update(cameraId).digest().readUInt32BE(0) / 2 ** 32) * period;
    const now = this.clock.now();
    const next = Math.ceil((now - offset) / period) * period + offset;
    return next - now < period / 2 ? next + period : next;
  }
}
