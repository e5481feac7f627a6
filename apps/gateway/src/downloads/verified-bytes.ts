import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { AppError } from '@capstan/kernel';

/** What an object is supposed to be. */
export interface ExpectedObject {
  /** Of artifacts of sessions. */
  readonly artifact_id?: string;
  readonly key?: string;
  readonly size: number;
  readonly sha256: string;
}

/** A stored object is not what was stored. */
export const OBJECT_DAMAGED = 'OBJECT_DAMAGED';

/**
 * The bytes of an object, checked on their way: as soon as there are too many of them, and against size and SHA-256
 * before the last chunk is let through. So a receiver that was promised the object's length never gets all of a damaged one.
 * @throws AppError `OBJECT_DAMAGED`
 */
export async function* verifiedBytes(source: Readable, expected: ExpectedObject): AsyncGenerator<Buffer, void, undefined> {
  const hash = createHash('sha256');
  let size = 0;
  let held: Buffer | undefined;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    hash.update(chunk);
    size += chunk.length;
    if (size > expected.size) {
      throw damaged(expected, { size });
    }
    if (held) {
      yield held;
    }
    held = chunk;
  }
  const sha256 = hash.digest('hex');
  if (size !== expected.size || sha256 !== expected.sha256) {
    throw damaged(expected, { size, sha256 });
  }
  if (held) {
    yield held;
  }
}

function damaged(expected: ExpectedObject, found: { size: number; sha256?: string }): AppError {
  return new AppError(OBJECT_DAMAGED, 'A stored object is not what was stored', {
    details: { ...(expected.artifact_id === undefined ? { key: expected.key } : { artifact_id: expected.artifact_id }), expected: { size: expected.size, sha256: expected.sha256 }, found },
  });
}
