import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { CaptureSnapshotBody, StoredPicture } from '@capstan/contracts';
import { AppError, type Clock, type IdSource, isoTime } from '@capstan/kernel';
import type { ObjectStore } from '@capstan/object-store';
import { CLOCK, IDS, Metrics, OBJECT_STORE } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Decoder } from '../decode/decoder';
import { EXTENSIONS, MEDIA_TYPES, pictureHash, render, type RenderWish, thumbnail } from '../decode/images.client';
import type { CameraRecord } from '../inventory/camera-view';
import { Cameras } from '../inventory/cameras.repository';
import type { Frame } from '../sessions/frames.service';
import { FrameCalls } from '../sessions/frame-calls.service';
import { PassingObjects } from '../storage/passing-objects.client';
import type { SnapshotRow, StoredThumbnail } from './snapshot.entity';
import { type NewSnapshot, safeName, Snapshots, thumbnailKey } from './snapshots.repository';

/** A picture in its final form, with what is known of it. */
export interface TakenPicture {
  readonly bytes: Buffer;
  readonly width: number;
  readonly height: number;
  readonly frame: Frame;
  readonly frameAgeMs: number;
}

/** How a picture is wanted, and what may be done for it. */
export interface PictureWish extends RenderWish {
  readonly warmup_ms?: number;
  /** The smaller stream will do. */
  readonly small?: boolean;
  /** False for one who will not ask again soon. */
  readonly follow?: boolean;
}

/** Widest picture for looking at that the smaller stream may serve. */
const SMALL_WIDTH = 640;

/** Takes pictures and keeps them. */
@Injectable()
export class SnapshotTaker {
  private readonly kept;
  private readonly seconds;

  constructor(
    private readonly cameras: Cameras,
    private readonly frames: FrameCalls,
    private readonly decoder: Decoder,
    private readonly snapshots: Snapshots,
    private readonly passing: PassingObjects,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
    metrics: Metrics,
  ) {
    this.seconds = metrics.duration('capstan_snapshot_seconds', 'From the wish for a picture to the picture in its form, by how it ended', ['outcome']);
    this.kept = metrics.counter('capstan_snapshots_total', 'Snapshots that were kept, by source', ['source']);
  }

  /**
   * Takes a snapshot and keeps it. A repeated order is the same snapshot.
   * @throws AppError of `CAMERA_FAILURES`, `CAMERA_NOT_FOUND`, `CAMERA_DISABLED`, and those of the object store; nothing is kept then
   */
  async capture(cameraId: string, snapshotId: string, wish: CaptureSnapshotBody, createdBy: string): Promise<{ row: SnapshotRow; fallback: boolean }> {
    const known = await this.snapshots.find(snapshotId);
    if (known !== undefined) {
      return { row: known, fallback: false };
    }
    const camera = await this.ready(cameraId);
    let taken: TakenPicture;
    try {
      taken = await this.take(camera, wish, wish.max_age_ms, wish.timeout_seconds * 1_000);
    } catch (error) {
      if (wish.fallback === 'last' && AppError.from(error).code.startsWith('CAMERA_')) {
        const row = await this.snapshots.latest(cameraId).catch(() => undefined);
        if (row !== undefined) {
          return { row, fallback: true };
        }
      }
      throw error;
    }
    return { row: await this.keep(camera, snapshotId, taken, wish, createdBy), fallback: false };
  }

  /** A camera of which pictures may be taken. @throws AppError `CAMERA_NOT_FOUND`, `CAMERA_DISABLED` */
  async ready(cameraId: string): Promise<CameraRecord> {
    const camera = await this.cameras.get(cameraId);
    if (!camera.is_active || !camera.enable_snapshots) {
      throw new AppError('CAMERA_DISABLED', camera.is_active ? 'Snapshots of this camera are switched off' : 'The camera is switched off');
    }
    return camera;
  }

  /** A picture in the wanted form. @throws as {@link capture} */
  async take(camera: CameraRecord, wish: PictureWish, maxAgeMs: number, timeoutMs: number, signal?: AbortSignal): Promise<TakenPicture> {
    const begun = this.clock.monotonic();
    const ended = (outcome: string): void => this.seconds.observe({ outcome }, (this.clock.monotonic() - begun) / 1_000);
    try {
      const taken = await this.picture(camera, wish, maxAgeMs, timeoutMs, signal);
      ended(taken.frame.source);
      return taken;
    } catch (error) {
      ended(AppError.from(error).code.toLowerCase());
      throw error;
    }
  }

