import { localTime } from '../design/time';

/** `08:03:11.042317` in the viewer's zone, of Unix milliseconds with a fraction. */
export function exactTime(at: number): string {
  const micros = Math.floor((at - Math.floor(at)) * 1_000);
  return `${localTime(new Date(Math.floor(at)).toISOString())}${String(micros).padStart(3, '0')}`;
}

/** Milliseconds since the start of a call: `0.000`, `12.345`, `1:05.100`. */
export function offsetText(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  const seconds = (whole % 60_000) / 1_000;
  const minutes = Math.floor(whole / 60_000);
  return minutes === 0 ? seconds.toFixed(3) : `${minutes}:${seconds.toFixed(3).padStart(6, '0')}`;
}

/** A step in time: `+0.4 ms`, `+120 ms`, `+2.31 s`, `+1 min 5 s`. */
export function deltaText(ms: number): string {
  const sign = ms < 0 ? '−' : '+';
  const size = Math.abs(ms);
  if (size < 9.95) {
    return `${sign}${size.toFixed(1)} ms`;
  }
  if (size < 999.5) {
    return `${sign}${Math.round(size)} ms`;
  }
  if (size < 59_995) {
    return `${sign}${(size / 1_000).toFixed(2)} s`;
  }
  const seconds = Math.round(size / 1_000);
  return `${sign}${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
