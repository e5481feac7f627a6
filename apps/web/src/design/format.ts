const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `0 B`, `512 B`, `1.5 kB`, `23 MB`: powers of 1000, at most three digits. */
export function formatBytes(bytes: number): string {
  return `${scaled(bytes, BYTE_UNITS)}`;
}

/** Bytes per second as `12 kB/s`. */
export function formatByteRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** A count with grouped digits: `12,345`. */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** Packets per second: `8.4 pkt/s`, `1,203 pkt/s`. */
export function formatPacketRate(packetsPerSecond: number): string {
  return `${packetsPerSecond < 10 && packetsPerSecond > 0 ? packetsPerSecond.toFixed(1) : formatCount(packetsPerSecond)} pkt/s`;
}

/** Seconds as a clock: `0:07`, `12:30`, `1:02:03`. Negative and broken values become `0:00`. */
export function formatClock(seconds: number): string {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.floor(seconds)) : 0;
  const h = Math.floor(whole / 3_600);
  const m = Math.floor((whole % 3_600) / 60);
  const s = String(whole % 60).padStart(2, '0');
  return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${s}` : `${m}:${s}`;
}

/** A length of time in words: `45 s`, `10 min`, `1 h 30 min`, `3 d 4 h`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) {
    return '–';
  }
  if (seconds < 60) {
    return `${Math.round(seconds)} s`;
  }
  const minutes = Math.floor(seconds / 60);
  const restSeconds = Math.round(seconds - minutes * 60);
  if (minutes < 60) {
    return restSeconds === 0 ? `${minutes} min` : `${minutes} min ${restSeconds} s`;
  }
  const hours = Math.floor(minutes / 60);
  if (hours < 24) {
    return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  }
  return hours % 24 === 0 ? `${Math.floor(hours / 24)} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Milliseconds as `4.2 ms`, `38 ms`, `1.25 s`. */
export function formatMilliseconds(ms: number): string {
  const size = Math.abs(ms);
  if (size >= 1_000) {
    return `${(ms / 1_000).toFixed(2)} s`;
  }
  return size < 10 && !Number.isInteger(ms) ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
}

/** How long ago, in one word: `now`, `40 s ago`, `3 min ago`, `2 h ago`, `5 d ago`. */
export function formatAgo(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1_000);
  if (seconds < 5) {
    return 'now';
  }
  if (seconds < 60) {
    return `${seconds} s ago`;
  }
  if (seconds < 3_600) {
    return `${Math.floor(seconds / 60)} min ago`;
  }
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)} h ago` : `${Math.floor(seconds / 86_400)} d ago`;
}

function scaled(value: number, units: readonly string[]): string {
  let rest = Number.isFinite(value) ? Math.max(0, value) : 0;
  let unit = 0;
  // 999.5 would round up to 1000, which belongs to the next unit.
  while (rest >= 999.5 && unit < units.length - 1) {
    rest /= 1_000;
    unit += 1;
  }
  const digits = unit === 0 || rest >= 99.5 ? 0 : rest >= 9.95 ? 1 : 2;
  return `${trimZeros(rest.toFixed(digits))} ${units[unit]}`;
}

function trimZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
