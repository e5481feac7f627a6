import { type ServiceName, SERVICES } from '@capstan/contracts';
import { processName } from '@capstan/deploy';
import type { Random } from '@capstan/kernel';

/** What a set of replicas talks to through a wire that can be cut. */
export type Wire = 'broker' | 'database' | 'store';

/** One thing that is done to the system. Replicas count from 0; the wire to the store is one for all of them. */
export type Strike =
  | { readonly kind: 'kill'; readonly service: ServiceName; readonly replica: number }
  /** SIGSTOP for longer than a lease lasts, then SIGCONT: a process that believes it still holds what others have taken. */
  | { readonly kind: 'pause'; readonly service: ServiceName; readonly replica: number; readonly lastsMs: number }
  | { readonly kind: 'cut'; readonly wire: Wire; readonly replica: number }
  | { readonly kind: 'delay'; readonly wire: Wire; readonly replica: number; readonly lastsMs: number; readonly byMs: number }
  /** Connections stay up and nothing passes. */
  | { readonly kind: 'half-open'; readonly wire: Wire; readonly replica: number; readonly lastsMs: number }
  | { readonly kind: 'store-away'; readonly lastsMs: number }
  | { readonly kind: 'broker-restart'; readonly signal: 'SIGKILL' | 'SIGTERM' }
  | { readonly kind: 'database-restart'; readonly signal: 'SIGKILL' | 'SIGINT' };

/** Names of {@link Strike}s. */
export type StrikeKind = Strike['kind'];

/** A strike and when it comes. */
export interface PlannedStrike {
  /** From 1. */
  readonly number: number;
  /** Milliseconds after the beginning of the storm. */
  readonly atMs: number;
  readonly strike: Strike;
}

/** Everything a plan depends on. */
export interface StormWishes {
  readonly faults: number;
  readonly replicas: number;
  readonly random: Random;
}

/** Of 200 strikes so many are of a kind: those that cost little come often, an engine's restart rarely. */
export const SHARES: Readonly<Record<StrikeKind, number>> = { kill: 84, pause: 30, cut: 42, delay: 16, 'half-open': 8, 'store-away': 8, 'broker-restart': 5, 'database-restart': 7 };

/** A lease lasts 15 s; a paused process must wake up into a world in which others hold its work. */
const PAUSE_MS = [17_000, 20_000] as const;
/** Between two strikes. */
const GAP_MS = [3_000, 4_200] as const;
/** Beyond that: an engine needs some seconds to start, and everybody some to find it. */
const BREATHE_MS: Readonly<Partial<Record<StrikeKind, number>>> = { 'broker-restart': 9_000, 'database-restart': 6_000, 'store-away': 4_000 };
/** After a kill a process is away, then boots; a second strike would find nobody. */
const BOOT_MS = 12_000;

const between = (random: Random, [least, most]: readonly [number, number]): number => Math.round(least + random() * (most - least));

/**
 * What will be struck, and when: the same for the same random numbers. Every kind has its share, every process is struck about equally often, and
 * nothing is struck while it still suffers from a strike before.
 */
export function planStorm({ faults, replicas, random }: StormWishes): PlannedStrike[] {
  const processes = new Bag(
    SERVICES.flatMap((service) => Array.from({ length: replicas }, (_, replica) => ({ name: `${service} ${replica}`, service, replica }))),
    random,
  );
  const wires = new Bag(
    [...(['broker', 'database'] as const).flatMap((wire) => Array.from({ length: replicas }, (_, replica) => ({ name: `${wire} ${replica}`, wire, replica }))), { name: 'store', wire: 'store' as const, replica: 0 }],
    random,
  );
  const suffering = new Map<string, number>();
  let atMs = 0;
  return shuffled(kindsOf(faults), random).map((kind, index): PlannedStrike => {
    atMs += between(random, GAP_MS);
    const free = ({ name }: { readonly name: string }): boolean => (suffering.get(name) ?? 0) <= atMs;
    const strike = ((): Strike => {
      switch (kind) {
        case 'kill':
        case 'pause': {
          const { name, service, replica } = processes.draw(free);
          const lastsMs = kind === 'pause' ? between(random, PAUSE_MS) : 0;
          suffering.set(name, atMs + lastsMs + BOOT_MS);
          return kind === 'pause' ? { kind, service, replica, lastsMs } : { kind, service, replica };
        }
        case 'cut':
        case 'delay':
        case 'half-open': {
          const { name, wire, replica } = wires.draw(free);
          const lastsMs = kind === 'cut' ? 0 : between(random, [3_000, 8_000]);
          suffering.set(name, atMs + lastsMs);
          return kind === 'cut' ? { kind, wire, replica } : kind === 'delay' ? { kind, wire, replica, lastsMs, byMs: between(random, [100, 600]) } : { kind, wire, replica, lastsMs };
        }
        case 'store-away': {
          const lastsMs = between(random, [3_000, 10_000]);
          suffering.set('store', atMs + lastsMs);
          return { kind, lastsMs };
        }
        case 'broker-restart':
          return { kind, signal: random() < 0.5 ? 'SIGKILL' : 'SIGTERM' };
        case 'database-restart':
          return { kind, signal: random() < 0.5 ? 'SIGKILL' : 'SIGINT' };
      }
    })();
    const planned = { number: index + 1, atMs, strike };
    atMs += BREATHE_MS[kind] ?? 0;
    return planned;
  });
}