  private async picture(camera: CameraRecord, wish: PictureWish, maxAgeMs: number, timeoutMs: number, signal?: AbortSignal): Promise<TakenPicture> {
    const frame = await this.frames.take(camera, { maxAgeMs, timeoutMs, small: wish.small ?? false, warmupMs: wish.warmup_ms ?? 0, follow: wish.follow ?? true, ...(signal === undefined ? {} : { signal }) });
    const limit = signal ?? AbortSignal.timeout(timeoutMs);
    const untouched = wish.format === 'jpeg' && wish.width === undefined && wish.height === undefined && (wish.rotate ?? 0) === 0;
    const rendered = untouched ? await render(frame.jpeg, frame, wish) : await this.decoder.inTurn(() => render(frame.jpeg, frame, wish), limit);
    return { ...rendered, frame, frameAgeMs: Math.max(0, Math.round(this.clock.now() - frame.frameAt)) };
  }

  /** A picture for looking at. @throws as {@link capture} */
  async still(cameraId: string, width: number | undefined, maxAgeMs: number): Promise<StoredPicture> {
    const camera = await this.cameras.get(cameraId);
    if (!camera.is_active) {
      throw new AppError('CAMERA_DISABLED', 'The camera is switched off');
    }
    const format = width === undefined ? 'jpeg' : 'webp';
    const taken = await this.take(camera, { format, width, quality: width === undefined ? 85 : 75, small: width !== undefined && width <= SMALL_WIDTH }, maxAgeMs, camera.timeout_ms + 5_000);
    const stored = await this.passing.put(cameraId, EXTENSIONS[format], taken.bytes, MEDIA_TYPES[format]);
    return { name: `${safeName(camera.name)}.${EXTENSIONS[format]}`, key: stored.key, size: stored.size, sha256: stored.sha256, media_type: stored.mediaType, created_at: isoTime(this.clock.now()), frame_at: isoTime(taken.frame.frameAt), source: taken.frame.source };
  }

  private async keep(camera: CameraRecord, snapshotId: string, taken: TakenPicture, wish: CaptureSnapshotBody, createdBy: string): Promise<SnapshotRow> {
    // A repeated order may be at work in another process: each has a place of its own, and the first one done is the snapshot.
    const key = `cameras/${camera.camera_id}/snapshots/${snapshotId}-${this.ids.next()}.${EXTENSIONS[wish.format]}`;
    const snapshot: NewSnapshot = {
      snapshot_id: snapshotId,
      camera_id: camera.camera_id,
      camera_name: camera.name,
      format: wish.format,
      width: taken.width,
      height: taken.height,
      size: taken.bytes.length,
      sha256: createHash('sha256').update(taken.bytes).digest('hex'),
      phash: await pictureHash(taken.frame.jpeg),
      key,
      captured_at: new Date(taken.frame.frameAt),
      frame_age_ms: taken.frameAgeMs,
      source: taken.frame.source,
      legal_hold: wish.legal_hold,
      session_id: null,
      created_by: createdBy,
    };
    const known = (await this.snapshots.announce(snapshot)) ? undefined : await this.snapshots.find(snapshotId);
    if (known !== undefined) {
      return known;
    }
    // Made while the picture is stored, and stored after it: of a snapshot that failed nothing is to be left.
    const small = wish.save_thumbnail ? thumbnail(taken.frame.jpeg) : null;
    small?.catch(() => undefined);
    await this.store.put(key, Readable.from([taken.bytes]), { mediaType: MEDIA_TYPES[wish.format] });
    const row = await this.snapshots.confirm({ ...snapshot, thumbnail: small === null ? null : await this.keepThumbnail(key, (await small).bytes) });
    if (row === undefined) {
      await this.store.remove([key, thumbnailKey(key)]);
      return this.snapshots.get(snapshotId);
    }
    this.kept.inc({ source: taken.frame.source });
    return row;
  }

  private async keepThumbnail(snapshotKey: string, bytes: Buffer): Promise<StoredThumbnail> {
    const stored = await this.store.put(thumbnailKey(snapshotKey), Readable.from([bytes]), { mediaType: 'image/webp' });
    return { key: stored.key, size: stored.size, sha256: stored.sha256, media_type: stored.mediaType };
  }
}
