import { Readable } from 'node:stream';
import { AppError, type Clock, withTimeout } from '@capstan/kernel';
import type { ObjectStore } from '@capstan/object-store';
import { CLOCK, OBJECT_STORE } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Ffmpeg } from '../decode/ffmpeg.client';
import { render } from '../decode/images.client';
import type { SnapshotRow } from '../snapshots/snapshot.entity';
import { Snapshots } from '../snapshots/snapshots.repository';
import { conversionArguments, FILM_FILES, filmSize, pictureArguments } from './film-command';
import type { FilmRow } from './film.entity';
import { filmKey, FilmRecords } from './films.repository';

const TICK_MS = 1_000;
/** Longest work on one film. */
const FILM_MS = 3_600_000;

/** Makes films, one at a time on each replica: encoding takes all of a core, and pictures are waited for by people. */
@Injectable()
export class FilmJobs implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(FilmJobs.name);
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly records: FilmRecords,
    private readonly snapshots: Snapshots,
    private readonly ffmpeg: Ffmpeg,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.run(this.stopping.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort(new AppError('SHUTTING_DOWN', 'The service shuts down', { retryable: true }));
    await this.loop;
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const film = await this.records.claim().catch((error: unknown) => {
        this.logger.warn('Films that wait could not be read', error);
        return undefined;
      });
      if (film === undefined) {
        await this.clock.sleep(TICK_MS, signal).catch(() => undefined);
      } else {
        await this.make(film, signal).catch((error: unknown) => this.logger.warn(`A film could not be finished (${AppError.from(error).code}); it will be tried again`, error));
      }
    }
  }

  private async make(film: FilmRow, stopping: AbortSignal): Promise<void> {
    const gone = new AbortController();
    const over = new AbortController();
    let encoded = 0;
    const told = this.tellProgress(film, () => encoded, gone, over.signal);
    try {
      const bytes = await withTimeout(this.clock, FILM_MS, 'FILM_TIMEOUT', 'The film took too long to make', (signal) => this.encode(film, (frames) => (encoded = frames), signal), AbortSignal.any([stopping, gone.signal]));
      const stored = await this.store.put(filmKey(film), Readable.from([bytes]), { mediaType: FILM_FILES[film.codec].mediaType });
      if (!(await this.records.complete(film.film_id, stored.size, stored.sha256))) {
        // Deleted meanwhile; without its row nobody would ever find the object.
        await this.store.remove([filmKey(film)]);
      }
    } catch (error) {
      if (gone.signal.aborted) {
        return;
      }
      const { code, retryable } = AppError.from(error);
      await (stopping.aborted || (retryable && code === 'OBJECT_STORE_UNAVAILABLE') ? this.records.giveBack(film.film_id) : this.records.fail(film.film_id, code));
    } finally {
      over.abort();
      await told;
    }
  }

  /** Writes down how far the work is; ends it when the film is no longer ours. */
  private async tellProgress(film: FilmRow, encoded: () => number, gone: AbortController, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await this.clock.sleep(TICK_MS, over).catch(() => undefined);
      const ours = over.aborted || (await this.records.progress(film.film_id, encoded()).catch(() => true));
      if (!ours) {
        gone.abort(new AppError('FILM_NOT_FOUND', 'The film was deleted'));
        return;
      }
    }
  }

  private async encode(film: FilmRow, onFrames: (frames: number) => void, signal: AbortSignal): Promise<Buffer> {
    if (film.source_film_id !== null) {
      const source = await this.records.finished(film.source_film_id);
      return this.ffmpeg.convert(conversionArguments(film.codec), await this.store.get(filmKey(source)), signal, onFrames);
    }
    const { since, until, limit = 500, frames_per_sec: rate = 12, width = 1_280 } = film.wish ?? {};
    const { snapshots } = await this.snapshots.list({ cameraId: film.camera_id, since, until }, 1, limit);
    const [newest] = snapshots;
    if (newest === undefined || snapshots.length < 2) {
      throw new AppError('NOT_ENOUGH_SNAPSHOTS', 'There are fewer than two snapshots of the camera in this time');
    }
    const size = filmSize(snapshots.at(-1) ?? newest, width);
    return this.ffmpeg.convert(pictureArguments(film.codec, rate, size), Readable.from(this.pictures(snapshots.reverse(), size.width)), signal, onFrames);
  }

  private async *pictures(snapshots: readonly SnapshotRow[], width: number): AsyncGenerator<Buffer> {
    for (const row of snapshots) {
      const bytes = Buffer.concat((await (await this.store.get(row.key)).toArray()) as Buffer[]);
      // Whatever format it was kept in, the film's input is JPEG.
      yield (await render(bytes, { width: row.width, height: row.height }, { format: 'jpeg', width, quality: 84 })).bytes;
    }
  }
}
