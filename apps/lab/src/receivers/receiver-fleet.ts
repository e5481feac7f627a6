import { AppError, systemClock } from '@capstan/kernel';
import type { Emitter, Place } from './emitters';
import { LAB_RECEIVER_PASSWORD, parseReceiverFault } from './fault-words';
import { HttpIqReceiver } from './http-iq-receiver';
import { KiwiReceiver } from './kiwi-receiver';
import { RtlTcpReceiver } from './rtl-tcp-receiver';

/** How many receivers of each protocol, and their faults by the receiver's name. */
export interface ReceiverWishes {
  readonly kiwi: number;
  readonly rtlTcp: number;
  readonly httpIq: number;
  readonly faults: ReadonlyMap<string, readonly string[]>;
  readonly seed: number;
}

/** One simulated receiver as the inventory names it. */
export interface InventoryReceiver {
  readonly kind: 'recording';
  readonly protocol: 'kiwisdr' | 'rtl_tcp' | 'http_iq';
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Absent where none is asked for. */
  readonly password?: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly frequency_min_hz: number;
  readonly frequency_max_hz: number;
  readonly sample_rate_hz: number;
  /** By how much its clock is wrong. */
  readonly drift_ppm: number;
  readonly emits: readonly string[];
  readonly faults: readonly string[];
}

const SITES: ReadonlyArray<readonly [string, number, number]> = [
  ['Torino', 45.0703, 7.6869],
  ['Milano', 45.4642, 9.19],
  ['Genova', 44.4056, 8.9463],
  ['Verona', 45.4384, 10.9916],
  ['Bologna', 44.4949, 11.3426],
  ['Firenze', 43.7696, 11.2558],
  ['Trento', 46.0748, 11.1217],
];

/** What is on the air in the lab. */
export const LAB_EMITTERS: readonly Emitter[] = [
  { name: 'beacon 7 MHz', frequencyHz: 7_001_000.5, amplitude: 0.25, place: { latitude: 44.8, longitude: 10.33 }, deviationHz: 0, swingHz: 1 },
  { name: 'swinging carrier 7 MHz', frequencyHz: 6_998_000, amplitude: 0.02, place: { latitude: 45.6, longitude: 8.05 }, deviationHz: 300, swingHz: 0.5 },
  { name: 'beacon 2 m', frequencyHz: 145_501_000, amplitude: 0.25, place: { latitude: 44.8, longitude: 10.33 }, deviationHz: 0, swingHz: 1 },
];

/** The simulated receivers of a lab: started together, stopped together. */
export class ReceiverFleet {
  private readonly kiwis = new Map<string, KiwiReceiver>();
  private readonly dongles = new Map<string, RtlTcpReceiver>();
  private readonly servers = new Map<string, HttpIqReceiver>();

  constructor(private readonly wishes: ReceiverWishes) {
    for (let n = 1; n <= wishes.kiwi; n += 1) {
      const name = `kiwi-${n}`;
      const words = wishes.faults.get(name) ?? [];
      const plan = {
        name,
        place: place(n),
        password: words.includes('password') ? LAB_RECEIVER_PASSWORD : '',
        channels: 8,
        sampleRate: 12_001.135 - 0.4 * (n % 5),
        driftPpm: ((n * 13) % 7) * 0.01 - 0.03,
        gpsOffsetNs: 0,
        jitterNs: 20,
        noiseVariance: 1e-4,
        smeterOffsetDb: -60,
        seed: wishes.seed * 1_000 + n,
      };
      this.kiwis.set(name, new KiwiReceiver(plan, LAB_EMITTERS, systemClock, readFaults(words)));
    }
    for (let n = 1; n <= wishes.rtlTcp; n += 1) {
      this.dongles.set(`rtl-${n}`, new RtlTcpReceiver({ name: `rtl-${n}`, place: place(n), driftPpm: 0, noiseVariance: 1e-4, seed: wishes.seed * 1_000 + 500 + n }, LAB_EMITTERS, systemClock));
    }
    for (let n = 1; n <= wishes.httpIq; n += 1) {
      this.servers.set(`http-${n}`, new HttpIqReceiver({ name: `http-${n}`, place: place(n), noiseVariance: 1e-4, seed: wishes.seed * 1_000 + 700 + n, headers: true }, LAB_EMITTERS, systemClock));
    }
  }

  async start(): Promise<void> {
    await Promise.all(this.all().map((receiver) => receiver.start()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.all().filter((receiver) => receiver.port !== 0).map((receiver) => receiver.stop()));
  }

  /** Replaces the faults of a receiver; streams that run take them over. */
  setFaults(name: string, words: readonly string[]): void {
    const kiwi = this.kiwis.get(name);
    if (kiwi === undefined) {
      throw new AppError('LAB_NO_SUCH_RECEIVER', `no receiver ${name} that knows faults; there are ${[...this.kiwis.keys()].join(', ') || 'none'}`);
    }
    kiwi.faults = readFaults(words);
  }

  /** What happened at each receiver. */
  status(): Record<string, unknown> {
    return Object.fromEntries([...[...this.kiwis], ...[...this.dongles]].map(([name, receiver]) => [name, { ...receiver.log }]));
  }

  inventory(): InventoryReceiver[] {
    const emits = LAB_EMITTERS.map((emitter) => `${emitter.name} at ${emitter.frequencyHz} Hz`);
    const common = { kind: 'recording', emits } as const;
    return [
      ...[...this.kiwis].map(([name, { plan, host, port }]) => ({
        ...common,
        protocol: 'kiwisdr' as const,
        name,
        host,
        port,
        ...(plan.password === '' ? {} : { password: plan.password }),
        ...plan.place,
        frequency_min_hz: 0,
        frequency_max_hz: 30_000_000,
        sample_rate_hz: plan.sampleRate,
        drift_ppm: plan.driftPpm,
        faults: this.wishes.faults.get(name) ?? [],
      })),
      ...[...this.dongles].map(([name, { plan, host, port }]) => ({
        ...common,
        protocol: 'rtl_tcp' as const,
        name,
        host,
        port,
        ...plan.place,
        frequency_min_hz: 24_000_000,
        frequency_max_hz: 1_766_000_000,
        sample_rate_hz: 250_000,
        drift_ppm: plan.driftPpm,
        faults: [],
      })),
      ...[...this.servers].map(([name, { plan, host, port }]) => ({
        ...common,
        protocol: 'http_iq' as const,
        name,
        host,
        port,
        ...plan.place,
        frequency_min_hz: 0,
        frequency_max_hz: 30_000_000,
        sample_rate_hz: 12_000,
        drift_ppm: 0,
        faults: [],
      })),
    ];
  }

  private all(): Array<KiwiReceiver | RtlTcpReceiver | HttpIqReceiver> {
    return [...this.kiwis.values(), ...this.dongles.values(), ...this.servers.values()];
  }
}

function readFaults(words: readonly string[]) {
  return words.map(parseReceiverFault).filter((fault) => fault !== undefined);
}

function place(n: number): Place {
  const [, latitude, longitude] = SITES[(n - 1) % SITES.length]!;
  // Beyond the seven sites, neighbours: no two receivers stand on the same spot.
  const round = Math.floor((n - 1) / SITES.length);
  return { latitude: Math.round((latitude + 0.11 * round) * 1e4) / 1e4, longitude: Math.round((longitude + 0.07 * round) * 1e4) / 1e4 };
}
