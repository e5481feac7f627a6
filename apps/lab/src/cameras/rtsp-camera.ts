import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { systemClock } from '@capstan/kernel';
import { type CameraFault, type CameraPlan, sceneOf } from './camera-plan';
import type { Clip, ClipFrame } from './clip';
import type { ClipEncoder } from './clip-encoder.client';
import { Challenge } from './digest-challenge';

const RTP_CLOCK_HZ = 90_000;
const SESSION_TIMEOUT_SEC = 60;
const REPORT_EVERY_MS = 5_000;
/** Faults that a camera shows by ending its connections. */
const HANGS_UP: readonly CameraFault[] = ['401', '404', '461', '503', 'silent'];
/** Seconds between the epochs of NTP (1900) and Unix (1970). */
const NTP_EPOCH_SEC = 2_208_988_800;

/** One client that watches. */
interface Viewer {
  readonly id: string;
  readonly ssrc: number;
  sequence: number;
  /** Packets sent, for the fault `lossy`. */
  packets: number;
  octets: number;
  playing: boolean;
  reportedAt: number;
  readonly tcp?: { readonly socket: Socket; readonly channel: number };
  readonly udp?: { readonly socket: UdpSocket; readonly host: string; readonly port: number };
}

interface Request {
  readonly method: string;
  readonly url: string;
  readonly headers: ReadonlyMap<string, string>;
}

/**
 * An RTSP server (RFC 2326) that plays one loop by the wall clock: frames leave at the camera's rate and keyframes come
 * when they come, not when somebody connects. That is what most test servers get wrong, and what first pictures wait for.
 */
export class RtspCamera {
  private readonly server: Server;
  private readonly connections = new Set<Socket>();
  private readonly viewers = new Map<string, Viewer>();
  private readonly challenge: Challenge;
  private fault: CameraFault;
  private timer: NodeJS.Timeout | undefined;
  private nextSession = 1;
  private sentFrame = -1;
  private clip: Clip | undefined;
  private cutFrame = false;
  /** Sessions that were ever set up, for tests of how often a camera is bothered. */
  sessionsOpened = 0;
  /** DESCRIBE requests that were refused for their credentials. */
  refusedLogins = 0;

  constructor(
    readonly plan: CameraPlan,
    private readonly encoder: ClipEncoder,
  ) {
    this.fault = plan.fault;
    this.challenge = new Challenge(plan.auth, plan, plan.name, false);
    this.server = createServer((socket) => this.accept(socket));
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Sessions that play now. */
  get watching(): number {
    return this.viewers.size;
  }

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer);
    for (const viewer of [...this.viewers.values()]) {
      this.forget(viewer);
    }
    for (const socket of this.connections) {
      socket.destroy();
    }
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  /** Changes what it does wrong. Connections stay, unless the fault is one that cameras show by hanging up. */
  async setFault(fault: CameraFault): Promise<void> {
    this.fault = fault;
    this.cutFrame = fault === 'mid-frame';
    // Told to behave, a camera nobody watched yet encodes its loop beforehand.
    if (this.clip !== undefined || fault === 'none') {
      await this.load();
    }
    if (HANGS_UP.includes(fault)) {
      for (const socket of this.connections) {
        socket.destroy();
      }
    }
  }

  private async load(): Promise<Clip> {
    const { codec, width, height, fps, gopSec, kbps } = this.plan;
    this.clip = await this.encoder.clip({ codec, width, height, fps, gopSec, kbps, scene: sceneOf(this.fault) });
    return this.clip;
  }

