/** Longest pause between two tries of a request, in milliseconds, whatever the device asks for. */
const LONGEST_PAUSE_MS = 30_000;
const FIRST_PAUSE_MS = 1_000;

/** Whether a device says that it is too busy and has not done what it was asked to (RFC 6585 §4, RFC 9110 §15.6.4). */
export function isOverloaded(status: number): boolean {
  return status === 429 || status === 503;
}

/**
 * Milliseconds to wait before the `attempt`-th try is followed by the next: what the device asks for in `Retry-After` (seconds or a
 * date, RFC 9110 §10.2.3), else one second, doubled each time.
 * @param now our clock's Unix milliseconds
 */
export function pauseBeforeRetry(header: string | undefined, attempt: number, now: number): number {
  const text = header?.trim() ?? '';
  const asked = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  const pause = Number.isNaN(asked) ? FIRST_PAUSE_MS * 2 ** (attempt - 1) : asked;
  return Math.min(Math.max(pause, 0), LONGEST_PAUSE_MS);
}
