import { randomBytes } from 'node:crypto';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { authorization, type CameraLogin, readChallenge } from '../rtsp/authorization';
import { cameraError, socketError, statusError } from '../rtsp/rtsp-error';

const MAX_BYTES = 32 * 1024 * 1024;

/** A request to the web side of a camera. */
export interface WebRequest {
  readonly url: string;
  /** Resolved and allowed; what is connected to, whatever the name says a second time. */
  readonly ip: string;
  readonly login: CameraLogin | undefined;
  readonly method?: 'GET' | 'POST';
  readonly body?: string;
}

/**
 * Asks the web side of a camera, signing in by Basic or Digest where it is asked to. Redirects are not followed: they could lead anywhere.
 * @throws AppError of `CAMERA_FAILURES`; the reason of `signal`
 */
export async function askCameraWeb(wish: WebRequest, signal: AbortSignal): Promise<Buffer> {
  let response = await send(wish, undefined, signal);
  if (response.status === 401 && wish.login !== undefined) {
    const challenge = readChallenge(response.challenges);
    if (challenge !== undefined) {
      const { pathname, search } = new URL(wish.url);
      response = await send(wish, authorization(challenge, wish.login, wish.method ?? 'GET', pathname + search, 1, randomBytes(8).toString('hex')), signal);
    }
  }
  // SOAP 1.2 tells a wrong login as a fault under 400 or 500 (ONVIF Core §5.9.1), the way of its services, not of HTTP.
  if ((response.status === 400 || response.status === 500) && /NotAuthorized|FailedAuthentication/.test(response.body.subarray(0, 20_000).toString('latin1'))) {
    throw statusError(401, 'ONVIF');
  }
  if (response.status !== 200) {
    throw statusError(response.status, 'HTTP');
  }
  return response.body;
}

interface WebAnswer {
  readonly status: number;
  readonly challenges: readonly string[];
  readonly body: Buffer;
}

function send({ url, ip, method = 'GET', body }: WebRequest, signature: string | undefined, signal: AbortSignal): Promise<WebAnswer> {
  const parsed = new URL(url);
  const tls = parsed.protocol === 'https:';
  return new Promise((resolve, reject) => {
    const outgoing = (tls ? requestHttps : requestHttp)({
      host: ip,
      port: parsed.port || (tls ? 443 : 80),
      path: parsed.pathname + parsed.search,
      method,
      // Cameras sign their own certificates.
      rejectUnauthorized: false,
      agent: false,
      headers: {
        Host: parsed.host,
        'User-Agent': 'Capstan',
        Connection: 'close',
        ...(signature === undefined ? {} : { Authorization: signature }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/soap+xml; charset=utf-8', 'Content-Length': String(Buffer.byteLength(body)) }),
      },
      signal,
    });
    outgoing.once('error', (error) => reject(signal.aborted ? (signal.reason as Error) : socketError(error)));
    outgoing.once('response', (incoming) => {
      read(incoming).then((content) => resolve({ status: incoming.statusCode ?? 0, challenges: challengesOf(incoming), body: content }), (error: Error) => reject(signal.aborted ? (signal.reason as Error) : error));
    });
    outgoing.end(body);
  });
}

/** Node joins repeated headers; each of them may be a challenge of its own. */
function challengesOf({ rawHeaders }: IncomingMessage): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'www-authenticate');
}

async function read(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_BYTES) {
      incoming.destroy();
      throw cameraError('CAMERA_PROTOCOL', 'The camera sends too much');
    }
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
