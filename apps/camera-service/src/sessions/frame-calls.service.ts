import { Readable } from 'node:stream';
import { AppError, type AppErrorShape, type Clock, Deferred, type IdSource, withTimeout } from '@capstan/kernel';
import type { ObjectStore } from '@capstan/object-store';
import { listen, rows, transaction } from '@capstan/persistence';
import { CLOCK, IDS, OBJECT_STORE } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CAMERA_CONFIG, type CameraConfig } from '../config';
import { whole } from '../decode/decoder';
import type { CameraRecord } from '../inventory/camera-view';
import { Cameras } from '../inventory/cameras.repository';
import { CameraOwners } from './camera-owners.repository';
import type { FrameCallRow } from './frame-call.entity';
import { type Frame, Frames, type FrameSource, type FrameWish } from './frames.service';

const CHANNEL = 'camera_frames';
/** Where frames lie on their way between replicas. */
const PREFIX = 'camera-frames/';
/** Tries when the owner changes under one's hands. */
const TRIES = 3;

type Answer = { readonly key: string; readonly frame_at: number; readonly source: FrameSource } | { readonly error: AppErrorShape };

/**
 * Frames of any camera, whichever replica holds its session: a question is a row and a notification, the answer is an
 * object and another notification. Bytes go through the object store, as everywhere.
 */
@Injectable()
export class FrameCalls implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(FrameCalls.name);
  private readonly waiting = new Map<string, Deferred<void>>();
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly frames: Frames,
    private readonly cameras: Cameras,
    private readonly owners: CameraOwners,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
    @Inject(CAMERA_CONFIG) private readonly config: CameraConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = listen(this.config.DATABASE_URL, CHANNEL, (payload) => this.hear(payload), { signal: this.stopping.signal, applicationName: `${this.owners.name}-frames` });
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.loop;
  }

  /** @throws as `Frames.take`; `CAMERA_TIMEOUT` when the owner does not answer */
  async take(camera: CameraRecord, wish: FrameWish): Promise<Frame> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.frames.take(camera, wish);
      } catch (error) {
        const known = AppError.from(error);
        const owner = known.details?.['owner'];
        if (known.code !== 'CAMERA_ELSEWHERE' || typeof owner !== 'string') {
          throw error;
        }
        try {
          return await this.ask(owner, camera, wish);
        } catch (refused) {
          if (AppError.from(refused).code !== 'CAMERA_ELSEWHERE' || attempt >= TRIES) {
            throw refused;
          }
        }
      }
    }
  }

  /** Removes what calls left behind whose caller died. */
  async tidy(): Promise<void> {
    const old = await rows<{ call_id: string }>(this.dataSource, `DELETE FROM frame_calls WHERE created_at < $1 RETURNING call_id`, [new Date(this.clock.now() - 600_000)]);
    if (old.length > 0) {
      await this.store.remove(old.map(({ call_id: id }) => keyOf(id)));
    }
  }

  private async ask(owner: string, camera: CameraRecord, wish: FrameWish): Promise<Frame> {
    const callId = this.ids.next();
    const answered = new Deferred<void>();
    this.waiting.set(callId, answered);
    try {
      await transaction(this.dataSource, async (manager) => {
        await rows(manager, `INSERT INTO frame_calls (call_id, camera_id, owner, max_age_ms, timeout_ms, small, warmup_ms, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, [callId, camera.camera_id, owner, wish.maxAgeMs, wish.timeoutMs, wish.small === true, wish.warmupMs ?? 0, new Date(this.clock.now())]);
        await rows(manager, `SELECT pg_notify('${CHANNEL}', $1)`, [`ask ${callId}`]);
      });
      await withTimeout(this.clock, wish.timeoutMs + 1_000, 'CAMERA_TIMEOUT', 'The replica that holds the camera did not answer', () => answered.promise, wish.signal);
      const [row] = await rows<{ answer: Answer | null }>(this.dataSource, `SELECT answer FROM frame_calls WHERE call_id = $1`, [callId]);
      const answer = row?.answer;
      if (answer === null || answer === undefined) {
        throw new AppError('CAMERA_TIMEOUT', 'The replica that holds the camera did not answer', { retryable: true });
      }
      if ('error' in answer) {
        throw AppError.fromShape(answer.error);
      }
      const bytes = Buffer.concat((await (await this.store.get(answer.key)).toArray()) as Buffer[]);
      return { ...whole(bytes), frameAt: answer.frame_at, source: answer.source };
    } finally {
      this.waiting.delete(callId);
      await rows(this.dataSource, `DELETE FROM frame_calls WHERE call_id = $1`, [callId]).catch(() => undefined);
      await this.store.remove([keyOf(callId)]).catch(() => undefined);
    }
  }

  private hear(payload: string): void {
    const [word, callId = ''] = payload.split(' ');
    if (word === 'answer') {
      this.waiting.get(callId)?.resolve();
    } else if (word === 'ask') {
      this.answer(callId).catch((error: unknown) => this.logger.warn('A question of another replica could not be answered', error));
    }
  }

  private async answer(callId: string): Promise<void> {
    const [call] = await rows<FrameCallRow>(this.dataSource, `SELECT * FROM frame_calls WHERE call_id = $1 AND owner = $2 AND answer IS NULL`, [callId, this.owners.name]);
    if (call === undefined) {
      return;
    }
    let answer: Answer;
    try {
      const frame = await this.frames.take(await this.cameras.get(call.camera_id), { maxAgeMs: call.max_age_ms, timeoutMs: call.timeout_ms, small: call.small, warmupMs: call.warmup_ms });
      await this.store.put(keyOf(callId), Readable.from([frame.jpeg]), { mediaType: 'image/jpeg' });
      answer = { key: keyOf(callId), frame_at: frame.frameAt, source: frame.source };
    } catch (error) {
      answer = { error: AppError.from(error).toShape() };
    }
    await transaction(this.dataSource, async (manager) => {
      await rows(manager, `UPDATE frame_calls SET answer = $2 WHERE call_id = $1`, [callId, JSON.stringify(answer)]);
      await rows(manager, `SELECT pg_notify('${CHANNEL}', $1)`, [`answer ${callId}`]);
    });
  }
}

const keyOf = (callId: string): string => `${PREFIX}${callId}.jpg`;
