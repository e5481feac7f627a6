import { randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { type AppError, type Clock, withTimeout } from '@capstan/kernel';
import { type AuthChallenge, authorization, type CameraLogin, readChallenge } from './authorization';
import { FrameAssembler } from './frame-assembler';
import { GroupOfPictures } from './group-of-pictures';
import { readRtp } from './rtp-packet';
import { RtpStatistics } from './rtp-statistics';
import { RtspConnection } from './rtsp-connection.client';
import { cameraError, statusError } from './rtsp-error';
import type { RtspResponse } from './rtsp-message';
import type { StreamAddress } from './rtsp-url';
import { readVideoTrack, type VideoTrack } from './session-description';
import { openUdpPair, type UdpPair } from './udp-ports.client';
import type { VideoFrame } from './video-codec';

/** What a session needs to know. */
export interface RtspTarget {
  readonly address: StreamAddress;
  /** Resolved and allowed; what is connected to. */
  readonly ip: string;
  readonly login: CameraLogin | undefined;
  readonly transport: 'tcp' | 'udp' | 'auto';
  /** Milliseconds to the answer of each step. */
  readonly timeoutMs: number;
}

/** Milliseconds each step took. */
export interface RtspTimings {
  tcpMs?: number;
  describeMs?: number;
  playMs?: number;
  firstRtpMs?: number;
  firstKeyMs?: number;
}

/** Milliseconds without a packet after which a UDP stream is tried over TCP. */
const UDP_PATIENCE_MS = 2_500;

/**
 * One playing session with a camera: signs in, chooses a transport, keeps the current group of pictures and the figures of
 * the stream, and keeps the session alive. Ends when the connection does; whoever holds it begins a new one.
 */
export class RtspSession {
  readonly timings: RtspTimings = {};
  readonly pictures: GroupOfPictures;
  readonly statistics: RtpStatistics;
  private readonly assembler: FrameAssembler;
  private readonly listeners = new Set<(frame: VideoFrame) => void>();
  private readonly stopping = new AbortController();
  private udp: UdpPair | undefined;
  private sessionId = '';
  private rtpChannel = 0;
  private playedAt = 0;
  /** Unix milliseconds of the last packet; 0 before the first. */
  lastPacketAt = 0;

  private constructor(
    private readonly clock: Clock,
    private readonly connection: RtspConnection,
    private readonly requests: SignedRequests,
    readonly track: VideoTrack,
    private readonly startedAt: number,
  ) {
    this.pictures = new GroupOfPictures(track.codec, track.parameterSets);
    this.statistics = new RtpStatistics(track.clockRate);
    this.assembler = new FrameAssembler(track.codec, () => clock.now(), (frame) => this.frame(frame));
  }

  /**
   * Connects, describes and plays.
   * @throws AppError of `CAMERA_FAILURES`; the reason of `signal`
   */
  static async open(target: RtspTarget, clock: Clock, signal: AbortSignal): Promise<RtspSession> {
    const { session, fallback } = await RtspSession.attempt(target, target.transport === 'udp' ? 'udp' : 'tcp', clock, signal);
    if (session !== undefined) {
      return session;
    }
    if (target.transport !== 'auto') {
      throw fallback;
    }
    const second = await RtspSession.attempt(target, 'udp', clock, signal);
    if (second.session === undefined) {
      throw second.fallback;
    }
    return second.session;
  }

  /**
   * Connects and describes, and hangs up again: the cheap look at a camera.
   * @throws AppError of `CAMERA_FAILURES`; the reason of `signal`
   */
  static async describe(target: RtspTarget, clock: Clock, signal: AbortSignal): Promise<{ track: VideoTrack; timings: RtspTimings; pictures: GroupOfPictures }> {
    const session = await RtspSession.connect(target, clock, signal);
    session.close();
    return { track: session.track, timings: session.timings, pictures: session.pictures };
  }

  private static async connect(target: RtspTarget, clock: Clock, signal: AbortSignal): Promise<RtspSession> {
    const limited = <T>(what: string, work: (limit: AbortSignal) => Promise<T>): Promise<T> => withTimeout(clock, target.timeoutMs, 'CAMERA_TIMEOUT', `The camera did not answer ${what} within ${target.timeoutMs} ms`, work, signal);
    const startedAt = clock.monotonic();
    let session: RtspSession | undefined;
    const connection = await limited('the connection', (limit) => RtspConnection.open({ host: target.ip, port: target.address.port, tls: target.address.tls }, (channel, payload) => channel === session?.rtpChannel && session.packet(payload), limit));
    const tcpMs = clock.monotonic() - startedAt;
    try {
      const requests = new SignedRequests(connection, target.login, (what, work) => limited(what, () => work));
      const described = await requests.send('DESCRIBE', target.address.url, { Accept: 'application/sdp' });
      const base = described.headers.get('content-base')?.[0] ?? described.headers.get('content-location')?.[0] ?? target.address.url;
      session = new RtspSession(clock, connection, requests, readVideoTrack(described.body.toString('utf8'), onSameHost(base, target.address)), startedAt);
      session.timings.tcpMs = tcpMs;
      session.timings.describeMs = clock.monotonic() - startedAt - tcpMs;
      return session;
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  private static async attempt(target: RtspTarget, transport: 'tcp' | 'udp', clock: Clock, signal: AbortSignal): Promise<{ session?: RtspSession; fallback?: AppError }> {
    const session = await RtspSession.connect(target, clock, signal);
    try {
      await session.play(transport, target);
      return { session };
    } catch (error) {
      session.close();
      if ((error as AppError).code === 'CAMERA_TRANSPORT') {
        return { fallback: error as AppError };
      }
      throw error;
    }
  }

  /** Settles with the reason when the session ends. */
  get ended(): Promise<AppError> {
    return this.connection.ended.promise;
  }

  /** Calls for each whole frame until the returned function is called. */
  onFrame(listener: (frame: VideoFrame) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Waits for a keyframe, unless there is a group already.
   * @throws AppError `CAMERA_TIMEOUT`, `CAMERA_NO_VIDEO`, or why the session ended; the reason of `signal`
   */
  async firstPicture(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (this.pictures.newestAt !== undefined) {
      return;
    }
    let stopListening = (): void => undefined;
    try {
      await withTimeout(
        this.clock,
        timeoutMs,
        'CAMERA_TIMEOUT',
        `No whole picture came from the camera within ${timeoutMs} ms`,
        () =>
          new Promise<void>((resolve, reject) => {
            stopListening = this.onFrame(() => resolve());
            this.ended.then(reject, reject);
          }),
        signal,
      );
    } finally {
      stopListening();
    }
  }

  /** Milliseconds since the camera began to play. */
  playedMs(): number {
    return this.clock.monotonic() - this.playedAt;
  }

  /** Says goodbye without waiting for an answer. */
  close(): void {
    if (!this.stopping.signal.aborted) {
      this.stopping.abort();
      if (this.sessionId !== '') {
        this.requests.fire('TEARDOWN', this.track.sessionControl, { Session: this.sessionId });
      }
      this.connection.close();
      this.udp?.close();
    }
  }

  private async play(transport: 'tcp' | 'udp', target: RtspTarget): Promise<void> {
    const beganAt = this.clock.monotonic();
    this.udp = transport === 'udp' ? await openUdpPair(isIPv6(target.ip)) : undefined;
    this.udp?.onRtp((packet, from) => from === target.ip && this.packet(packet));
    const wanted = this.udp === undefined ? 'RTP/AVP/TCP;unicast;interleaved=0-1' : `RTP/AVP;unicast;client_port=${this.udp.port}-${this.udp.port + 1}`;
    const answer = await this.requests.send('SETUP', this.track.control, { Transport: wanted });
    const [sessionId = '', ...parameters] = (answer.headers.get('session')?.[0] ?? '').split(';');
    this.sessionId = sessionId.trim();
    this.rtpChannel = Number(/interleaved=(\d+)/.exec(answer.headers.get('transport')?.[0] ?? '')?.[1] ?? 0);
    const timeoutSec = Number(/timeout=(\d+)/.exec(parameters.join(';'))?.[1] ?? 60);
    await this.requests.send('PLAY', this.track.sessionControl, { Session: this.sessionId, Range: 'npt=0.000-' });
    this.playedAt = this.clock.monotonic();
    this.timings.playMs = this.playedAt - beganAt;
    void this.keepAlive(Math.max(5, timeoutSec / 2) * 1_000);
    void this.ended.then(() => {
      this.stopping.abort();
      this.udp?.close();
    });
    if (this.udp !== undefined && target.transport === 'auto') {
      await this.clock.sleep(UDP_PATIENCE_MS, this.stopping.signal).catch(() => undefined);
      if (this.lastPacketAt === 0) {
        throw cameraError('CAMERA_TRANSPORT', 'The camera takes no transport that reaches us: TCP was refused and no UDP packet came');
      }
    }
  }

  private async keepAlive(everyMs: number): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.clock.sleep(everyMs, signal);
        // Some cameras know no GET_PARAMETER; any answer keeps the session.
        await this.requests.raw('GET_PARAMETER', this.track.sessionControl, { Session: this.sessionId });
      } catch {
        return;
      }
    }
  }

  private packet(bytes: Buffer): void {
    const packet = readRtp(bytes);
    if (packet === undefined || packet.payloadType !== this.track.payloadType) {
      return;
    }
    this.timings.firstRtpMs ??= this.clock.monotonic() - this.startedAt;
    this.lastPacketAt = this.clock.now();
    this.statistics.packet(packet, this.clock.monotonic());
    this.assembler.push(packet);
  }

  private frame(frame: VideoFrame): void {
    if (frame.key) {
      this.timings.firstKeyMs ??= this.clock.monotonic() - this.startedAt;
    }
    this.pictures.add(frame);
    this.statistics.frame(frame);
    for (const listener of this.listeners) {
      listener(frame);
    }
  }
}

/** Cameras behind address translation describe themselves by an address nobody else knows: the path counts, not the host. */
function onSameHost(base: string, address: StreamAddress): string {
  try {
    const told = new URL(base);
    const known = new URL(address.url);
    return `${known.protocol}//${known.host}${told.pathname}${told.search}`;
  } catch {
    return address.url;
  }
}

/** Requests that answer the camera's challenge once, and sign themselves from then on. */
class SignedRequests {
  private challenge: AuthChallenge | undefined;
  private uses = 0;

  constructor(
    private readonly connection: RtspConnection,
    private readonly login: CameraLogin | undefined,
    private readonly limited: (what: string, work: Promise<RtspResponse>) => Promise<RtspResponse>,
  ) {}

  /** @throws AppError for every status but 200 */
  async send(method: string, url: string, headers: Readonly<Record<string, string>>): Promise<RtspResponse> {
    let response = await this.limited(method, this.raw(method, url, headers));
    if (response.status === 401 && this.login !== undefined) {
      const challenge = readChallenge(response.headers.get('www-authenticate') ?? []);
      // A second refusal of the same nonce means that the credentials are wrong: asking again would only lock the account.
      const stale = challenge?.fields['stale']?.toLowerCase() === 'true';
      if (challenge !== undefined && (this.challenge === undefined || stale)) {
        this.challenge = challenge;
        this.uses = 0;
        response = await this.limited(method, this.raw(method, url, headers));
      }
    }
    if (response.status !== 200) {
      throw statusError(response.status, method);
    }
    return response;
  }

  raw(method: string, url: string, headers: Readonly<Record<string, string>>): Promise<RtspResponse> {
    return this.connection.request(method, url, { ...headers, ...this.signature(method, url) });
  }

  /** Sends without waiting. */
  fire(method: string, url: string, headers: Readonly<Record<string, string>>): void {
    this.raw(method, url, headers).catch(() => undefined);
  }

  private signature(method: string, url: string): Record<string, string> {
    if (this.challenge === undefined || this.login === undefined) {
      return {};
    }
    this.uses += 1;
    return { Authorization: authorization(this.challenge, this.login, method, url, this.uses, randomBytes(8).toString('hex')) };
  }
}
