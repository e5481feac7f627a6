import { AppError, type Clock, type Random } from '@capstan/kernel';
import { CLOCK, Metrics, RANDOM } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { CAMERA_CONFIG, type CameraConfig } from '../config';
import { CameraAddresses } from '../inventory/camera-address.client';
import type { CameraRecord } from '../inventory/camera-view';
import { Cameras } from '../inventory/cameras.repository';
import { type RtspTarget, RtspSession } from '../rtsp/rtsp-session.client';
import { streamAddress } from '../rtsp/rtsp-url';
import { CameraOwners, OWNER_SEC } from './camera-owners.repository';
import { mustRest, type Rest, restAfter } from './connect-patience';

const TICK_MS = 1_000;
const RENEW_EVERY_MS = 5_000;
/** Milliseconds a session on demand is kept after its last use. */
const IDLE_MS = 60_000;

interface Held {
  readonly cameraId: string;
  readonly revision: number;
  readonly warm: CameraRecord['warm'];
  readonly opening: Promise<RtspSession>;
  readonly stop: AbortController;
  session: RtspSession | undefined;
  users: number;
  usedAt: number;
  reconnects: number;
}

/**
 * The sessions this replica has with cameras: one per camera, shared by everybody who wants something from it. Sessions are
 * opened when first needed, kept as the camera's policy says, and given up with the lease on the camera.
 */
