import type { TestConnectionAnswer } from '@capstan/contracts';
import { AppError, type Clock, withTimeout } from '@capstan/kernel';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { type CameraRecord, mismatches } from '../inventory/camera-view';
import { Decoder, whole } from '../decode/decoder';
import { CameraAddresses } from '../inventory/camera-address.client';
import { CAMERA_CONFIG, type CameraConfig } from '../config';
import { Cameras } from '../inventory/cameras.repository';
import { type RtspTarget, RtspSession } from '../rtsp/rtsp-session.client';
import { CameraSessions } from '../sessions/camera-sessions.service';
import { FrameCalls } from '../sessions/frame-calls.service';
import { askCameraWeb } from '../sessions/http-still.client';

type Step = TestConnectionAnswer['steps'][number];
/** What the test has seen so far. */
interface Found {
  resolution: string | null;
  fps: number | null;
  codec: TestConnectionAnswer['codec'];
  latency: number | null;
}

/** Milliseconds a stream is watched for its rate. */
const WATCH_MS = 1_500;

/** Connects to a camera as if for the first time and tells how far it got. Not a word of it is made up. */
@Injectable()
export class ConnectionTest {
  private readonly addresses: CameraAddresses;

  constructor(
    private readonly sessions: CameraSessions,
    private readonly cameras: Cameras,
    private readonly decoder: Decoder,
    private readonly frames: FrameCalls,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CAMERA_CONFIG) config: CameraConfig,
  ) {
    this.addresses = new CameraAddresses(config.CAPSTAN_CAMERA_NETWORKS);
  }

  /** @param checkCredentials false connects without signing in, to see whether the camera asks for it */
  async run(camera: CameraRecord, timeoutMs: number, checkCredentials: boolean): Promise<TestConnectionAnswer> {
    const steps: Step[] = [];
    const found: Found = { resolution: null, fps: null, codec: null, latency: null };
    let failure: AppError | undefined;
    try {
      await withTimeout(this.clock, timeoutMs, 'CAMERA_TIMEOUT', `The test did not end within ${timeoutMs} ms`, (signal) => this.walk(camera, checkCredentials, timeoutMs, steps, found, signal));
      this.sessions.noteSuccess(camera.camera_id);
    } catch (error) {
      failure = AppError.from(error);
      if (failure.code === 'CAMERA_AUTH_FAILED' && checkCredentials) {
        this.sessions.noteFailure(camera, failure);
      }
      const next = ORDER.find((step) => !steps.some((done) => done.step === step)) ?? 'picture';
      steps.push({ step: next, ok: false, ms: null, error: { code: failure.code, message: failure.message } });
    }
    const [width, height] = found.resolution?.split('x').map(Number) ?? [];
    return {
      success: failure === undefined,
      camera_id: camera.camera_id,
      message: failure === undefined ? `The camera sends ${found.codec} at ${found.resolution ?? 'an unknown size'}` : failure.message,
      latency_ms: found.latency,
      resolution: found.resolution,
      fps: found.fps,
      codec: found.codec,
      error: failure?.message ?? null,
      error_code: failure?.code ?? null,
      steps,
      mismatches: failure === undefined ? mismatches({ ...camera, detected_width: width ?? null, detected_height: height ?? null, detected_fps: found.fps, detected_codec: found.codec }) : [],
    };
  }

  private async walk(camera: CameraRecord, checkCredentials: boolean, timeoutMs: number, steps: Step[], found: Found, signal: AbortSignal): Promise<void> {
    const passed = (step: Step['step'], ms: number | undefined): void => void steps.push({ step, ok: true, ms: ms === undefined ? null : Math.round(ms * 10) / 10, error: null });
    const startedAt = this.clock.monotonic();
    const target: RtspTarget = { ...(await this.sessions.target(camera)), ...(checkCredentials ? {} : { login: undefined }) };
    passed('resolve', this.clock.monotonic() - startedAt);
    const described = await RtspSession.describe(target, this.clock, signal).catch((error: unknown) => {
      // Whoever answers at all has taken the connection.
      if (!UNANSWERED.includes(AppError.from(error).code)) {
        passed('connect', undefined);
      }
      throw error;
    });
    passed('connect', described.timings.tcpMs);
    passed('describe', described.timings.describeMs);
    found.latency = Math.round(((described.timings.tcpMs ?? 0) + (described.timings.describeMs ?? 0)) * 10) / 10;
    found.codec = described.track.codec;
    const size = described.pictures.size();
    found.resolution = size === undefined ? null : `${size.width}x${size.height}`;
    // It has just been answered, so it need not be left alone any longer.
    this.sessions.noteSuccess(camera.camera_id);
    await this.play({ ...camera, state: 'live' }, timeoutMs, passed, found, signal);
    if (camera.snapshot_url !== null) {
      await this.testStill(camera, camera.snapshot_url, target, passed, steps, signal);
    }
  }

  /** Plays through the session that everybody uses: one of our own could be one too many for the camera. */
  private async play(camera: CameraRecord, timeoutMs: number, passed: (step: Step['step'], ms: number | undefined) => void, found: Found, signal: AbortSignal): Promise<void> {
    try {
      await this.sessions.use(camera, async (session) => {
        passed('play', session.timings.playMs);
        await session.firstPicture(timeoutMs, signal);
        passed('first_packet', session.timings.firstRtpMs);
        // A session that has just begun cannot tell its rate yet.
        if (session.statistics.figures(this.clock.monotonic()).fps === null) {
          await this.clock.sleep(WATCH_MS, signal);
        }
        found.fps = session.statistics.figures(this.clock.monotonic()).fps;
        const picture = await this.decoder.decode(session.track.codec, session.pictures.current(), signal);
        found.resolution = `${picture.width}x${picture.height}`;
        passed('picture', session.timings.firstKeyMs);
      });
    } catch (error) {
      if (AppError.from(error).code !== 'CAMERA_ELSEWHERE') {
        throw error;
      }
      // Another replica plays it: what it shows is what a session of ours would.
      const frame = await this.frames.take(camera, { maxAgeMs: 1_000, timeoutMs, signal });
      (['play', 'first_packet', 'picture'] as const).forEach((step) => passed(step, undefined));
      found.fps = camera.detected_fps;
      found.resolution = `${frame.width}x${frame.height}`;
    }
  }

  /** A still that does not work is worth knowing, and no reason to call the camera broken. */
  private async testStill(camera: CameraRecord, url: string, { login }: RtspTarget, passed: (step: Step['step'], ms: number) => void, steps: Step[], signal: AbortSignal): Promise<void> {
    const askedAt = this.clock.monotonic();
    try {
      whole(await askCameraWeb({ url, ip: await this.addresses.resolve(new URL(url).hostname.replace(/^\[|\]$/g, '')), login: login ?? this.cameras.login(camera) }, signal));
      passed('snapshot_url', this.clock.monotonic() - askedAt);
    } catch (error) {
      const { code, message } = AppError.from(error);
      steps.push({ step: 'snapshot_url', ok: false, ms: null, error: { code, message } });
    }
  }
}

const ORDER: readonly Step['step'][] = ['resolve', 'connect', 'describe', 'play', 'first_packet', 'picture'];
const UNANSWERED: readonly string[] = ['CAMERA_UNREACHABLE', 'CAMERA_TIMEOUT', 'CAMERA_LOST'];
