import { once } from 'node:events';
import type { Response } from 'express';

/** How a transfer ended, when it did not fail. */
export interface Sent {
  readonly bytes: number;
  /** False when the receiver went away. */
  readonly complete: boolean;
}

/**
 * Writes chunks as fast as the receiver takes them, and no faster. Stops reading when the receiver goes away.
 * @throws what `chunks` fails with; the response is then still open
 */
export async function sendBytes(response: Response, chunks: AsyncIterable<Buffer>): Promise<Sent> {
  let bytes = 0;
  const gone = new AbortController();
  const onClose = (): void => gone.abort();
  response.once('close', onClose);
  try {
    for await (const chunk of chunks) {
      if (response.destroyed || gone.signal.aborted) {
        return { bytes, complete: false };
      }
      bytes += chunk.length;
      if (!response.write(chunk)) {
        try {
          await once(response, 'drain', { signal: gone.signal });
        } catch {
          return { bytes, complete: false };
        }
      }
    }
    response.end();
    return { bytes, complete: true };
  } finally {
    response.off('close', onClose);
  }
}
