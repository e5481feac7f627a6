import { connect, type Socket } from 'node:net';
import { AppError, type Clock, Deferred } from '@capstan/kernel';
import { Decimator } from '../../signal/decimator';
import { decodeSamples } from '../../signal/sample-format';
import { receiverFailure, socketFailure } from '../receiver-failure';
import type { ReceiverDriver, ReceiverEndpoint, ReceiverHealth, ReceiverStream, StreamListener, StreamRequest } from '../receiver-driver';
import { LossByClock } from './loss-by-clock';
import { deviceRate, rtlCommand, RTL_COMMAND, tunerName } from './rtl-wire';

const CONNECT_MS = 5_000;
const GREETING_BYTES = 12;
/** After a change of rate or frequency the tuner settles, and old samples are still on their way. */
const SETTLE_SEC = 0.2;

/** RTL-SDR dongles behind osmocom's rtl_tcp. */
export class RtlTcpDriver implements ReceiverDriver {
  readonly protocol = 'rtl_tcp';
  readonly stamps = false;
  readonly channels = 1;

  refuse(request: StreamRequest): string | undefined {
    return deviceRate(request.sampleRateHz) === undefined ? 'an RTL-SDR brings up to 75000, 225001 to 300000, or 900001 to 3200000 samples per second' : undefined;
  }

  async open(endpoint: ReceiverEndpoint, request: StreamRequest, listener: StreamListener, signal: AbortSignal, clock: Clock): Promise<ReceiverStream> {
    const rates = deviceRate(request.sampleRateHz);
    if (rates === undefined) {
      throw receiverFailure('protocol_error', this.refuse(request) ?? 'The rate is not possible', { again: false });
    }
    listener.step('connecting');
    const socket = await dial(endpoint, signal);
    const stream = new RtlTcpStream(socket, request, rates, listener, clock);
    return stream.open(signal);
  }

  async health(endpoint: ReceiverEndpoint, signal: AbortSignal): Promise<ReceiverHealth> {
    // There is one place and no status: connecting is all that can be asked, and taken means no greeting.
    const socket = await dial(endpoint, signal);
    const greeted = new Deferred<Buffer | undefined>();
    socket.once('data', (data: Buffer) => greeted.resolve(data));
    socket.once('close', () => greeted.resolve(undefined));
    socket.once('error', () => greeted.resolve(undefined));
    const timer = setTimeout(() => greeted.resolve(undefined), 1_500);
    const greeting = await greeted.promise;
    clearTimeout(timer);
    socket.destroy();
    const known = greeting !== undefined && greeting.length >= GREETING_BYTES && greeting.toString('latin1', 0, 4) === 'RTL0';
    return { status: known ? 'online' : 'busy', users: null, usersMax: 1, gpsGood: null, snrDb: null, software: known ? `rtl_tcp ${tunerName(greeting.readUInt32BE(4))}` : null, detail: known ? '' : 'in use by another client' };
  }
}

