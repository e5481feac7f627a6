/** What a `Range` header asks for: all, a part (both ends included), or something that is not there. */
export type RangeRequest = { readonly kind: 'whole' } | { readonly kind: 'part'; readonly start: number; readonly end: number } | { readonly kind: 'unsatisfiable' };

const WHOLE: RangeRequest = { kind: 'whole' };
const SINGLE = /^bytes=(?:(\d{1,15})-(\d{1,15})?|-(\d{1,15}))$/;

/**
 * Reads a `Range` header (RFC 9110 §14). A unit that is not bytes, several ranges and anything malformed are ignored, as
 * the specification allows: the answer is then the whole.
 * @param size of the object in bytes
 */
export function readRange(header: string | undefined, size: number): RangeRequest {
  const match = SINGLE.exec(header?.replaceAll(' ', '') ?? '');
  if (!match) {
    return WHOLE;
  }
  const [, first, last, suffix] = match;
  if (suffix !== undefined) {
    const length = Math.min(Number(suffix), size);
    return length === 0 ? { kind: 'unsatisfiable' } : { kind: 'part', start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === undefined ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== undefined && Number(last) < start) {
    return WHOLE;
  }
  return start >= size ? { kind: 'unsatisfiable' } : { kind: 'part', start, end };
}

/** Whether an `If-None-Match` header names `etag`, compared weakly (RFC 9110 §13.1.2). */
export function matchesAny(header: string | undefined, etag: string): boolean {
  return header !== undefined && header.split(',').some((part) => part.trim() === '*' || part.trim().replace(/^W\//, '') === etag);
}

/** Whether a `Range` still means the object it was asked for: no `If-Range`, or one that names it exactly. Dates never do. */
export function rangeIsCurrent(ifRange: string | undefined, etag: string): boolean {
  return ifRange === undefined || ifRange.trim() === etag;
}
