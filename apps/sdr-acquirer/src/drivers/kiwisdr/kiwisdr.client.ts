import { AppError, type Clock, Deferred } from '@capstan/kernel';
import WebSocket from 'ws';
import { gpsToUtc } from '../../timing/gps-time';
import { fetchText } from '../http-text.client';
import { receiverFailure, socketFailure } from '../receiver-failure';
import type { ReceiverDriver, ReceiverEndpoint, ReceiverHealth, ReceiverStream, StreamBlock, StreamListener, StreamRequest } from '../receiver-driver';
import { KiwiDialogue, type KiwiAction } from './kiwi-dialogue';
import { parseMessage } from './kiwi-message';
import { parseKiwiStatus } from './kiwi-status';
import { parseSoundFrame } from './sound-frame';

const HANDSHAKE_MS = 5_000;
const SIGN_IN_MS = 10_000;
const RATE_MS = 5_000;
const FIRST_SOUND_MS = 5_000;
const KEEPALIVE_MS = 1_000;
const MAX_REDIRECTS = 3;
const IDENT = 'Capstan';
/** A frame has 512 complex samples; larger ones get room of their own. */
const ROOM = 1_024;

/** KiwiSDR over WebSocket, IQ mode. */
export class KiwiSdrDriver implements ReceiverDriver {
  readonly protocol = 'kiwisdr';
  readonly stamps = true;
  readonly channels = null;
  /** Streams must have distinct numbers, also those that several instances open in the same millisecond. */
  private opened = 0;

  refuse(): string | undefined {
    return undefined;
  }

  async open(endpoint: ReceiverEndpoint, request: StreamRequest, listener: StreamListener, signal: AbortSignal, clock: Clock): Promise<ReceiverStream> {
    const visited = new Set<string>();
    let address = `${endpoint.host}:${endpoint.port}`;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
      if (visited.has(address)) {
        break;
      }
      visited.add(address);
      listener.step('connecting');
      this.opened = (this.opened + 1) % 1_000;
      const number = Math.floor(clock.now()) * 1_000 + this.opened;
      const connection = new KiwiConnection(`ws://${address}${endpoint.path.replace(/\/$/, '')}/${number}/SND`, new KiwiDialogue(request, endpoint.password, IDENT), listener, clock);
      const result = await connection.open(signal);
      if (typeof result !== 'string') {
        return result;
      }
      address = result;
    }
    throw receiverFailure('redirect_loop', `The receiver sends clients round and round: ${[...visited].join(' → ')}`, { again: false });
  }

  async health(endpoint: ReceiverEndpoint, signal: AbortSignal): Promise<ReceiverHealth> {
    return parseKiwiStatus(await fetchText(`http://${endpoint.host}:${endpoint.port}${endpoint.path.replace(/\/$/, '')}/status`, signal));
  }
}

/** One connection, from its handshake to its end. */
class KiwiConnection {
  private readonly socket: WebSocket;
  private readonly opening = new Deferred<ReceiverStream | string>();
  private readonly ending = new Deferred<Error>();
  private keepalive: NodeJS.Timeout | undefined;
  private limit: NodeJS.Timeout | undefined;
  private frames = 0;
  /** Samples of one frame after the other: a hundred receivers bring 2,300 frames a second. */
  private readonly room = new Float32Array(ROOM);

  constructor(
    url: string,
    private readonly dialogue: KiwiDialogue,
    private readonly listener: StreamListener,
    private readonly clock: Clock,
  ) {
    this.socket = new WebSocket(url, { perMessageDeflate: false, skipUTF8Validation: true, handshakeTimeout: HANDSHAKE_MS, followRedirects: true, maxRedirects: MAX_REDIRECTS, maxPayload: 1 << 20 });
  }