class RtlTcpStream {
  private readonly opening = new Deferred<ReceiverStream>();
  private readonly ending = new Deferred<Error>();
  private readonly decimator: Decimator;
  private readonly loss: LossByClock;
  private rest: Buffer = Buffer.alloc(0);
  private greeted = false;
  private skip: number;
  private delivering = false;
  private missing = 0;
  private hardware = 'rtl_tcp';
  private limit: NodeJS.Timeout | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly request: StreamRequest,
    private readonly rates: { readonly device: number; readonly factor: number },
    private readonly listener: StreamListener,
    private readonly clock: Clock,
  ) {
    this.decimator = new Decimator(rates.factor, rates.factor > 1);
    this.loss = new LossByClock(rates.device);
    this.skip = Math.round(SETTLE_SEC * rates.device);
  }

  async open(signal: AbortSignal): Promise<ReceiverStream> {
    const onAbort = (): void => this.fail(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    this.limit = setTimeout(() => this.fail(receiverFailure('too_busy', 'The receiver does not greet: another client uses it', { again: true, afterMs: 5_000 })), CONNECT_MS);
    this.socket.on('data', (data: Buffer) => this.onData(data));
    this.socket.on('error', (error: NodeJS.ErrnoException) => this.fail(socketFailure(error)));
    this.socket.on('close', () => this.fail(this.greeted ? receiverFailure('disconnected', 'The receiver closed the connection', { again: true }) : receiverFailure('too_busy', 'The receiver serves another client', { again: true, afterMs: 5_000 })));
    try {
      return await this.opening.promise;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  private onData(data: Buffer): void {
    const arrivedAt = this.clock.now();
    let bytes = this.rest.length === 0 ? data : Buffer.concat([this.rest, data]);
    if (!this.greeted) {
      if (bytes.length < GREETING_BYTES) {
        this.rest = bytes;
        return;
      }
      if (bytes.toString('latin1', 0, 4) !== 'RTL0') {
        this.fail(receiverFailure('protocol_error', 'The answer is not that of rtl_tcp', { again: false }));
        return;
      }
      this.greet(bytes.readUInt32BE(4));
      bytes = bytes.subarray(GREETING_BYTES);
    }
    const whole = bytes.length & ~1;
    this.rest = Buffer.from(bytes.subarray(whole));
    this.onSamples(bytes.subarray(0, whole), arrivedAt);
  }

  private greet(tuner: number): void {
    this.greeted = true;
    this.hardware = `rtl_tcp ${tunerName(tuner)}`;
    this.listener.step('tuning');
    const { device, factor } = this.rates;
    const centre = factor > 1 ? this.request.frequencyHz - device / 4 : this.request.frequencyHz;
    const gain = this.request.agc ? [rtlCommand(RTL_COMMAND.gainMode, 0)] : [rtlCommand(RTL_COMMAND.gainMode, 1), rtlCommand(RTL_COMMAND.gain, Math.round(this.request.gain * 10))];
    this.socket.write(Buffer.concat([rtlCommand(RTL_COMMAND.sampleRate, device), ...gain, rtlCommand(RTL_COMMAND.frequency, Math.round(centre))]));
    this.listener.step('priming');
  }

  private onSamples(bytes: Buffer, arrivedAt: number): void {
    let usable = bytes;
    if (this.skip > 0) {
      const dropped = Math.min(this.skip, usable.length / 2);
      this.skip -= dropped;
      usable = usable.subarray(2 * dropped);
    }
    if (usable.length === 0) {
      return;
    }
    this.missing += this.loss.take(usable.length / 2, this.clock.monotonic());
    const samples = this.decimator.push(decodeSamples(usable, 'cu8'));
    if (samples.length === 0) {
      return;
    }
    if (!this.delivering) {
      this.delivering = true;
      clearTimeout(this.limit);
      const rate = this.rates.device / this.rates.factor;
      const edge = Math.min(this.request.halfBandHz, Math.floor(0.45 * rate));
      this.opening.resolve({ info: { sampleRate: rate, lowHz: -edge, highHz: edge, hardware: this.hardware }, ended: this.ending.promise, close: () => this.close() });
    }
    const missing = Math.round(this.missing / this.rates.factor);
    this.missing = 0;
    this.listener.block({ sequence: null, count: samples.length / 2, samples, utcNs: null, fixAgeSec: null, arrivedAt, rssiDbm: null, overload: false, missing });
  }

  private fail(error: Error): void {
    this.opening.reject(error);
    this.opening.promise.catch(() => undefined);
    this.ending.resolve(error);
    this.close();
  }

  private close(): void {
    clearTimeout(this.limit);
    this.socket.destroy();
    this.ending.resolve(new AppError('STREAM_CLOSED', 'The stream was closed'));
  }
}

function dial(endpoint: ReceiverEndpoint, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connect({ host: endpoint.host, port: endpoint.port, noDelay: true });
    const settle = (then: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.removeListener('error', onError);
      then();
    };
    const onError = (error: NodeJS.ErrnoException): void => settle(() => reject(socketFailure(error)));
    const onAbort = (): void => settle(() => {
      socket.on('error', () => undefined);
      socket.destroy();
      reject(signal.reason as Error);
    });
    const timer = setTimeout(() => settle(() => {
      socket.on('error', () => undefined);
      socket.destroy();
      reject(receiverFailure('timeout', 'The receiver does not answer', { again: true }));
    }), CONNECT_MS);
    socket.once('error', onError);
    socket.once('connect', () => settle(() => resolve(socket)));
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
