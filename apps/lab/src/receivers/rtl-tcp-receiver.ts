import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Clock } from '@capstan/kernel';
import { type Emitter, hear, type Place } from './emitters';

/** One simulated RTL-SDR dongle behind rtl_tcp. */
export interface RtlTcpPlan {
  readonly name: string;
  readonly place: Place;
  readonly driftPpm: number;
  readonly noiseVariance: number;
  readonly seed: number;
}

/** Source: osmocom `rtl_tcp.c`. */
const TUNER_R820T = 5;
const GAINS = 29;
const DEFAULT_RATE = 2_048_000;
const DEFAULT_FREQUENCY = 100_000_000;
const TICK_MS = 10;
/** Beyond this many bytes in the queue the server drops the oldest, without a word. */
const QUEUE_BYTES = 500 * 16_384;
const COMMAND = { frequency: 0x01, sampleRate: 0x02, ppm: 0x05, testMode: 0x07 } as const;

/** An rtl_tcp server: 12 bytes of greeting, then bytes for ever; commands of five bytes, never answered. */
export class RtlTcpReceiver {
  /** What happened here. */
  readonly log = { clients: 0, commands: [] as Array<{ command: number; value: number }>, droppedBytes: 0 };
  private readonly server: Server;
  private client: RtlTcpClient | undefined;
  private timer: NodeJS.Timeout | undefined;
  private address: { host: string; port: number } | undefined;
  /** While true nothing is sent, and samples are lost once the queue is full. */
  stalled = false;

  constructor(
    readonly plan: RtlTcpPlan,
    readonly emitters: readonly Emitter[],
    readonly clock: Clock,
  ) {
    this.server = createServer((socket) => {
      socket.on('error', () => undefined);
      // The real server serves one client; another waits in the backlog and is never greeted. Closing is kinder.
      if (this.client !== undefined) {
        socket.destroy();
        return;
      }
      this.log.clients += 1;
      this.client = new RtlTcpClient(this, socket);
      socket.on('close', () => {
        this.client = undefined;
      });
    });
  }

  get host(): string {
    return this.address?.host ?? '';
  }

  get port(): number {
    return this.address?.port ?? 0;
  }

  async start(host = '127.0.0.1', port = 0): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, resolve);
    });
    this.address = { host, port: (this.server.address() as AddressInfo).port };
    this.timer = setInterval(() => this.client?.tick(), TICK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.client?.end();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
  }
}

class RtlTcpClient {
  private rate = DEFAULT_RATE;
  private frequencyHz = DEFAULT_FREQUENCY;
  private testMode = false;
  private counter = 0;
  private command = Buffer.alloc(0);
  private fromMs: number;
  private fromNs: bigint;
  private sent = 0;
  private block = 0;
  private readonly queue: Buffer[] = [];
  private queued = 0;

  constructor(
    private readonly receiver: RtlTcpReceiver,
    private readonly socket: Socket,
  ) {
    const greeting = Buffer.alloc(12);
    greeting.write('RTL0', 0, 'latin1');
    greeting.writeUInt32BE(TUNER_R820T, 4);
    greeting.writeUInt32BE(GAINS, 8);
    socket.setNoDelay(true);
    socket.write(greeting);
    this.fromMs = receiver.clock.monotonic();
    this.fromNs = BigInt(Math.round(receiver.clock.now() * 1_000)) * 1_000n;
    socket.on('data', (data) => this.onData(data));
  }

  end(): void {
    this.socket.destroy();
  }

  tick(): void {
    const real = this.rate * (1 + this.receiver.plan.driftPpm * 1e-6);
    const due = Math.floor(((this.receiver.clock.monotonic() - this.fromMs) / 1_000) * real) - this.sent;
    if (due > 0) {
      this.queue.push(this.make(due, real));
      this.queued += 2 * due;
    }
    while (this.queued > QUEUE_BYTES) {
      const lost = this.queue.shift()?.length ?? 0;
      this.queued -= lost;
      this.receiver.log.droppedBytes += lost;
    }
    while (!this.receiver.stalled && this.queue.length > 0 && this.socket.writableLength < 1 << 20) {
      const buffer = this.queue.shift()!;
      this.queued -= buffer.length;
      this.socket.write(buffer);
    }
  }

  private make(count: number, rate: number): Buffer {
    const buffer = Buffer.alloc(2 * count);
    if (this.testMode) {
      for (let k = 0; k < buffer.length; k += 1) {
        buffer[k] = this.counter;
        this.counter = (this.counter + 1) & 0xff;
      }
    } else {
      const { plan, emitters } = this.receiver;
      const utcNs = this.fromNs + BigInt(Math.round((this.sent * 1e9) / rate));
      const samples = hear(emitters, { place: plan.place, noiseVariance: plan.noiseVariance, seed: plan.seed }, { utcNs, rate, count, tunedHz: this.frequencyHz, block: this.block });
      for (let k = 0; k < buffer.length; k += 1) {
        buffer[k] = Math.max(0, Math.min(255, Math.round(127.5 + 128 * samples[k]!)));
      }
    }
    this.block += 1;
    this.sent += count;
    return buffer;
  }

  private onData(data: Buffer): void {
    this.command = Buffer.concat([this.command, data]);
    while (this.command.length >= 5) {
      const command = this.command[0]!;
      const value = this.command.readUInt32BE(1);
      this.command = this.command.subarray(5);
      this.receiver.log.commands.push({ command, value });
      this.obey(command, value);
    }
  }

  private obey(command: number, value: number): void {
    if (command === COMMAND.frequency) {
      this.frequencyHz = value;
    } else if (command === COMMAND.sampleRate && ((value > 225_000 && value <= 300_000) || (value > 900_000 && value <= 3_200_000))) {
      this.rate = value;
      this.fromMs = this.receiver.clock.monotonic();
      this.fromNs = BigInt(Math.round(this.receiver.clock.now() * 1_000)) * 1_000n;
      this.sent = 0;
    } else if (command === COMMAND.testMode) {
      this.testMode = value !== 0;
    }
  }
}
