import type { HealthSample } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { Decoder, type Keyframe } from '../decode/decoder';
import { figuresOf } from '../decode/images.client';
import { meanDifference } from '../decode/picture-figures';
import type { CameraRecord } from '../inventory/camera-view';
import type { RtspTimings } from '../rtsp/rtsp-session.client';
import { RtspSession } from '../rtsp/rtsp-session.client';
import { cameraError } from '../rtsp/rtsp-error';
import { CameraSessions, type StreamName } from '../sessions/camera-sessions.service';
import { gradeOf, type Verdict, verdictOf } from './health-state';
import { judgePicture, NO_MEMORY, type PictureMemory } from './picture-checks';

/** What one look found. */
export interface CameraLook {
  readonly verdict: Verdict;
  readonly error: AppError | null;
  readonly sample: Omit<HealthSample, 'state'>;
  readonly memory: PictureMemory;
}

/** Milliseconds a stream is watched for its rate. */
const WATCH_MS = 2_000;
/** A stream whose newest frame is older stands still. */
const STALL_MS = 4_000;
/** A cold camera is played at each so-manieth look; in between it is only asked to describe itself. */
const PLAY_EVERY = 5;
/** Below this share of the expected rate a camera limps. */
const DEGRADED_SHARE = 0.5;
const DEGRADED_LOSS_PCT = 5;

/** Looks at cameras, from cheap to costly: connection, description, packets, picture. */
@Injectable()
export class CameraLooker {
  /** The small grey picture of the look before. */
  private readonly before = new Map<string, { readonly grey: Buffer; readonly at: number }>();
  private readonly looks = new Map<string, number>();

