import { AppError, type Clock, withTimeout } from '@capstan/kernel';
import { CLOCK, Metrics } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { CAMERA_CONFIG, type CameraConfig } from '../config';
import { Decoder, type Picture, whole } from '../decode/decoder';
import type { LiveDecoder } from '../decode/live-decoder.client';
import { LiveDecoders } from '../decode/live-decoders.service';
import { CameraAddresses } from '../inventory/camera-address.client';
import type { CameraRecord } from '../inventory/camera-view';
import { Cameras } from '../inventory/cameras.repository';
import type { RtspSession } from '../rtsp/rtsp-session.client';
import { CameraSessions, type StreamName } from './camera-sessions.service';
import { askCameraWeb } from './http-still.client';

/** Where a frame came from. */
export type FrameSource = 'cache' | 'gop' | 'http' | 'cold';

/** One picture of a camera, and how old it is. */
export interface Frame extends Picture {
  /** Unix milliseconds when it reached us. */
  readonly frameAt: number;
  readonly source: FrameSource;
}

/** What is wanted of a camera. */
export interface FrameWish {
  /** Milliseconds the frame may be old. */
  readonly maxAgeMs: number;
  readonly timeoutMs: number;
  /** A small picture will do: the smaller stream serves, unless the main one is open anyway. */
  readonly small?: boolean;
  /** False for one who will not ask again soon: no decoder is to follow the stream for that. */
  readonly follow?: boolean;
  /** Milliseconds a session that has to be opened runs before its picture counts. */
  readonly warmupMs?: number;
  readonly signal?: AbortSignal;
}

/** Milliseconds one decoding may take. Its own limit: several may wait for it, and the first of them may go. */
const DECODE_MS = 15_000;
/** Milliseconds a decoder that follows may be behind: beginning another one would only make it worse. */
const FOLLOW_MS = 4_000;
/** A live stream shows a frame that is at most this old, whatever was asked for: the next one is not there yet. */
const LIVE_MS = 1_500;

/**
 * Pictures of cameras, by the cheapest way that is fresh enough: one decoded before, the newest of the group in memory, a
 * still that the camera makes itself, and a session opened for the purpose.
 */
@Injectable()
export class Frames {
  private readonly latest = new Map<string, Frame & { revision: number }>();
  private readonly decoding = new Map<string, { readonly frameAt: number; readonly frame: Promise<Frame> }>();
  private readonly addresses: CameraAddresses;
  private readonly taken;

