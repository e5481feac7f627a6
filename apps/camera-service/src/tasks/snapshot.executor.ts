import { fieldProblems, snapshotTarget } from '@capstan/contracts';
import { AppError, type Clock, type FieldError } from '@capstan/kernel';
import { CLOCK } from '@capstan/service-kit';
import type { TaskExecutor, TaskOutcome, TaskRun } from '@capstan/tasks';
import { Inject, Injectable } from '@nestjs/common';
import { EXTENSIONS, MEDIA_TYPES, pictureHash } from '../decode/images.client';
import { SnapshotTaker } from '../snapshots/snapshot-taker.service';
import { safeName } from '../snapshots/snapshots.repository';

/** Milliseconds a camera has to give its picture at T0. */
const PICTURE_MS = 15_000;
/** Milliseconds a picture waits for an object store that is away: that of T0 cannot be taken again. */
const STORE_PATIENCE_MS = 45_000;

/**
 * Targets of kind `snapshot`: a camera is ready when its session shows a picture, and gives the one of T0. So the
 * pictures of a group show the same moment, however long each camera took to wake.
 */
@Injectable()
export class SnapshotExecutor implements TaskExecutor {
  readonly kind = 'snapshot';

  constructor(
    private readonly taker: SnapshotTaker,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async check(spec: Readonly<Record<string, unknown>>): Promise<FieldError[]> {
    const parsed = snapshotTarget.safeParse(spec);
    if (!parsed.success) {
      return fieldProblems(parsed.error.issues, spec);
    }
    try {
      await this.taker.ready(parsed.data.camera_id);
      return [];
    } catch (error) {
      const { code, message } = AppError.from(error);
      if (code === 'CAMERA_NOT_FOUND' || code === 'CAMERA_DISABLED') {
        return [{ path: 'camera_id', code, message }];
      }
      throw error;
    }
  }

  async execute({ task, control, journal, artifacts }: TaskRun): Promise<TaskOutcome> {
    const target = snapshotTarget.parse(task.spec);
    const quit = AbortSignal.any([control.lost, control.cancel]);
    try {
      if (task.t0 === null) {
        await journal.advance('configuring', { message: 'Waking the camera' });
        const camera = await this.taker.ready(target.camera_id);
        const left = Math.max(1_000, new Date(task.deadlines.ready_by).getTime() - this.clock.now() - 1_000);
        await this.taker.take(camera, { format: 'jpeg', quality: 85, warmup_ms: target.warmup_ms, follow: false }, 60_000, Math.min(left, 60_000), quit);
        await journal.advance('ready');
      }
      const t0 = await untilGo(control.go, AbortSignal.any([quit, control.stop]));
      if (t0 === undefined) {
        return control.cancel.aborted ? { outcome: 'cancelled', metrics: {}, captureBegan: false } : { outcome: 'failed', error: new AppError('STOPPED_BEFORE_START', 'The session was stopped before the picture was taken').toShape(), metrics: {}, captureBegan: false };
      }
      await this.clock.sleep(Math.max(0, t0 - this.clock.now()), quit);
      await journal.advance('starting', { startSentAt: this.clock.now() });
      // Read again: it may have been switched off or changed while the others woke.
      const camera = await this.taker.ready(target.camera_id);
      const startSentAt = this.clock.now();
      const taken = await this.taker.take(camera, { ...target, follow: false }, target.max_age_ms, PICTURE_MS, quit);
      await journal.advance('capturing', { startSentAt, startedAt: this.clock.now() });
      await journal.advance('collecting', { message: 'Storing the picture', stoppedAt: this.clock.now() });
      const name = `${safeName(camera.name)}.${EXTENSIONS[target.format]}`;
      const stored = await artifacts.putBytes(name, taken.bytes, MEDIA_TYPES[target.format], quit, STORE_PATIENCE_MS);
      const meta = {
        camera_id: camera.camera_id,
        width: taken.width,
        height: taken.height,
        captured_at: new Date(taken.frame.frameAt).toISOString(),
        frame_age_ms: taken.frameAgeMs,
        source: taken.frame.source,
        perceptual_hash: await pictureHash(taken.frame.jpeg),
      };
      await journal.collected([artifacts.describe('snapshot', name, stored, meta)]);
      return { outcome: 'completed', metrics: { bytes: stored.size, files: 1, width: taken.width, height: taken.height, frame_age_ms: taken.frameAgeMs }, stoppedAt: this.clock.now(), captureBegan: true };
    } catch (error) {
      control.lost.throwIfAborted();
      if (control.cancel.aborted) {
        await artifacts.discard();
        return { outcome: 'cancelled', metrics: {}, captureBegan: journal.captureBegan };
      }
      const known = AppError.from(error);
      if (known.code === 'LEASE_LOST') {
        throw error;
      }
      return { outcome: 'failed', error: known.toShape(), metrics: {}, captureBegan: journal.captureBegan };
    }
  }
}

/** T0, or undefined when the signal came first. */
async function untilGo(go: Promise<number>, signal: AbortSignal): Promise<number | undefined> {
  return new Promise((resolve) => {
    const onAbort = (): void => resolve(undefined);
    go.then(resolve, onAbort);
    if (signal.aborted) {
      onAbort();
    }
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
