import type { StoredPicture } from '@capstan/contracts';
import { AppError, type Clock, isoTime, withTimeout } from '@capstan/kernel';
import type { ObjectStore } from '@capstan/object-store';
import { CLOCK, OBJECT_STORE } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Decoder } from '../decode/decoder';
import { Ffmpeg } from '../decode/ffmpeg.client';
import { contactSheet, render } from '../decode/images.client';
import { filmSize, pictureArguments } from '../films/film-command';
import { Cameras } from '../inventory/cameras.repository';
import { PassingObjects } from '../storage/passing-objects.client';
import type { SnapshotRow } from './snapshot.entity';
import { safeName, Snapshots } from './snapshots.repository';

/** Which snapshots. */
export interface FilmWish {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly limit: number;
}

const FILM_MS = 240_000;
const FRAMES_PER_SEC = 12;
const FILM_WIDTH = 1_280;

/** Pictures made of many snapshots. */
@Injectable()
export class Films {
  constructor(
    private readonly cameras: Cameras,
    private readonly snapshots: Snapshots,
    private readonly decoder: Decoder,
    private readonly ffmpeg: Ffmpeg,
    private readonly passing: PassingObjects,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws AppError `CAMERA_NOT_FOUND`, `NOT_ENOUGH_SNAPSHOTS` */
  async contactSheet(cameraId: string, wish: FilmWish): Promise<StoredPicture> {
    const { name, rows } = await this.select(cameraId, { ...wish, limit: Math.min(wish.limit, 100) });
    const pictures = await Promise.all(rows.map((row) => this.read(row)));
    const columns = Math.ceil(Math.sqrt(pictures.length));
    const sheet = await this.decoder.inTurn(() => contactSheet(pictures, columns, { width: 320, height: 180 }), AbortSignal.timeout(60_000));
    return this.put(cameraId, `${safeName(name)}_contact-sheet.jpg`, 'jpg', sheet, 'image/jpeg', rows.at(-1));
  }

  /** H.264 in MP4, playable while it loads. @throws AppError `CAMERA_NOT_FOUND`, `NOT_ENOUGH_SNAPSHOTS`, `CAMERA_DECODE` */
  async timeLapse(cameraId: string, wish: FilmWish): Promise<StoredPicture> {
    const { name, rows } = await this.select(cameraId, wish);
    const size = filmSize({ width: rows[0]?.width ?? FILM_WIDTH, height: rows[0]?.height ?? 720 }, FILM_WIDTH);
    const frames: Buffer[] = [];
    for (const row of rows) {
      frames.push((await render(await this.read(row), { width: row.width, height: row.height }, { format: 'jpeg', width: size.width, quality: 84 })).bytes);
    }
    const args = pictureArguments('h264', FRAMES_PER_SEC, size);
    const film = await withTimeout(this.clock, FILM_MS, 'CAMERA_DECODE', 'The film took too long to make', (signal) => this.decoder.inTurn(() => this.ffmpeg.convert(args, Buffer.concat(frames), signal), signal));
    return this.put(cameraId, `${safeName(name)}_time-lapse.mp4`, 'mp4', film, 'video/mp4', rows.at(-1));
  }

  private async select(cameraId: string, wish: FilmWish): Promise<{ name: string; rows: SnapshotRow[] }> {
    const camera = await this.cameras.get(cameraId);
    const { snapshots } = await this.snapshots.list({ cameraId, since: wish.since, until: wish.until }, 1, wish.limit);
    if (snapshots.length < 2) {
      throw new AppError('NOT_ENOUGH_SNAPSHOTS', 'There are fewer than two snapshots of the camera in this time', { details: { snapshots: snapshots.length } });
    }
    return { name: camera.name, rows: snapshots.reverse() };
  }

  private async read(row: SnapshotRow): Promise<Buffer> {
    return Buffer.concat((await (await this.store.get(row.key)).toArray()) as Buffer[]);
  }

  private async put(cameraId: string, name: string, extension: string, bytes: Buffer, mediaType: string, newest: SnapshotRow | undefined): Promise<StoredPicture> {
    const stored = await this.passing.put(cameraId, extension, bytes, mediaType);
    const now = isoTime(this.clock.now());
    return { name, key: stored.key, size: stored.size, sha256: stored.sha256, media_type: mediaType, created_at: now, frame_at: newest === undefined ? now : isoTime(newest.captured_at.getTime()) };
  }
}