  constructor(
    private readonly sessions: CameraSessions,
    private readonly decoder: Decoder,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Never throws for what is wrong with the camera: that is what it finds out.
   * @throws AppError `CAMERA_ELSEWHERE` when another replica holds the camera
   */
  async look(camera: CameraRecord, signal: AbortSignal): Promise<CameraLook> {
    const startedAt = this.clock.monotonic();
    const found = await this.lookInside(camera, signal);
    return { ...found, sample: { ...found.sample, look_ms: round(this.clock.monotonic() - startedAt) } };
  }

  private async lookInside(camera: CameraRecord, signal: AbortSignal): Promise<CameraLook> {
    const memory = (camera.picture as PictureMemory | null) ?? NO_MEMORY;
    const base = this.emptySample(camera);
    const resting = this.sessions.resting(camera);
    if (resting !== undefined) {
      return { verdict: 'auth_failed', error: resting, sample: { ...base, reason_code: resting.code }, memory };
    }
    const warm = this.sessions.peek(camera.camera_id);
    // A session opened only for the look shows the smaller stream: it costs the camera and us a fraction.
    const stream: StreamName = warm === undefined && camera.warm !== 'always' && camera.substream_url !== null ? 'sub' : 'main';
    const count = (this.looks.get(camera.camera_id) ?? 0) + 1;
    remember(this.looks, camera.camera_id, count);
    try {
      if (warm === undefined && camera.warm !== 'always' && camera.state === 'live' && count % PLAY_EVERY !== 1) {
        return await this.lookByDescription(camera, base, memory, signal);
      }
      return await this.sessions.use(camera, (session) => this.lookAtStream(camera, session, { ...base, stream }, memory, signal), stream);
    } catch (error) {
      const known = AppError.from(error);
      if (known.code === 'CAMERA_ELSEWHERE' || signal.aborted) {
        throw error;
      }
      if (known.code === 'CAMERA_AUTH_FAILED') {
        this.sessions.noteFailure(camera, known);
      }
      return { verdict: verdictOf(known.code), error: known, sample: { ...base, reason_code: known.code }, memory };
    }
  }

  private async lookByDescription(camera: CameraRecord, base: CameraLook['sample'], memory: PictureMemory, signal: AbortSignal): Promise<CameraLook> {
    const { track, timings, pictures } = await RtspSession.describe(await this.sessions.target(camera), this.clock, signal);
    this.sessions.noteSuccess(camera.camera_id);
    const size = pictures.size();
    return { verdict: 'live', error: null, sample: { ...base, ...timed(timings), codec: track.codec, width: size?.width ?? null, height: size?.height ?? null, flags: [...memory.flags] }, memory };
  }

  private async lookAtStream(camera: CameraRecord, session: RtspSession, base: CameraLook['sample'], memory: PictureMemory, signal: AbortSignal): Promise<CameraLook> {
    const fresh = session.pictures.newestAt === undefined;
    await session.firstPicture(camera.timeout_ms + 8_000, signal);
    if (fresh) {
      await this.clock.sleep(WATCH_MS, signal);
    }
    const { newestAt } = session.pictures;
    const figures = session.statistics.figures(this.clock.monotonic());
    const age = newestAt === undefined ? null : Math.max(0, Math.round(this.clock.now() - newestAt));
    const size = session.pictures.size();
    const expected = (base.stream === 'main' ? camera.detected_fps : null) ?? session.track.fps ?? null;
    const sample: CameraLook['sample'] = {
      ...base,
      ...timed(session.timings),
      fps: figures.fps,
      fps_expected: expected,
      bitrate_kbps: figures.bitrateKbps,
      loss_pct: figures.lossPct,
      jitter_ms: figures.jitterMs,
      gop_ms: figures.gopMs,
      last_frame_age_ms: age,
      codec: session.track.codec,
      width: size?.width ?? null,
      height: size?.height ?? null,
    };
    const graded = { ...sample, grade: gradeOf(sample, this.sessions.reconnectsPerHour(camera.camera_id)) };
    if (age === null || age > STALL_MS) {
      return { verdict: 'stalled', error: cameraError('CAMERA_LOST', 'The camera keeps the connection but sends no pictures'), sample: { ...graded, reason_code: 'CAMERA_STALLED' }, memory };
    }
    const seen = await this.judge(camera, await this.decoder.keyframe(session.track.codec, session.pictures.keyframe(), signal), memory);
    const limping = (figures.lossPct ?? 0) > DEGRADED_LOSS_PCT || (figures.fps !== null && expected !== null && figures.fps < expected * DEGRADED_SHARE);
    return {
      verdict: limping ? 'degraded' : 'live',
      error: null,
      sample: { ...graded, ...seen.sample, reason_code: limping ? ((figures.lossPct ?? 0) > DEGRADED_LOSS_PCT ? 'PACKET_LOSS' : 'LOW_FRAME_RATE') : null },
      memory: seen.memory,
    };
  }

  private async judge(camera: CameraRecord, frame: Keyframe, memory: PictureMemory): Promise<{ sample: Partial<HealthSample>; memory: PictureMemory }> {
    const figures = await figuresOf(frame.jpeg);
    const before = this.before.get(camera.camera_id);
    const newer = before === undefined || before.at < frame.frameAt;
    const difference = before === undefined || !newer ? undefined : meanDifference(before.grey, figures.grey);
    if (newer) {
      remember(this.before, camera.camera_id, { grey: figures.grey, at: frame.frameAt });
    }
    const next = newer ? judgePicture(memory, { at: frame.frameAt, mean: figures.mean, std: figures.std, sharpness: figures.sharpness, dhash: figures.dhash }, difference, before?.at) : memory;
    return {
      sample: { ...(frame.size === undefined ? {} : frame.size), luma_mean: round(figures.mean), luma_std: round(figures.std), sharpness: round(figures.sharpness), motion_mad: difference === undefined ? null : round(difference), dhash: figures.dhash, flags: [...next.flags] },
      memory: next,
    };
  }

  private emptySample(camera: CameraRecord): CameraLook['sample'] {
    return {
      camera_id: camera.camera_id,
      at: isoTime(this.clock.now()),
      reason_code: null,
      stream: 'main',
      look_ms: null,
      grade: null,
      tcp_ms: null,
      describe_ms: null,
      first_rtp_ms: null,
      first_key_ms: null,
      fps: null,
      fps_expected: camera.detected_fps,
      bitrate_kbps: null,
      loss_pct: null,
      jitter_ms: null,
      gop_ms: null,
      last_frame_age_ms: null,
      width: null,
      height: null,
      codec: null,
      luma_mean: null,
      luma_std: null,
      sharpness: null,
      motion_mad: null,
      dhash: null,
      flags: [],
    };
  }
}

function timed(timings: RtspTimings): Pick<HealthSample, 'tcp_ms' | 'describe_ms' | 'first_rtp_ms' | 'first_key_ms'> {
  const of = (value: number | undefined): number | null => (value === undefined ? null : round(value));
  return { tcp_ms: of(timings.tcpMs), describe_ms: of(timings.describeMs), first_rtp_ms: of(timings.firstRtpMs), first_key_ms: of(timings.firstKeyMs) };
}

const round = (value: number): number => Math.round(value * 100) / 100;

/** Cameras that are remembered; of more than these the ones that were not looked at for longest are met as if for the first time. */
const MAX_REMEMBERED = 5_000;

function remember<T>(memory: Map<string, T>, cameraId: string, value: T): void {
  memory.delete(cameraId);
  memory.set(cameraId, value);
  if (memory.size > MAX_REMEMBERED) {
    const [oldest] = memory.keys();
    memory.delete(oldest ?? '');
  }
}