  private accept(socket: Socket): void {
    this.connections.add(socket);
    socket.setNoDelay(true);
    let pending: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      pending = this.consume(socket, pending);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.connections.delete(socket);
      for (const viewer of [...this.viewers.values()]) {
        if (viewer.tcp?.socket === socket || (viewer.udp !== undefined && owners.get(viewer) === socket)) {
          this.forget(viewer);
        }
      }
    });
  }

  private consume(socket: Socket, bytes: Buffer): Buffer {
    let rest = bytes;
    for (;;) {
      if (rest[0] === 0x24 && rest.length >= 4) {
        // RTCP of the client inside the connection (RFC 2326 §10.12).
        const length = 4 + rest.readUInt16BE(2);
        if (rest.length < length) {
          return rest;
        }
        rest = rest.subarray(length);
        continue;
      }
      const end = rest.indexOf('\r\n\r\n');
      if (end === -1) {
        return rest;
      }
      const request = parse(rest.subarray(0, end).toString('latin1'));
      rest = rest.subarray(end + 4 + Number(request.headers.get('content-length') ?? 0));
      void this.answer(socket, request).catch(() => socket.destroy());
    }
  }

  private async answer(socket: Socket, request: Request): Promise<void> {
    const { fault } = this;
    const reply = (status: string, headers: Record<string, string> = {}, body = ''): void => {
      const lines = [`RTSP/1.0 ${status}`, `CSeq: ${request.headers.get('cseq') ?? '0'}`, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)];
      if (body !== '') {
        lines.push(`Content-Length: ${Buffer.byteLength(body)}`);
      }
      if (!socket.destroyed) {
        socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
      }
    };
    if (fault === 'silent') {
      return;
    }
    if (request.method === 'OPTIONS') {
      reply('200 OK', { Public: 'OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER' });
      return;
    }
    if (fault === '401' || !this.challenge.accepts(request.method, request.headers.get('authorization'))) {
      this.refusedLogins += request.headers.has('authorization') ? 1 : 0;
      reply('401 Unauthorized', { 'WWW-Authenticate': this.challenge.header });
      return;
    }
    switch (request.method) {
      case 'DESCRIBE': {
        if (fault === '404' || !new URL(request.url).pathname.startsWith('/live')) {
          reply('404 Not Found');
          return;
        }
        if (fault === '503') {
          reply('503 Service Unavailable');
          return;
        }
        if (fault === 'slow-describe') {
          await systemClock.sleep(3_000);
        }
        const clip = await this.load();
        reply('200 OK', { 'Content-Base': `${request.url}/`, 'Content-Type': 'application/sdp' }, this.describe(clip));
        return;
      }
      case 'SETUP':
        await this.setUp(socket, request, reply);
        return;
      case 'PLAY': {
        const viewer = this.viewers.get(request.headers.get('session') ?? '');
        if (viewer === undefined) {
          reply('454 Session Not Found');
          return;
        }
        reply('200 OK', { Session: viewer.id, Range: 'npt=0.000-' });
        viewer.playing = true;
        this.tick();
        return;
      }
      case 'GET_PARAMETER':
        reply('200 OK', { Session: request.headers.get('session') ?? '' });
        return;
      case 'TEARDOWN': {
        const viewer = this.viewers.get(request.headers.get('session') ?? '');
        if (viewer !== undefined) {
          this.forget(viewer);
        }
        reply('200 OK');
        return;
      }
      default:
        reply('405 Method Not Allowed');
    }
  }

  private async setUp(socket: Socket, request: Request, reply: (status: string, headers?: Record<string, string>) => void): Promise<void> {
    const transport = request.headers.get('transport') ?? '';
    if (this.fault === '461') {
      reply('461 Unsupported Transport');
      return;
    }
    if (this.fault === 'session-limit' && this.viewers.size > 0) {
      reply('453 Not Enough Bandwidth');
      return;
    }
    const id = `${this.plan.name}-${this.nextSession++}`;
    const state = { id, ssrc: 0x1ab00000 + this.nextSession, sequence: 0, packets: 0, octets: 0, playing: false, reportedAt: 0 };
    const interleaved = /interleaved=(\d+)-/.exec(transport);
    const ports = /client_port=(\d+)-/.exec(transport);
    const headers = { Session: `${id};timeout=${SESSION_TIMEOUT_SEC}` };
    if (transport.includes('TCP')) {
      const channel = Number(interleaved?.[1] ?? 0);
      this.viewers.set(id, { ...state, tcp: { socket, channel } });
      reply('200 OK', { ...headers, Transport: `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1};ssrc=${state.ssrc.toString(16)}` });
    } else if (ports !== null) {
      const udp = createSocket('udp4');
      udp.on('error', () => undefined);
      udp.bind(0, '127.0.0.1');
      await once(udp, 'listening');
      const viewer: Viewer = { ...state, udp: { socket: udp, host: socket.remoteAddress?.replace('::ffff:', '') ?? '127.0.0.1', port: Number(ports[1]) } };
      owners.set(viewer, socket);
      this.viewers.set(id, viewer);
      reply('200 OK', { ...headers, Transport: `RTP/AVP;unicast;client_port=${ports[1]}-${Number(ports[1]) + 1};server_port=${udp.address().port}-${udp.address().port + 1}` });
    } else {
      reply('461 Unsupported Transport');
      return;
    }
    this.sessionsOpened += 1;
  }

  private describe({ codec, fps, parameterSets }: Clip): string {
    const base64 = parameterSets.map((set) => set.toString('base64'));
    const format = {
      h264: ['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H264/90000', `a=fmtp:96 packetization-mode=1;profile-level-id=${parameterSets[0]?.subarray(1, 4).toString('hex') ?? '42e01f'};sprop-parameter-sets=${base64.join(',')}`],
      h265: ['m=video 0 RTP/AVP 96', 'a=rtpmap:96 H265/90000', `a=fmtp:96 sprop-vps=${base64[0]};sprop-sps=${base64[1]};sprop-pps=${base64[2]}`],
      mjpeg: ['m=video 0 RTP/AVP 26', 'a=rtpmap:26 JPEG/90000'],
    }[codec];
    return ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', `s=${this.plan.name}`, 'c=IN IP4 0.0.0.0', 't=0 0', 'a=control:*', ...format, `a=framerate:${fps}`, 'a=control:trackID=1', ''].join('\r\n');
  }

  /** Sends what is due, and comes back for the next frame while somebody watches. */
  private tick(): void {
    clearTimeout(this.timer);
    const { clip } = this;
    if (clip === undefined || ![...this.viewers.values()].some(({ playing }) => playing)) {
      return;
    }
    const now = systemClock.now() - this.plan.phaseMs;
    const due = Math.floor((now * clip.fps) / 1_000);
    // After a pause of this process frames are left out, as by a camera whose network was away.
    const first = this.sentFrame < due - clip.fps ? due : Math.max(this.sentFrame + 1, due - 1);
    if (this.fault !== 'stall' && !(this.fault === 'mid-frame' && !this.cutFrame)) {
      for (let frame = first; frame <= due; frame += 1) {
        this.send(clip, frame);
      }
    }
    this.sentFrame = due;
    const nextAt = ((due + 1) * 1_000) / clip.fps;
    this.timer = setTimeout(() => this.tick(), Math.max(1, nextAt - now));
  }

  private send(clip: Clip, number: number): void {
    const frame: ClipFrame | undefined = clip.frames[number % clip.frames.length];
    if (frame === undefined) {
      return;
    }
    const timestamp = Math.floor((number * RTP_CLOCK_HZ) / clip.fps) % 2 ** 32;
    const cut = this.cutFrame && frame.payloads.length > 1;
    const count = cut ? Math.ceil(frame.payloads.length / 2) : frame.payloads.length;
    for (const viewer of this.viewers.values()) {
      if (!viewer.playing) {
        continue;
      }
      const out: Buffer[] = [];
      for (let index = 0; index < count; index += 1) {
        const payload = frame.payloads[index]!;
        const packet = this.packet(clip, viewer, payload, timestamp, index === frame.payloads.length - 1);
        viewer.packets += 1;
        if (this.fault === 'lossy' && viewer.packets % 50 === 0) {
          continue;
        }
        if (viewer.tcp !== undefined) {
          out.push(Buffer.from([0x24, viewer.tcp.channel, packet.length >> 8, packet.length & 0xff]), packet);
        } else {
          viewer.udp?.socket.send(packet, viewer.udp.port, viewer.udp.host);
        }
      }
      this.report(viewer, timestamp, out);
      // One that does not read is left behind instead of being remembered without end.
      if (out.length > 0 && viewer.tcp !== undefined && viewer.tcp.socket.writableLength < 8_000_000) {
        viewer.tcp.socket.write(Buffer.concat(out));
      }
    }
    if (cut) {
      this.cutFrame = false;
    }
  }

  private packet(clip: Clip, viewer: Viewer, payload: Buffer, timestamp: number, marker: boolean): Buffer {
    const packet = Buffer.allocUnsafe(12 + payload.length);
    packet[0] = 0x80;
    packet[1] = (marker ? 0x80 : 0) | (clip.codec === 'mjpeg' ? 26 : 96);
    packet.writeUInt16BE(viewer.sequence, 2);
    packet.writeUInt32BE(timestamp, 4);
    packet.writeUInt32BE(viewer.ssrc, 8);
    payload.copy(packet, 12);
    viewer.sequence = (viewer.sequence + 1) & 0xffff;
    viewer.octets += payload.length;
    return packet;
  }

  /** An RTCP sender report (RFC 3550 §6.4.1), so that a client can tell when a frame was taken. */
  private report(viewer: Viewer, timestamp: number, out: Buffer[]): void {
    const now = systemClock.now();
    if (now - viewer.reportedAt < REPORT_EVERY_MS) {
      return;
    }
    viewer.reportedAt = now;
    const report = Buffer.alloc(28);
    report.writeUInt16BE(0x80c8, 0);
    report.writeUInt16BE(6, 2);
    report.writeUInt32BE(viewer.ssrc, 4);
    report.writeUInt32BE(Math.floor(now / 1_000) + NTP_EPOCH_SEC, 8);
    report.writeUInt32BE(Math.floor(((now % 1_000) / 1_000) * 2 ** 32), 12);
    report.writeUInt32BE(timestamp, 16);
    report.writeUInt32BE(viewer.packets >>> 0, 20);
    report.writeUInt32BE(viewer.octets >>> 0, 24);
    if (viewer.tcp !== undefined) {
      out.push(Buffer.from([0x24, viewer.tcp.channel + 1, 0, report.length]), report);
    } else {
      viewer.udp?.socket.send(report, viewer.udp.port + 1, viewer.udp.host);
    }
  }

  private forget(viewer: Viewer): void {
    this.viewers.delete(viewer.id);
    viewer.udp?.socket.close();
  }
}

/** The connection a UDP session was set up over: it ends with it. */
const owners = new WeakMap<Viewer, Socket>();

function parse(text: string): Request {
  const [first = '', ...lines] = text.split('\r\n');
  const [method = '', url = ''] = first.split(' ');
  const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(':')).trim().toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
  return { method, url, headers };
}