  constructor(
    private readonly sessions: CameraSessions,
    private readonly cameras: Cameras,
    private readonly decoder: Decoder,
    private readonly live: LiveDecoders,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CAMERA_CONFIG) config: CameraConfig,
    metrics: Metrics,
  ) {
    this.addresses = new CameraAddresses(config.CAPSTAN_CAMERA_NETWORKS);
    this.taken = metrics.counter('capstan_camera_frames_total', 'Frames that were handed out, by where they came from', ['source']);
  }

  /** @throws AppError of `CAMERA_FAILURES`, `CAMERA_ADDRESS_REFUSED`, `CAMERA_ELSEWHERE`, `TOO_MANY_REQUESTS` */
  async take(camera: CameraRecord, wish: FrameWish): Promise<Frame> {
    const frame = await withTimeout(this.clock, wish.timeoutMs, 'CAMERA_TIMEOUT', `The camera gave no picture within ${wish.timeoutMs} ms`, (signal) => this.find(camera, wish, signal), wish.signal);
    this.taken.inc({ source: frame.source });
    return frame;
  }

  private async find(camera: CameraRecord, wish: FrameWish, signal: AbortSignal): Promise<Frame> {
    const stream: StreamName = wish.small === true && camera.substream_url !== null && this.sessions.peek(camera.camera_id) === undefined ? 'sub' : 'main';
    for (const each of stream === 'sub' ? STREAMS : (['main'] as const)) {
      const cached = this.latest.get(keyOf(camera, each));
      if (cached !== undefined && cached.revision === camera.revision && this.clock.now() - cached.frameAt <= wish.maxAgeMs) {
        return { ...cached, source: 'cache' };
      }
    }
    if (this.sessions.peek(camera.camera_id, stream) !== undefined) {
      return this.sessions.use(camera, (session) => this.fromSession(camera, session, wish, stream, 'gop', signal), stream);
    }
    if (camera.snapshot_url !== null) {
      try {
        return await this.fromWeb(camera, camera.snapshot_url, signal);
      } catch (error) {
        signal.throwIfAborted();
        // Wrong credentials are wrong for the stream as well, and asking twice is twice as near to a locked account.
        if (AppError.from(error).code === 'CAMERA_AUTH_FAILED') {
          this.sessions.noteFailure(camera, AppError.from(error));
          throw error;
        }
      }
    }
    return this.sessions.use(
      camera,
      async (session) => {
        // It starts while the camera makes us wait for its next keyframe.
        this.decoder.prepare(session.track.codec);
        await session.firstPicture(wish.timeoutMs, signal);
        await this.clock.sleep(Math.max(0, (wish.warmupMs ?? 0) - session.playedMs()), signal);
        return this.fromSession(camera, session, wish, stream, 'cold', signal);
      },
      stream,
    );
  }

  private async fromSession(camera: CameraRecord, session: RtspSession, wish: FrameWish, stream: StreamName, source: 'gop' | 'cold', signal: AbortSignal): Promise<Frame> {
    await session.firstPicture(wish.timeoutMs, signal);
    const newestAt = session.pictures.newestAt ?? 0;
    if (this.clock.now() - newestAt > Math.max(wish.maxAgeMs, LIVE_MS)) {
      await this.nextFrame(session, wish, signal);
      return this.fromSession(camera, session, wish, stream, source, signal);
    }
    const key = keyOf(camera, stream);
    const known = this.decoding.get(key);
    if (known !== undefined && (known.frameAt === newestAt || this.clock.now() - known.frameAt <= wish.maxAgeMs)) {
      return known.frame;
    }
    const frame = this.decode(session, wish.follow === false ? undefined : this.live.ask(key, session), source);
    const entry = { frameAt: newestAt, frame };
    this.decoding.set(key, entry);
    try {
      const decoded = await frame;
      this.keep(camera, stream, decoded);
      return decoded;
    } finally {
      if (this.decoding.get(key) === entry) {
        this.decoding.delete(key);
      }
    }
  }

  /** Where somebody keeps looking, the next frame of the decoder that follows; else the newest one of the group. */
  private async decode(session: RtspSession, live: LiveDecoder | undefined, source: 'gop' | 'cold'): Promise<Frame> {
    if (live !== undefined) {
      try {
        const { jpeg, frameAt } = await withTimeout(this.clock, FOLLOW_MS, 'CAMERA_TIMEOUT', 'No frame came in time', () => live.next());
        return { ...whole(jpeg), frameAt, source };
      } catch {
        // The group is still there.
        live.close();
      }
    }
    // The newest frame of this moment, however long its turn takes: pictures of a session show the same moment.
    const group = session.pictures.current();
    const picture = await this.decoder.decode(session.track.codec, group, AbortSignal.timeout(DECODE_MS));
    return { ...picture, frameAt: group?.frameAt ?? 0, source };
  }

  /** The stream stands still: it may go on. @throws AppError `CAMERA_TIMEOUT` */
  private async nextFrame(session: RtspSession, wish: FrameWish, signal: AbortSignal): Promise<void> {
    let stop = (): void => undefined;
    try {
      await withTimeout(
        this.clock,
        wish.timeoutMs,
        'CAMERA_TIMEOUT',
        'The camera keeps the connection but sends no pictures',
        () =>
          new Promise<void>((resolve, reject) => {
            stop = session.onFrame(() => resolve());
            session.ended.then(reject, reject);
          }),
        signal,
      );
    } finally {
      stop();
    }
  }

  private async fromWeb(camera: CameraRecord, url: string, signal: AbortSignal): Promise<Frame> {
    const resting = this.sessions.resting(camera);
    if (resting !== undefined) {
      throw resting;
    }
    const askedAt = this.clock.now();
    const ip = await this.addresses.resolve(new URL(url).hostname.replace(/^\[|\]$/g, ''));
    const bytes = await withTimeout(this.clock, camera.timeout_ms, 'CAMERA_TIMEOUT', `The camera gave no still within ${camera.timeout_ms} ms`, (limit) => askCameraWeb({ url, ip, login: this.cameras.login(camera) }, limit), signal);
    const frame: Frame = { ...whole(bytes), frameAt: askedAt, source: 'http' };
    this.keep(camera, 'main', frame);
    return frame;
  }

  private keep(camera: CameraRecord, stream: StreamName, frame: Frame): void {
    // Set anew, so that the oldest one is the first.
    this.latest.delete(keyOf(camera, stream));
    this.latest.set(keyOf(camera, stream), { ...frame, revision: camera.revision });
    if (this.latest.size > MAX_KEPT) {
      const [oldest] = this.latest.keys();
      this.latest.delete(oldest ?? '');
    }
  }
}

/** Decoded pictures in memory; of 1080p each has a few hundred kilobytes. */
const MAX_KEPT = 200;

const STREAMS: readonly StreamName[] = ['main', 'sub'];
const keyOf = ({ camera_id: cameraId }: CameraRecord, stream: StreamName): string => `${cameraId}/${stream}`;
