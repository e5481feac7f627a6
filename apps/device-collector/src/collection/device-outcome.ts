import { CAPTURE_TYPES, type CollectedCapture } from '@capstan/contracts';
import type { TaskOutcome } from '@capstan/tasks';

/** How a device ended. */
export interface DeviceEnd {
  readonly status: 'success' | 'failed' | 'cancelled';
  readonly error: string | null;
  readonly errorClass: string | null;
  readonly attempts: number;
  readonly durationMs: number | null;
  readonly captures: readonly CollectedCapture[];
  /** Those of `captures` that were not told of before. */
  readonly news: readonly CollectedCapture[];
}

/** Read before the others: whether this is the device it was decides what the others mean. */
const IDENTITY_TYPES: readonly string[] = ['version', 'inventory'];

/** The order in which types are read: what tells the identity first, then as the list of types goes, an operator's own last. */
export function readingOrder(types: readonly string[]): string[] {
  const place = (type: string): number => {
    const known = (CAPTURE_TYPES as readonly string[]).indexOf(type);
    return IDENTITY_TYPES.includes(type) ? known - 100 : known === -1 ? 100 : known;
  };
  return [...types].sort((left, right) => place(left) - place(right));
}

/** Whether a capture is one that the device failed to give. */
function isMissing({ status }: CollectedCapture): boolean {
  return status === 'failed' || status === 'suspect';
}

/**
 * What became of a device: it succeeded when it gave every type it has a command for.
 * @param error what kept it from the types that are missing, where that was the device itself
 */
export function deviceEnd(
  captures: readonly CollectedCapture[],
  facts: { readonly attempts: number; readonly durationMs: number; readonly news: readonly CollectedCapture[]; readonly error: { readonly code: string; readonly message: string } | undefined },
): DeviceEnd {
  const missing = captures.filter(isMissing);
  const [first] = missing;
  const cause = facts.error ?? (first === undefined ? undefined : { code: first.error_class ?? 'CMD_FAILED', message: first.message });
  const failed = missing.length > 0;
  const told = missing.length === captures.length ? '' : `${missing.map(({ capture_type: type }) => type).join(', ')}: `;
  return {
    status: failed ? 'failed' : 'success',
    error: failed ? `${told}${cause?.message ?? 'failed'}` : null,
    errorClass: failed ? (cause?.code ?? null) : null,
    attempts: facts.attempts,
    durationMs: facts.durationMs,
    captures,
    news: facts.news,
  };
}

/** Capture types a device still owes: what a retry asks for. All of `wanted` where nothing is known of the device. */
export function owedTypes(captures: readonly CollectedCapture[], wanted: readonly string[]): string[] {
  const settled = new Set(captures.filter((capture) => !isMissing(capture)).map(({ capture_type: type }) => type));
  const owed = wanted.filter((type) => !settled.has(type));
  return owed.length === 0 ? [...wanted] : owed;
}

/** The same, as the engine states it. */
export function taskOutcome(end: Pick<DeviceEnd, 'status' | 'error' | 'errorClass' | 'attempts' | 'durationMs' | 'captures'>): TaskOutcome {
  const sum = (of: (capture: CollectedCapture) => number): number => end.captures.reduce((total, capture) => total + of(capture), 0);
  const good = end.captures.filter(({ status }) => status === 'success').length;
  const metrics = {
    captures: good,
    captures_failed: end.captures.filter(isMissing).length,
    bytes: sum(({ bytes }) => bytes),
    rows: sum(({ rows }) => rows ?? 0),
    changes: end.captures.filter(({ change }) => change === 'changed').length,
    logins: end.attempts,
    ...(end.durationMs === null ? {} : { duration_ms: end.durationMs }),
  };
  if (end.status === 'cancelled') {
    return { outcome: 'cancelled', metrics, captureBegan: good > 0 };
  }
  if (end.status === 'failed') {
    const retry = { capture_types: owedTypes(end.captures, end.captures.map(({ capture_type: type }) => type)) };
    return { outcome: 'failed', error: { code: end.errorClass ?? 'CMD_FAILED', message: end.error ?? 'failed', retryable: false, details: { retry } }, metrics, captureBegan: good > 0 };
  }
  const loose = end.captures.filter(({ status, loaded }) => status === 'success' && !loaded).length;
  return { outcome: 'completed', message: `${good} captures${loose > 0 ? `, ${loose} of them saved but not loaded` : ''}`, metrics, captureBegan: true };
}
