import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';

/**
 * Reads a stream to its end and measures it; for verifying stored objects against what their writer recorded.
 * @returns size in bytes and SHA-256 as 64 lower-case hex digits
 */
export async function digest(body: Readable): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { size, sha256: hash.digest('hex') };
}