  /** @returns the stream, or `host:port` of where the server sends us */
  async open(signal: AbortSignal): Promise<ReceiverStream | string> {
    const onAbort = (): void => this.fail(signal.reason as Error);
    if (signal.aborted) {
      onAbort();
    }
    signal.addEventListener('abort', onAbort, { once: true });
    this.socket.on('open', () => {
      this.within(SIGN_IN_MS, receiverFailure('ext_api_denied', 'The receiver does not answer the sign-in: its limit of outside clients is reached', { again: false }));
      this.act(this.dialogue.begin());
    });
    this.socket.on('message', (data, binary) => {
      if (binary) {
        this.onFrame(data as Buffer);
      }
    });
    this.socket.on('unexpected-response', (_, response) => {
      this.fail(receiverFailure('http_status', `The receiver answers the handshake with status ${response.statusCode}`, { again: (response.statusCode ?? 500) >= 500 }));
    });
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      this.fail(/handshake has timed out/.test(error.message) ? receiverFailure('timeout', 'The receiver does not answer', { again: true }) : error.code === undefined ? receiverFailure('protocol_error', 'The answer is not that of a KiwiSDR', { again: true }) : socketFailure(error));
    });
    this.socket.on('close', () => this.fail(receiverFailure('disconnected', 'The receiver closed the connection', { again: true })));
    try {
      return await this.opening.promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  private onFrame(frame: Buffer): void {
    const kind = frame.toString('latin1', 0, 3);
    if (kind === 'MSG') {
      this.act(this.dialogue.take(parseMessage(frame)));
    } else if (kind === 'SND') {
      this.onSound(frame);
    }
  }

  private onSound(frame: Buffer): void {
    const sound = parseSoundFrame(frame, this.room);
    const rate = this.dialogue.sampleRate;
    if (sound === undefined || rate === undefined) {
      return;
    }
    this.frames += 1;
    // The first frame was made before the receiver was tuned: stale sound under a stamp of zero.
    if (this.frames === 1) {
      return;
    }
    const arrivedAt = this.clock.now();
    const block: StreamBlock = {
      sequence: sound.sequence,
      count: sound.samples.length / 2,
      samples: sound.samples,
      utcNs: sound.fixAgeSec === null ? null : gpsToUtc(sound.gpsSecond, sound.gpsNanosecond, arrivedAt).utcNs,
      fixAgeSec: sound.fixAgeSec,
      arrivedAt,
      rssiDbm: sound.rssiDbm,
      overload: sound.overload,
      missing: 0,
    };
    if (this.frames === 2) {
      clearTimeout(this.limit);
      const cut = this.dialogue.passband;
      this.opening.resolve({ info: { sampleRate: rate, lowHz: -cut, highHz: cut, hardware: this.dialogue.hardware }, ended: this.ending.promise, close: () => this.close() });
    }
    this.listener.block(block);
  }

  private act(actions: readonly KiwiAction[]): void {
    for (const action of actions) {
      if ('send' in action) {
        this.send(action.send);
      } else if ('step' in action) {
        this.onStep(action.step);
      } else if ('fail' in action) {
        this.fail(action.fail);
      } else {
        this.onRedirect(action.redirect);
      }
    }
  }

  private onStep(step: 'connecting' | 'authenticating' | 'tuning' | 'priming'): void {
    this.listener.step(step);
    if (step === 'tuning') {
      this.within(RATE_MS, receiverFailure('timeout', 'The receiver states no sample rate', { again: true }));
    } else if (step === 'priming') {
      this.within(FIRST_SOUND_MS, receiverFailure('timeout', 'The receiver sends no samples', { again: true }));
      this.keepalive = setInterval(() => this.send('SET keepalive'), KEEPALIVE_MS);
    }
  }

  private onRedirect(url: string): void {
    try {
      const { host } = new URL(url);
      this.opening.resolve(host);
    } catch {
      this.fail(receiverFailure('protocol_error', 'The receiver sends clients to no address', { again: false }));
    }
    this.close();
  }

  private send(text: string): void {
    if (this.socket.readyState === WebSocket.OPEN) {
      this.socket.send(text);
    }
  }

  private within(ms: number, error: AppError): void {
    clearTimeout(this.limit);
    this.limit = setTimeout(() => this.fail(error), ms);
  }

  private fail(error: Error): void {
    this.opening.reject(error);
    this.ending.resolve(error);
    this.opening.promise.catch(() => undefined);
    this.close();
  }

  private close(): void {
    clearInterval(this.keepalive);
    clearTimeout(this.limit);
    this.socket.terminate();
    this.ending.resolve(new AppError('STREAM_CLOSED', 'The stream was closed'));
  }
}
