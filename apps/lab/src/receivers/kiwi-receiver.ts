import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '@capstan/kernel';
import { WebSocketServer } from 'ws';
import type { Emitter, Place } from './emitters';
import { KiwiChannel } from './kiwi-channel';
import type { KiwiFault } from './receiver-faults';

/** One simulated KiwiSDR. */
export interface KiwiPlan {
  readonly name: string;
  readonly place: Place;
  readonly password: string;
  readonly channels: number;
  /** What the server states, samples per second. */
  readonly sampleRate: number;
  /** By how much its real rate differs, parts per million. */
  readonly driftPpm: number;
  /** Constant error of its stamps. */
  readonly gpsOffsetNs: number;
  /** Largest error of a single stamp. */
  readonly jitterNs: number;
  readonly noiseVariance: number;
  readonly smeterOffsetDb: number;
  readonly seed: number;
  /** Number of the first frame; a large one brings its turn within reach. Default 1. */
  readonly firstSequence?: number;
}

const TICK_MS = 10;
const STREAM_PATH = /^(?:\/ws)?(?:\/kiwi|\/wb)?\/(\d+)\/(SND|W\/F)(?:\?.*)?$/;

/** A KiwiSDR server on a port of its own: `/status`, and channels over WebSocket. */
export class KiwiReceiver {
  /** What happened here; channels are those in use. */
  readonly log = { attempts: 0, channels: 0, statusAsked: 0 };
  private readonly server: Server;
  private readonly sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  private readonly open = new Set<KiwiChannel>();
  private readonly claimed = new Map<KiwiFault, KiwiChannel>();
  private timer: NodeJS.Timeout | undefined;
  private address: { host: string; port: number } | undefined;

  constructor(
    readonly plan: KiwiPlan,
    readonly emitters: readonly Emitter[],
    readonly clock: Clock,
    public faults: readonly KiwiFault[] = [],
  ) {
    this.server = createServer((request, response) => {
      if (request.url?.split('?')[0] === '/status') {
        this.log.statusAsked += 1;
        response.setHeader('content-type', 'text/plain');
        response.end(this.status());
        return;
      }
      response.statusCode = 404;
      response.end();
    });
    this.server.on('upgrade', (request, socket, head) => {
      const match = STREAM_PATH.exec(request.url ?? '');
      if (match === null) {
        socket.destroy();
        return;
      }
      this.sockets.handleUpgrade(request, socket, head, (client) => {
        this.open.add(new KiwiChannel(this, client, match[2] as 'SND' | 'W/F'));
      });
    });
  }

  /** Real samples per second. */
  get rate(): number {
    return this.plan.sampleRate * (1 + this.plan.driftPpm * 1e-6);
  }

  get host(): string {
    return this.address?.host ?? '';
  }

  get port(): number {
    return this.address?.port ?? 0;
  }

  /** Unix nanoseconds. */
  nowNs(): bigint {
    return BigInt(Math.round(this.clock.now() * 1_000)) * 1_000n;
  }

  async start(host = '127.0.0.1', port = 0): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, host, resolve);
    });
    this.address = { host, port: (this.server.address() as AddressInfo).port };
    this.timer = setInterval(() => this.open.forEach((channel) => channel.tick()), TICK_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.sockets.clients.forEach((client) => client.terminate());
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
  }

  /** Whether a fault that happens once happens to this channel: the first that reaches it has it, its successors do not. */
  claim(fault: KiwiFault, channel: KiwiChannel): boolean {
    const holder = this.claimed.get(fault);
    if (holder === undefined) {
      this.claimed.set(fault, channel);
    }
    return holder === undefined || holder === channel;
  }

  leave(channel: KiwiChannel): void {
    this.open.delete(channel);
  }

  private status(): string {
    const { plan } = this;
    const noGps = this.faults.some((fault) => fault.kind === 'no-gps');
    const down = this.faults.some((fault) => fault.kind === 'down');
    return [
      `status=${down ? 'offline' : 'active'}`,
      `offline=${down ? 'yes' : 'no'}`,
      `name=${plan.name}`,
      'sdr_hw=KiwiSDR v1.730',
      'bands=0-30000000',
      'freq_offset=0.000',
      `users=${this.faults.some((fault) => fault.kind === 'busy') ? plan.channels : this.log.channels}`,
      `users_max=${plan.channels}`,
      `gps=(${plan.place.latitude}, ${plan.place.longitude})`,
      `gps_good=${noGps ? 0 : 8}`,
      `fixes_min=${noGps ? 0 : 60}`,
      `tdoa_ch=${noGps ? -1 : plan.channels}`,
      `ext_api=${plan.channels}`,
      'snr=28,25',
      'adc_ov=0',
      'sw_version=KiwiSDR_v1.730',
      '',
    ].join('\n');
  }
}
