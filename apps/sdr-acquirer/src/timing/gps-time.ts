/** GPS time began on 6 January 1980, 00:00:00 UTC: this many seconds of Unix time. */
const GPS_EPOCH_SEC = 315_964_800;
const WEEK_SEC = 604_800;

/**
 * Leap seconds between GPS and UTC, by the Unix second from which on they count. Source: IERS Bulletin C; none was
 * announced after 2017.
 */
const LEAP_SECONDS: ReadonlyArray<readonly [since: number, leap: number]> = [
  [1_483_228_800, 18],
  [1_435_708_800, 17],
  [1_341_100_800, 16],
  [0, 15],
];

/** A stamp as receivers send it: second of the GPS week and nanoseconds. */
export interface GpsStamp {
  readonly week: number;
  /** Nanoseconds since the beginning of the week. */
  readonly towNs: number;
  /** Unix time in nanoseconds, UTC. */
  readonly utcNs: bigint;
}

/**
 * Turns a second of the week into UTC. The week is the one that brings the stamp closest to the host's clock, so that the
 * turn of the week needs no special case, and the host may be wrong by up to three days.
 * @param hostMs Unix milliseconds by the host's clock
 */
export function gpsToUtc(second: number, nanosecond: number, hostMs: number): GpsStamp {
  const hostSec = hostMs / 1_000;
  const leap = LEAP_SECONDS.find(([since]) => hostSec >= since)?.[1] ?? 18;
  const week = Math.round((hostSec + leap - GPS_EPOCH_SEC - second) / WEEK_SEC);
  const unixSec = BigInt(GPS_EPOCH_SEC + week * WEEK_SEC + second - leap);
  return { week, towNs: second * 1e9 + nanosecond, utcNs: unixSec * 1_000_000_000n + BigInt(nanosecond) };
}

/** RFC 3339 in UTC with nine decimals. */
export function isoNanoseconds(utcNs: bigint): string {
  const seconds = utcNs / 1_000_000_000n;
  const rest = utcNs % 1_000_000_000n;
  return `${new Date(Number(seconds) * 1_000).toISOString().slice(0, 19)}.${String(rest).padStart(9, '0')}Z`;
}
