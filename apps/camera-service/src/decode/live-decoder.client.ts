import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { AppError, Deferred } from '@capstan/kernel';
import type { RtspSession } from '../rtsp/rtsp-session.client';
import { type Decodable, ivfHeader, ivfPacket } from './ivf';

/** Bytes a decoder may be behind; then it is too slow for this stream. */
const MAX_BEHIND = 8 * 1024 * 1024;
const END_OF_IMAGE = Buffer.from([0xff, 0xd9]);

/** A picture out of a running decoder. */
export interface LivePicture {
  readonly jpeg: Buffer;
  /** Unix milliseconds when its frame reached us. */
  readonly frameAt: number;
}

/**
 * A decoder that follows one stream, so that a picture costs one frame instead of a group. Frames travel in IVF, a container
 * of a few bytes; an odd timestamp marks the frame that is wanted, and only that one is encoded.
 */
export class LiveDecoder {
  private readonly waiting: { readonly frameAt: number; readonly picture: Deferred<LivePicture> }[] = [];
  private wanted: Deferred<LivePicture> | undefined;
  /** The picture of the frame that was the newest at the beginning; whoever had the decoder started gets it. */
  private newest: Deferred<LivePicture> | undefined;
  private out: Buffer[] = [];
  private time = 0;
  private closed = false;
  private readonly unsubscribe: () => void;
  private readonly size: string;

  constructor(
    private readonly child: ChildProcessWithoutNullStreams,
    session: RtspSession,
    private readonly end: (child: ChildProcessWithoutNullStreams) => void,
  ) {
    this.size = JSON.stringify(session.pictures.size());
    child.stdout.on('data', (chunk: Buffer) => this.take(chunk));
    child.stderr.resume();
    child.once('close', () => this.close());
    child.stdin.write(ivfHeader(session.track.codec as Decodable));
    const { newestAt } = session.pictures;
    session.pictures.forEachFrame((data, isNewest) => {
      if (isNewest) {
        this.newest = new Deferred<LivePicture>();
        this.waiting.push({ frameAt: newestAt ?? 0, picture: this.newest });
      }
      this.feed(data, isNewest);
    });
    this.unsubscribe = session.onFrame(({ data, arrivedAt, key }) => {
      if (key && JSON.stringify(session.pictures.size()) !== this.size) {
        // The encoder behind the decoder keeps its size for good.
        this.close();
        return;
      }
      const { wanted } = this;
      this.wanted = undefined;
      if (wanted !== undefined) {
        this.waiting.push({ frameAt: arrivedAt, picture: wanted });
      }
      this.feed(data, wanted !== undefined);
    });
    void session.ended.then(() => this.close());
  }

  get ended(): boolean {
    return this.closed;
  }

  /** The newest frame at the beginning, and the next one of the stream from then on. @throws AppError `CAMERA_DECODE` when the decoder ends first */
  next(): Promise<LivePicture> {
    const { newest } = this;
    this.newest = undefined;
    if (newest !== undefined) {
      return newest.promise;
    }
    this.wanted ??= new Deferred<LivePicture>();
    if (this.closed) {
      this.fail();
    }
    return this.wanted?.promise ?? Promise.reject(gone());
  }

  close(): void {
    if (!this.closed) {
      this.closed = true;
      this.unsubscribe();
      this.end(this.child);
    }
    this.fail();
  }

  private feed(data: Buffer, wanted = false): void {
    if (this.closed) {
      return;
    }
    if (this.child.stdin.writableLength > MAX_BEHIND) {
      this.close();
      return;
    }
    this.time += 2;
    this.child.stdin.write(ivfPacket(data, this.time + (wanted ? 1 : 0)));
  }

  /** Pictures come one after another; a marker inside of coded data is always escaped. */
  private take(chunk: Buffer): void {
    const bytes = this.out.length === 0 ? chunk : Buffer.concat([...this.out, chunk]);
    let from = 0;
    for (let at = bytes.indexOf(END_OF_IMAGE); at !== -1; at = bytes.indexOf(END_OF_IMAGE, from)) {
      const oldest = this.waiting.shift();
      oldest?.picture.resolve({ jpeg: Buffer.from(bytes.subarray(from, at + 2)), frameAt: oldest.frameAt });
      from = at + 2;
    }
    this.out = from === bytes.length ? [] : [bytes.subarray(from)];
  }

  private fail(): void {
    this.newest?.promise.catch(() => undefined);
    const left = [...this.waiting.splice(0).map(({ picture }) => picture), ...(this.wanted === undefined ? [] : [this.wanted])];
    this.wanted = undefined;
    for (const picture of left) {
      picture.promise.catch(() => undefined);
      picture.reject(gone());
    }
  }
}

function gone(): AppError {
  return new AppError('CAMERA_DECODE', 'The decoder of the stream ended', { retryable: true });
}