@Injectable()
export class CameraSessions implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(CameraSessions.name);
  private readonly held = new Map<string, Held>();
  private readonly rests = new Map<string, Rest & { revision: number }>();
  private readonly reconnects = new Map<string, number[]>();
  private readonly stopping = new AbortController();
  private readonly addresses: CameraAddresses;
  private loop: Promise<void> = Promise.resolve();
  private renewedAt: number;

  constructor(
    private readonly cameras: Cameras,
    private readonly owners: CameraOwners,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(RANDOM) private readonly random: Random,
    @Inject(CAMERA_CONFIG) config: CameraConfig,
    metrics: Metrics,
  ) {
    this.addresses = new CameraAddresses(config.CAPSTAN_CAMERA_NETWORKS);
    this.renewedAt = clock.monotonic();
    metrics.gauge('capstan_camera_sessions', 'Sessions this process has with cameras', [], (gauge) => gauge.set([...this.held.values()].filter(({ session }) => session !== undefined).length));
    metrics.gauge('capstan_camera_kept_bytes', 'Bytes of groups of pictures in memory', [], (gauge) => gauge.set([...this.held.values()].reduce((sum, { session }) => sum + (session?.pictures.keptBytes ?? 0), 0)));
  }

  onApplicationBootstrap(): void {
    this.loop = this.run(this.stopping.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort(new AppError('SHUTTING_DOWN', 'The service shuts down', { retryable: true }));
    await this.loop;
    const ids = [...this.held.keys()];
    this.closeAll();
    await this.owners.release(ids).catch((error: unknown) => this.logger.warn('Cameras could not be handed back; their leases will run out', error));
  }

  /** The session there is, if there is one here. */
  peek(cameraId: string): RtspSession | undefined {
    return this.held.get(cameraId)?.session;
  }

  /** Sessions that broke and were opened again within the last hour. */
  reconnectsPerHour(cameraId: string): number {
    const now = this.clock.monotonic();
    return (this.reconnects.get(cameraId) ?? []).filter((at) => now - at < 3_600_000).length;
  }

  /**
   * Works with the camera's session, opening it when there is none; everybody who asks meanwhile gets the same one.
   * @throws AppError of `CAMERA_FAILURES`, `CAMERA_ADDRESS_REFUSED`; `CAMERA_ELSEWHERE` with `details.owner` when another replica holds it
   */
  async use<T>(camera: CameraRecord, work: (session: RtspSession) => Promise<T>): Promise<T> {
    const held = await this.hold(camera);
    held.users += 1;
    try {
      return await work(await held.opening);
    } finally {
      held.users -= 1;
      held.usedAt = this.clock.monotonic();
      if (held.warm === 'never' && held.users === 0) {
        await this.drop(held);
      }
    }
  }

  /** What to connect to, after its name was looked up and allowed. @throws AppError `CAMERA_ADDRESS_REFUSED`, `CAMERA_UNREACHABLE` */
  async target(camera: CameraRecord, url: string = camera.rtsp_url): Promise<RtspTarget> {
    const address = streamAddress(url);
    return { address, ip: await this.addresses.resolve(address.host), login: this.cameras.login(camera), transport: camera.transport, timeoutMs: camera.timeout_ms };
  }

  /** The last wrong credentials, while the camera is to be left alone; undefined when it may be asked. */
  resting(camera: Pick<CameraRecord, 'camera_id' | 'revision'>): AppError | undefined {
    const rest = this.rests.get(camera.camera_id);
    return rest !== undefined && rest.revision === camera.revision && mustRest(rest, this.clock.monotonic()) ? rest.error : undefined;
  }

  /** Takes note of a failure that was met outside of a session. */
  noteFailure(camera: Pick<CameraRecord, 'camera_id' | 'revision'>, error: AppError): void {
    const previous = this.rests.get(camera.camera_id);
    this.rests.set(camera.camera_id, { ...restAfter(error, previous?.revision === camera.revision ? previous : undefined, this.clock.monotonic(), this.random()), revision: camera.revision });
  }

  noteSuccess(cameraId: string): void {
    this.rests.delete(cameraId);
  }

  /** Ends what there is with a camera that was changed or removed. */
  async forget(cameraId: string): Promise<void> {
    this.rests.delete(cameraId);
    const held = this.held.get(cameraId);
    if (held !== undefined) {
      await this.drop(held);
    }
  }

  private async hold(camera: CameraRecord): Promise<Held> {
    const present = this.held.get(camera.camera_id);
    if (present !== undefined && present.revision >= camera.revision) {
      return present;
    }
    if (present !== undefined) {
      await this.drop(present);
    }
    const resting = this.resting(camera);
    if (resting !== undefined) {
      throw resting;
    }
    const stop = new AbortController();
    const held: Held = { cameraId: camera.camera_id, revision: camera.revision, warm: camera.warm, opening: this.open(camera, stop.signal), stop, session: undefined, users: 0, usedAt: this.clock.monotonic(), reconnects: 0 };
    this.held.set(camera.camera_id, held);
    held.opening.then(
      (session) => {
        held.session = session;
        this.noteSuccess(camera.camera_id);
        void session.ended.then(() => this.ended(held));
      },
      (error: unknown) => {
        this.release(held);
        const known = AppError.from(error);
        if (known.code.startsWith('CAMERA_') && known.code !== 'CAMERA_ELSEWHERE') {
          this.noteFailure(camera, known);
        }
      },
    );
    return held;
  }

  private async open(camera: CameraRecord, signal: AbortSignal): Promise<RtspSession> {
    const owner = await this.owners.take(camera.camera_id);
    if (owner !== this.owners.name) {
      throw new AppError('CAMERA_ELSEWHERE', 'Another replica holds the session with the camera', { retryable: true, details: { owner } });
    }
    return RtspSession.open(await this.target(camera), this.clock, signal);
  }

  private ended(held: Held): void {
    if (this.held.get(held.cameraId) === held) {
      this.held.delete(held.cameraId);
      this.reconnects.set(held.cameraId, [...(this.reconnects.get(held.cameraId) ?? []).slice(-50), this.clock.monotonic()]);
    }
  }

  private release(held: Held): void {
    if (this.held.get(held.cameraId) === held) {
      this.held.delete(held.cameraId);
    }
  }

  private async drop(held: Held): Promise<void> {
    this.release(held);
    held.stop.abort(new AppError('CAMERA_LOST', 'The session was given up', { retryable: true }));
    held.opening.then((session) => session.close()).catch(() => undefined);
    if (!this.held.has(held.cameraId)) {
      await this.owners.release([held.cameraId]).catch(() => undefined);
    }
  }

  private closeAll(): void {
    for (const held of [...this.held.values()]) {
      this.release(held);
      held.stop.abort(new AppError('CAMERA_LOST', 'The session was given up', { retryable: true }));
      held.opening.then((session) => session.close()).catch(() => undefined);
    }
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.tidy();
        if (this.clock.monotonic() - this.renewedAt >= RENEW_EVERY_MS) {
          await this.renew();
          await this.warmUp();
        }
      } catch (error) {
        this.logger.warn('Sessions could not be looked after; it will be tried again', error);
      }
      if (this.clock.monotonic() - this.renewedAt > (OWNER_SEC - 1) * 1_000 && this.held.size > 0) {
        // The database was away for so long that others may hold the cameras by now: no camera is to have two sessions.
        this.logger.warn('The leases on cameras ran out; their sessions are given up');
        this.closeAll();
      }
      await this.clock.sleep(TICK_MS, signal).catch(() => undefined);
    }
  }

  private async tidy(): Promise<void> {
    const now = this.clock.monotonic();
    for (const held of [...this.held.values()]) {
      const idle = held.users === 0 && now - held.usedAt > (held.warm === 'never' ? 0 : IDLE_MS);
      if (idle && held.warm !== 'always' && held.session !== undefined) {
        await this.drop(held);
      }
    }
  }

  private async renew(): Promise<void> {
    const askedAt = this.clock.monotonic();
    const kept = await this.owners.renew([...this.held.keys()]);
    this.renewedAt = askedAt;
    for (const held of [...this.held.values()]) {
      if (!kept.has(held.cameraId) && held.session !== undefined) {
        await this.drop(held);
      }
    }
  }

  private async warmUp(): Promise<void> {
    const now = this.clock.monotonic();
    for (const cameraId of await this.owners.alwaysWarm()) {
      const rest = this.rests.get(cameraId);
      if (!this.held.has(cameraId) && (rest === undefined || now >= rest.until)) {
        this.cameras
          .get(cameraId)
          .then((camera) => this.hold(camera))
          .then((held) => held.opening)
          .catch(() => undefined);
      }
    }
  }
}
