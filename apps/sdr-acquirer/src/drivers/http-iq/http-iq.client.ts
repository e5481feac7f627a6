import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { AppError, type Clock, Deferred } from '@capstan/kernel';
import { BYTES_PER_SAMPLE, decodeSamples, SAMPLE_FORMATS, type SampleFormat } from '../../signal/sample-format';
import { receiverFailure, socketFailure } from '../receiver-failure';
import type { ReceiverDriver, ReceiverEndpoint, ReceiverHealth, ReceiverStream, StreamListener, StreamRequest } from '../receiver-driver';

const CONNECT_MS = 5_000;

/** Receivers that serve IQ as the body of one long HTTP response. */
export class HttpIqDriver implements ReceiverDriver {
  readonly protocol = 'http_iq';
  readonly stamps = false;
  readonly channels = null;

  refuse(): string | undefined {
    return undefined;
  }

  open(endpoint: ReceiverEndpoint, request: StreamRequest, listener: StreamListener, signal: AbortSignal, clock: Clock): Promise<ReceiverStream> {
    listener.step('connecting');
    const path = `${endpoint.path.replace(/\/$/, '')}/iq?tune=${request.frequencyHz}&rate=${request.sampleRateHz}&format=ci16_le`;
    const opening = new Deferred<ReceiverStream>();
    const sent = get({ host: endpoint.host, port: endpoint.port, path, agent: false, timeout: CONNECT_MS, signal }, (response) => {
      sent.setTimeout(0);
      if (response.statusCode !== 200) {
        response.resume();
        opening.reject(receiverFailure('http_status', `The receiver answers with status ${response.statusCode}`, { again: (response.statusCode ?? 500) >= 500 }));
        sent.destroy();
        return;
      }
      listener.step('priming');
      opening.resolve(streamOf(sent, response, request, listener, clock));
    });
    sent.on('timeout', () => sent.destroy(receiverFailure('timeout', 'The receiver does not answer', { again: true })));
    sent.on('error', (error: NodeJS.ErrnoException) => opening.reject(signal.aborted ? signal.reason : error.name === 'AppError' ? error : socketFailure(error)));
    return opening.promise;
  }

  health(endpoint: ReceiverEndpoint, signal: AbortSignal): Promise<ReceiverHealth> {
    // A request without its parameters must be refused by a server that is there; any answer will do.
    return new Promise((resolve, reject) => {
      const sent = get({ host: endpoint.host, port: endpoint.port, path: `${endpoint.path.replace(/\/$/, '')}/iq`, agent: false, timeout: CONNECT_MS, signal }, (response) => {
        response.destroy();
        const failed = (response.statusCode ?? 500) >= 500;
        resolve({ status: failed ? 'offline' : 'online', users: null, usersMax: null, gpsGood: null, snrDb: null, software: null, detail: failed ? `status ${response.statusCode}` : '' });
      });
      sent.on('timeout', () => sent.destroy(receiverFailure('timeout', 'The receiver does not answer', { again: true })));
      sent.on('error', (error: NodeJS.ErrnoException) => reject(error.name === 'AppError' ? error : socketFailure(error)));
    });
  }
}

function streamOf(sent: ClientRequest, response: IncomingMessage, request: StreamRequest, listener: StreamListener, clock: Clock): ReceiverStream {
  const stated = Number(response.headers['x-iq-sample-rate']);
  const sampleRate = stated > 0 ? stated : request.sampleRateHz;
  const format = formatOf(response.headers['x-iq-format']);
  const startNs = parseStart(response.headers['x-iq-start-time']);
  const ending = new Deferred<Error>();
  let rest: Buffer = Buffer.alloc(0);
  let seen = 0;
  response.on('data', (data: Buffer) => {
    const bytes = rest.length === 0 ? data : Buffer.concat([rest, data]);
    const count = Math.floor(bytes.length / BYTES_PER_SAMPLE[format]);
    rest = Buffer.from(bytes.subarray(count * BYTES_PER_SAMPLE[format]));
    if (count === 0) {
      return;
    }
    const utcNs = startNs === undefined ? null : startNs + BigInt(Math.round((seen * 1e9) / sampleRate));
    seen += count;
    listener.block({ sequence: null, count, samples: decodeSamples(bytes, format), utcNs, fixAgeSec: null, arrivedAt: clock.now(), rssiDbm: null, overload: false, missing: 0 });
  });
  const broke = (): void => ending.resolve(receiverFailure('disconnected', 'The receiver ended its answer', { again: true }));
  response.on('end', broke);
  response.on('error', broke);
  response.on('close', broke);
  const edge = Math.min(request.halfBandHz, Math.floor(0.45 * sampleRate));
  return {
    info: { sampleRate, lowHz: -edge, highHz: edge, hardware: String(response.headers['server'] ?? 'HTTP IQ') },
    ended: ending.promise,
    close: () => {
      ending.resolve(new AppError('STREAM_CLOSED', 'The stream was closed'));
      sent.destroy();
    },
  };
}

function formatOf(header: string | string[] | undefined): SampleFormat {
  return SAMPLE_FORMATS.find((format) => format === header) ?? 'ci16_le';
}

/** RFC 3339 with up to nine decimals as Unix nanoseconds. */
function parseStart(header: string | string[] | undefined): bigint | undefined {
  const match = typeof header === 'string' ? /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(header) : null;
  const seconds = match === null ? Number.NaN : Date.parse(`${match[1]}Z`);
  return Number.isNaN(seconds) ? undefined : BigInt(seconds) * 1_000_000n + BigInt((match?.[2] ?? '').padEnd(9, '0'));
}
