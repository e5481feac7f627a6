import { createHash } from 'node:crypto';
import { CAPTURE_ROWS, type RowOf, type RowType, TRACKED_TYPES, type TrackedType } from '@capstan/contracts';
import { rowSetHash } from '../../platforms';
import type { NewCapture } from '../capture-catalogue';

/** Capture types whose rows become intervals. */
export const INTERVAL_TYPES = ['arp', 'mac', 'lldp', 'routes'] as const;
/** See {@link INTERVAL_TYPES}. */
export type IntervalType = (typeof INTERVAL_TYPES)[number];

/** What may be concluded from a capture by itself. */
export interface CaptureVerdict {
  /** Whether it may replace the last good one. */
  readonly good: boolean;
  /** Whether what it does not name is missing. */
  readonly closes: boolean;
  /** The same as long as nothing was changed; null of what is not good. */
  readonly normalisedSha256: string | null;
  /** Whether it says more than its hash: lines that nobody understood. */
  readonly hasRest: boolean;
}

/** Judges a capture. Rows are compared as a set; texts as the rules of their platform leave them. */
export function judgeCapture({ complete, identityChanged, errorClass, parse, normalised, text, type }: NewCapture): CaptureVerdict {
  const refused = parse?.status === 'failed' || parse?.status === 'unsupported';
  if (!complete || identityChanged || errorClass !== null || refused) {
    return { good: false, closes: false, normalisedSha256: null, hasRest: true };
  }
  const understood = parse?.status === 'parsed' || parse?.status === 'empty';
  const normalisedSha256 =
    hasRows(type) && (understood || parse?.status === 'partial') ? rowSetHash(type, parse.rows as RowOf<typeof type>[]) : sha256(normalised?.text ?? text);
  return { good: true, closes: understood, normalisedSha256, hasRest: hasRows(type) && !understood };
}

/** Whether a type becomes rows. */
export function hasRows(type: string): type is RowType {
  return Object.hasOwn(CAPTURE_ROWS, type);
}

/** Whether changes of a type are kept. */
export function isTracked(type: string): type is TrackedType {
  return (TRACKED_TYPES as readonly string[]).includes(type);
}

/** Whether the rows of a type become intervals. */
export function hasIntervals(type: string): type is IntervalType {
  return (INTERVAL_TYPES as readonly string[]).includes(type);
}

/** Hash of a text, as stored. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
