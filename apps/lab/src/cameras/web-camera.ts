import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { systemClock } from '@capstan/kernel';
import { sceneOf } from './camera-plan';
import type { ClipEncoder } from './clip-encoder.client';
import { Challenge } from './digest-challenge';
import type { RtspCamera } from './rtsp-camera';

/** A signed message is good for so long. */
const TOKEN_MS = 10_000;
/** Pictures per second of the still image service; cameras are slow at it. */
const STILL_FPS = 1;

/**
 * The web side of a camera: a still image and the few ONVIF answers (ONVIF Core §5, Media §5) that tell a stranger where its streams are.
 * Everything but the time needs Digest, with `qop=auth` as web servers ask for.
 */
export class WebCamera {
  private readonly server: Server;
  private readonly challenge: Challenge;
  /** Stills that were given out. */
  stills = 0;

  constructor(
    private readonly camera: RtspCamera,
    private readonly encoder: ClipEncoder,
    private readonly faultNow: () => string,
  ) {
    this.challenge = new Challenge(camera.plan.auth === 'none' ? 'none' : 'digest', camera.plan, camera.plan.name, true);
    this.server = createServer((request, response) => {
      this.answer(request, response).catch(() => response.destroy());
    });
  }

  get port(): number {
    const address = this.server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const fault = this.faultNow();
    if (fault === 'silent') {
      return;
    }
    const body = await read(request);
    const open = body.includes('GetSystemDateAndTime');
    if (!open && (fault === '401' || !(this.signedInside(body) || this.challenge.accepts(request.method ?? 'GET', request.headers.authorization)))) {
      response.writeHead(401, { 'WWW-Authenticate': this.challenge.header }).end();
      return;
    }
    if (request.method === 'POST' && request.url?.startsWith('/onvif/') === true) {
      const answer = this.onvif(body);
      response.writeHead(answer === undefined ? 400 : 200, { 'Content-Type': 'application/soap+xml; charset=utf-8' }).end(envelope(answer ?? '<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code></s:Fault>'));
      return;
    }
    if (request.method === 'GET' && request.url === '/snapshot.jpg' && fault !== '404' && fault !== '503') {
      const { width, height } = this.camera.plan;
      const clip = await this.encoder.clip({ codec: 'mjpeg', width, height, fps: STILL_FPS, gopSec: 1, scene: sceneOf(fault as never) });
      const picture = clip.pictures[Math.floor(systemClock.now() / 1_000) % clip.pictures.length];
      this.stills += 1;
      response.writeHead(200, { 'Content-Type': 'image/jpeg', 'Content-Length': String(picture?.length ?? 0) }).end(picture);
      return;
    }
    response.writeHead(fault === '503' ? 503 : 404).end();
  }

  /** A WS-UsernameToken digest: Base64(SHA-1(nonce + created + password)), by this camera's clock. */
  private signedInside(body: string): boolean {
    const of = (name: string): string => new RegExp(`<(?:\\w+:)?${name}[^>]*>([^<]*)<`).exec(body)?.[1] ?? '';
    const { username, password } = this.camera.plan;
    const [created, nonce] = [of('Created'), Buffer.from(of('Nonce'), 'base64')];
    const digest = createHash('sha1').update(Buffer.concat([nonce, Buffer.from(created + password, 'utf8')])).digest('base64');
    return of('Username') === username && of('Password') === digest && Math.abs(Date.parse(created) - systemClock.now()) < TOKEN_MS;
  }

  private onvif(body: string): string | undefined {
    const base = `http://127.0.0.1:${this.port}`;
    const { plan } = this.camera;
    if (body.includes('GetSystemDateAndTime')) {
      const now = new Date(systemClock.now());
      return `<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType><tt:UTCDateTime><tt:Time><tt:Hour>${now.getUTCHours()}</tt:Hour><tt:Minute>${now.getUTCMinutes()}</tt:Minute><tt:Second>${now.getUTCSeconds()}</tt:Second></tt:Time><tt:Date><tt:Year>${now.getUTCFullYear()}</tt:Year><tt:Month>${now.getUTCMonth() + 1}</tt:Month><tt:Day>${now.getUTCDate()}</tt:Day></tt:Date></tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>`;
    }
    if (body.includes('GetDeviceInformation')) {
      return `<tds:GetDeviceInformationResponse><tds:Manufacturer>Capstan Lab</tds:Manufacturer><tds:Model>${plan.codec.toUpperCase()} relay</tds:Model><tds:FirmwareVersion>1.0</tds:FirmwareVersion><tds:SerialNumber>${plan.name}</tds:SerialNumber></tds:GetDeviceInformationResponse>`;
    }
    if (body.includes('GetCapabilities')) {
      return `<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Media><tt:XAddr>${base}/onvif/media_service</tt:XAddr></tt:Media></tds:Capabilities></tds:GetCapabilitiesResponse>`;
    }
    if (body.includes('GetProfiles')) {
      const encoding = { h264: 'H264', h265: 'H265', mjpeg: 'JPEG' }[plan.codec];
      return `<trt:GetProfilesResponse><trt:Profiles token="main" fixed="true"><tt:Name>Main</tt:Name><tt:VideoEncoderConfiguration token="v"><tt:Encoding>${encoding}</tt:Encoding><tt:Resolution><tt:Width>${plan.width}</tt:Width><tt:Height>${plan.height}</tt:Height></tt:Resolution><tt:RateControl><tt:FrameRateLimit>${plan.fps}</tt:FrameRateLimit></tt:RateControl></tt:VideoEncoderConfiguration></trt:Profiles></trt:GetProfilesResponse>`;
    }
    if (body.includes('GetStreamUri')) {
      return `<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>rtsp://127.0.0.1:${this.camera.port}/live</tt:Uri></trt:MediaUri></trt:GetStreamUriResponse>`;
    }
    if (body.includes('GetSnapshotUri')) {
      return `<trt:GetSnapshotUriResponse><trt:MediaUri><tt:Uri>${base}/snapshot.jpg</tt:Uri></trt:MediaUri></trt:GetSnapshotUriResponse>`;
    }
    return undefined;
  }
}

function envelope(body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema"><s:Body>${body}</s:Body></s:Envelope>`;
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
