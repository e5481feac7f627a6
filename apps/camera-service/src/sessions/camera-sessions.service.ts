import { AppError, type Clock, type Random } from '@capstan/kernel';
import { CLOCK, Metrics, RANDOM } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { CAMERA_CONFIG, type CameraConfig } from '../config';
import { CameraAddresses } from '../inventory/camera-address.client';
import type { CameraRecord } from '../inventory/camera-view';
import { Cameras } from '../inventory/cameras.repository';
import { cameraError } from '../rtsp/rtsp-error';
import { type RtspTarget, RtspSession } from '../rtsp/rtsp-session.client';
import { streamAddress } from '../rtsp/rtsp-url';
import { CameraOwners, OWNER_SEC } from './camera-owners.repository';
import { mustRest, type Rest, restAfter } from './connect-patience';
import type { Holder } from './fair-share';
import { WarmShare } from './warm-share';

const TICK_MS = 1_000;
const RENEW_EVERY_MS = 5_000;
/** Milliseconds a session on demand is kept after its last use. */
const IDLE_MS = 60_000;

/** Which of a camera's streams: the one of its pictures, or the smaller one of its health and thumbnails. */
export type StreamName = 'main' | 'sub';

interface Held {
  readonly key: string;
  readonly cameraId: string;
  readonly host: string;
  readonly revision: number;
  readonly warm: CameraRecord['warm'];
  readonly opening: Promise<RtspSession>;
  readonly stop: AbortController;
  session: RtspSession | undefined;
  users: number;
  usedAt: number;
  /** To be given up as soon as nobody uses it. */
  retired: boolean;
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
  private readonly share: WarmShare;
  private loop: Promise<void> = Promise.resolve();
  private renewedAt: number;

  constructor(
    private readonly cameras: Cameras,
    private readonly owners: CameraOwners,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(RANDOM) private readonly random: Random,
    @Inject(CAMERA_CONFIG) private readonly config: CameraConfig,
    metrics: Metrics,
  ) {
    this.addresses = new CameraAddresses(config.CAPSTAN_CAMERA_NETWORKS);
    this.share = new WarmShare(owners.name);
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
    const ids = [...this.held.values()].map(({ cameraId }) => cameraId);
    this.closeAll();
    await Promise.all([this.owners.release(ids), this.owners.leave()]).catch((error: unknown) => this.logger.warn('Cameras could not be handed back; their leases will run out', error));
  }

  /** The session there is, if there is one here. */
  peek(cameraId: string, stream: StreamName = 'main'): RtspSession | undefined {
    return this.held.get(keyOf(cameraId, stream))?.session;
  }

  /** Sessions that broke and were opened again within the last hour. */
  reconnectsPerHour(cameraId: string): number {
    const now = this.clock.monotonic();
    return (this.reconnects.get(cameraId) ?? []).filter((at) => now - at < 3_600_000).length;
  }

  /**
   * Works with the camera's session, opening it when there is none; everybody who asks meanwhile gets the same one. A camera is
   * not bothered with two: a session with the smaller stream is given up once there is one with the main stream.
   * @throws AppError of `CAMERA_FAILURES`, `CAMERA_ADDRESS_REFUSED`; `CAMERA_ELSEWHERE` with `details.owner` when another replica holds it
   */
  async use<T>(camera: CameraRecord, work: (session: RtspSession) => Promise<T>, stream: StreamName = 'main'): Promise<T> {
    const held = await this.hold(camera, stream);
    held.users += 1;
    try {
      return await work(await held.opening);
    } finally {
      held.users -= 1;
      held.usedAt = this.clock.monotonic();
      if ((held.warm === 'never' || held.retired) && held.users === 0) {
        await this.drop(held);
      }
    }
  }

  /** What to connect to, after its name was looked up and allowed. @throws AppError `CAMERA_ADDRESS_REFUSED`, `CAMERA_UNREACHABLE` */
  async target(camera: CameraRecord, url: string = camera.rtsp_url): Promise<RtspTarget> {
    const address = streamAddress(url);
    return { address, ip: await this.addresses.resolve(address.host), login: this.cameras.login(camera), transport: camera.transport, timeoutMs: camera.timeout_ms };
  }

  /** The last wrong credentials, while the camera is to be left alone; undefined when it may be asked. Whether we found them wrong or another replica did. */
  resting(camera: Pick<CameraRecord, 'camera_id' | 'revision' | 'state' | 'next_check_at'>): AppError | undefined {
    const rest = this.rests.get(camera.camera_id);
    if (rest !== undefined && rest.revision === camera.revision && mustRest(rest, this.clock.monotonic())) {
      return rest.error;
    }
    // A changed camera is due at once, and so may be asked.
    return camera.state === 'auth_failed' && camera.next_check_at.getTime() > this.clock.now() ? cameraError('CAMERA_AUTH_FAILED', 'The camera refused the credentials a while ago, and is left alone for now') : undefined;
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
    for (const stream of STREAMS) {
      const held = this.held.get(keyOf(cameraId, stream));
      if (held !== undefined) {
        await this.drop(held);
      }
    }
  }

