import { type Clock, systemClock } from './clock';

/** Fills the array with cryptographically strong random bytes; Node and browsers share this shape. */
interface RandomSource {
  getRandomValues<T extends Uint8Array>(array: T): T;
}

const cryptoSource = (globalThis as unknown as { crypto: RandomSource }).crypto;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const RANDOM_BYTES = 10;
/** Asking the platform costs more than an identifier itself, so it is asked once for this many. */
const IDS_PER_DRAW = 128;

/** Makes identifiers. A port, so that tests can make them predictable. */
export interface IdSource {
  /** A new UUIDv7 (RFC 9562 §5.7): sorts by creation time to the millisecond. */
  next(): string;
}

/** UUIDs of any version, as PostgreSQL prints them: lower case, with hyphens. */
export const UUID_PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Makes a UUIDv7 from a Unix time in milliseconds and ten random bytes.
 *
 * Source of the layout: RFC 9562 §5.7 (48 bits of time, version 7, variant 10, the rest random).
 */
export function uuidv7(unixMs: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16);
  let time = unixMs;
  for (let index = 5; index >= 0; index -= 1) {
    bytes[index] = time % 256;
    time = Math.floor(time / 256);
  }
  bytes.set(random.subarray(0, RANDOM_BYTES), 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  let hex = '';
  for (const byte of bytes) {
    hex += HEX[byte];
  }
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** Identifiers from a clock and the platform's strong random source. */
export function createIdSource(clock: Clock): IdSource {
  const drawn = new Uint8Array(RANDOM_BYTES * IDS_PER_DRAW);
  let used = drawn.length;
  return {
    next: () => {
      if (used === drawn.length) {
        cryptoSource.getRandomValues(drawn);
        used = 0;
      }
      used += RANDOM_BYTES;
      return uuidv7(clock.now(), drawn.subarray(used - RANDOM_BYTES, used));
    },
  };
}

/** The identifiers of a running process. */
export const systemIds: IdSource = createIdSource(systemClock);