/** How long a strike lasts by itself, in milliseconds. */
export function lastsMs(strike: Strike): number {
  return 'lastsMs' in strike ? strike.lastsMs : 0;
}

/** What was struck, in the words of the report. */
export function describeStrike(strike: Strike): string {
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
  switch (strike.kind) {
    case 'kill':
      return `kill -9 of ${processName(strike.service, strike.replica)}`;
    case 'pause':
      return `${processName(strike.service, strike.replica)} paused for ${seconds(strike.lastsMs)}`;
    case 'cut':
      return `${wireName(strike)} cut`;
    case 'delay':
      return `${wireName(strike)} ${strike.byMs} ms slower for ${seconds(strike.lastsMs)}`;
    case 'half-open':
      return `${wireName(strike)} passes nothing for ${seconds(strike.lastsMs)}`;
    case 'store-away':
      return `object store refuses for ${seconds(strike.lastsMs)}`;
    case 'broker-restart':
      return `RabbitMQ restarted by ${strike.signal}`;
    case 'database-restart':
      return `PostgreSQL restarted by ${strike.signal}`;
  }
}

function wireName({ wire, replica }: { readonly wire: Wire; readonly replica: number }): string {
  return wire === 'store' ? 'wire of all to the object store' : `wire of the ${ordinal(replica)} replicas to the ${wire}`;
}

const ordinal = (replica: number): string => ['first', 'second', 'third'][replica] ?? `${replica + 1}th`;

/** So many of each kind as its share demands; each kind once at least where there is room. */
function kindsOf(faults: number): StrikeKind[] {
  const kinds = Object.keys(SHARES) as StrikeKind[];
  const whole = Object.values(SHARES).reduce((sum, share) => sum + share, 0);
  const counts = new Map(kinds.map((kind) => [kind, Math.max(faults >= kinds.length ? 1 : 0, Math.floor((SHARES[kind] * faults) / whole))]));
  const total = (): number => [...counts.values()].reduce((sum, count) => sum + count, 0);
  // What rounding leaves goes to what is furthest behind its share; what it took too much comes from what is furthest ahead.
  const ahead = (kind: StrikeKind): number => (counts.get(kind) ?? 0) - (SHARES[kind] * faults) / whole;
  while (total() !== faults) {
    const step = total() < faults ? 1 : -1;
    const [kind] = kinds.filter((each) => step > 0 || (counts.get(each) ?? 0) > 1).sort((a, b) => (ahead(a) - ahead(b)) * step) as [StrikeKind];
    counts.set(kind, (counts.get(kind) ?? 0) + step);
  }
  return kinds.flatMap((kind) => Array.from({ length: counts.get(kind) ?? 0 }, () => kind));
}

function shuffled<T>(things: readonly T[], random: Random): T[] {
  const result = [...things];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other] as T, result[last] as T];
  }
  return result;
}

/** Gives every thing once before it gives one again. */
class Bag<T> {
  private left: T[] = [];

  constructor(
    private readonly things: readonly T[],
    private readonly random: Random,
  ) {}

  /** The next one that suits; when none of those left does, one of the others; when nothing does, the next one. */
  draw(suits: (thing: T) => boolean): T {
    if (this.left.length === 0) {
      this.left = shuffled(this.things, this.random);
    }
    const index = this.left.findIndex(suits);
    if (index >= 0) {
      return this.left.splice(index, 1)[0] as T;
    }
    return shuffled(this.things, this.random).find(suits) ?? (this.left.shift() as T);
  }
}