  private async hold(camera: CameraRecord, stream: StreamName): Promise<Held> {
    const key = keyOf(camera.camera_id, stream);
    const present = this.held.get(key);
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
    const url = stream === 'sub' ? (camera.substream_url ?? camera.rtsp_url) : camera.rtsp_url;
    const held: Held = { key, cameraId: camera.camera_id, host: new URL(url).host, revision: camera.revision, warm: camera.warm, opening: this.open(camera, url, stop.signal), stop, session: undefined, users: 0, usedAt: this.clock.monotonic(), retired: false };
    this.held.set(key, held);
    held.opening.then(
      (session) => {
        held.session = session;
        this.noteSuccess(camera.camera_id);
        if (stream === 'main') {
          this.retireSub(camera.camera_id);
        }
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

  private retireSub(cameraId: string): void {
    const sub = this.held.get(keyOf(cameraId, 'sub'));
    if (sub !== undefined) {
      sub.retired = true;
      if (sub.users === 0) {
        void this.drop(sub);
      }
    }
  }

  private async open(camera: CameraRecord, url: string, signal: AbortSignal): Promise<RtspSession> {
    const perHost = this.config.CAPSTAN_CAMERA_HOST_SESSIONS;
    let taken = await this.owners.take(camera.camera_id, perHost);
    if ('full' in taken && (await this.makeRoom(new URL(camera.rtsp_url).host))) {
      taken = await this.owners.take(camera.camera_id, perHost);
    }
    if ('full' in taken) {
      throw cameraError('CAMERA_BUSY', `There are ${taken.full} sessions with this host already, as many as CAPSTAN_CAMERA_HOST_SESSIONS allows`);
    }
    if (taken.owner !== this.owners.name) {
      throw new AppError('CAMERA_ELSEWHERE', 'Another replica holds the session with the camera', { retryable: true, details: { owner: taken.owner } });
    }
    try {
      return await RtspSession.open(await this.target(camera, url), this.clock, signal);
    } catch (error) {
      if (AppError.from(error).code !== 'CAMERA_BUSY' || !(await this.makeRoom(new URL(url).host))) {
        throw error;
      }
      // A recorder with many cameras told us its limit: the one that was kept only in case it is needed has gone.
      return RtspSession.open(await this.target(camera, url), this.clock, signal);
    }
  }

  /** Ends the session on demand with a host that was not used for longest. @returns false when all of them are in use */
  private async makeRoom(host: string): Promise<boolean> {
    const idle = [...this.held.values()].filter((held) => held.host === host && held.warm === 'on_demand' && held.users === 0 && held.session !== undefined).sort((left, right) => left.usedAt - right.usedAt);
    const [oldest] = idle;
    if (oldest === undefined) {
      return false;
    }
    await this.drop(oldest);
    return true;
  }

  private ended(held: Held): void {
    if (this.held.get(held.key) === held) {
      this.held.delete(held.key);
      this.reconnects.set(held.cameraId, [...(this.reconnects.get(held.cameraId) ?? []).slice(-50), this.clock.monotonic()]);
    }
  }

  private release(held: Held): void {
    if (this.held.get(held.key) === held) {
      this.held.delete(held.key);
    }
  }

  private async drop(held: Held): Promise<void> {
    this.release(held);
    held.stop.abort(new AppError('CAMERA_LOST', 'The session was given up', { retryable: true }));
    held.opening.then((session) => session.close()).catch(() => undefined);
    if (STREAMS.every((stream) => !this.held.has(keyOf(held.cameraId, stream)))) {
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
          const holders = await this.owners.holders();
          await this.giveAway(holders);
          await this.warmUp(holders);
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
      const idle = held.users === 0 && (held.retired || now - held.usedAt > (held.warm === 'never' ? 0 : IDLE_MS));
      if (idle && (held.warm !== 'always' || held.retired) && held.session !== undefined) {
        await this.drop(held);
      }
    }
  }

  private async renew(): Promise<void> {
    const askedAt = this.clock.monotonic();
    const kept = await this.owners.renew([...this.held.values()].map(({ cameraId }) => cameraId));
    this.renewedAt = askedAt;
    for (const held of [...this.held.values()]) {
      const revision = kept.get(held.cameraId);
      // Another replica may have been told of the change, or of the end, of a camera that we hold.
      const outdated = revision === undefined || (revision > held.revision && held.users === 0);
      if (outdated && held.session !== undefined) {
        await this.drop(held);
      }
    }
  }

  /** Another replica takes them within the time of a renewal. */
  private async giveAway(holders: readonly Holder[]): Promise<void> {
    const idle = [...this.held.values()].filter(({ key, cameraId, warm, users, session }) => key === cameraId && warm === 'always' && users === 0 && session !== undefined);
    const given = new Set(this.share.toGiveAway(holders, idle.map(({ cameraId }) => cameraId), this.clock.monotonic()));
    await Promise.all(idle.filter(({ cameraId }) => given.has(cameraId)).map((held) => this.drop(held)));
  }

  private async warmUp(holders: readonly Holder[]): Promise<void> {
    const now = this.clock.monotonic();
    const free = (await this.owners.alwaysWarm()).filter((cameraId) => !this.held.has(keyOf(cameraId, 'main')));
    for (const cameraId of this.share.toTake(holders, free, now)) {
      const rest = this.rests.get(cameraId);
      if (rest === undefined || now >= rest.until) {
        this.cameras
          .get(cameraId)
          .then((camera) => this.hold(camera, 'main'))
          .then((held) => held.opening)
          .catch(() => undefined);
      }
    }
  }
}

const STREAMS: readonly StreamName[] = ['main', 'sub'];
const keyOf = (cameraId: string, stream: StreamName): string => (stream === 'main' ? cameraId : `${cameraId}/sub`);
