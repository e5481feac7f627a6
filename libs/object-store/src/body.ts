import type { Readable } from 'node:stream';

/** The signal's reason in the form that streams and requests can be destroyed with. */
export function abortError(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  const isError = typeof reason === 'object' && reason !== null && 'message' in reason;
  return isError ? (reason as Error) : new Error('Aborted', { cause: reason });
}

/** A body that is being read, and the way to let go of it. */
export interface WatchedBody {
  /** The chunks as buffers. Rejects with what the body failed with, or with the signal's reason. */
  chunks(): AsyncGenerator<Buffer>;
  /** Whether this is what the body failed with, rather than whoever stored its chunks. */
  isFailure(error: unknown): boolean;
  /** Stops listening to the signal; destroys the body when `error` is given. */
  release(error?: unknown): void;
}

/**
 * Ties a body to a signal before the first `await`: a stream that fails while nobody listens yet would end the process.
 */
export function watchBody(body: Readable, signal: AbortSignal | undefined): WatchedBody {
  const ignore = (): void => undefined;
  let failure: { error: unknown } | undefined;
  const onAbort = (): void => {
    if (signal !== undefined) {
      body.destroy(abortError(signal));
    }
  };
  body.on('error', ignore);
  if (signal?.aborted) {
    onAbort();
  }
  signal?.addEventListener('abort', onAbort, { once: true });
  return {
    async *chunks() {
      try {
        for await (const chunk of body as AsyncIterable<Buffer | string>) {
          yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
        }
      } catch (error) {
        failure = { error };
        signal?.throwIfAborted();
        throw error;
      }
      signal?.throwIfAborted();
    },
    isFailure: (error) => failure?.error === error,
    release(error) {
      signal?.removeEventListener('abort', onAbort);
      if (error !== undefined && !body.destroyed) {
        body.destroy();
      }
    },
  };
}

/** Destroys `stream` with the signal's reason when the signal aborts; forgets the signal when the stream has closed. */
export function destroyOnAbort(stream: Readable, signal: AbortSignal | undefined): void {
  if (signal === undefined) {
    return;
  }
  const onAbort = (): void => {
    stream.destroy(abortError(signal));
  };
  if (signal.aborted) {
    onAbort();
    return;
  }
  signal.addEventListener('abort', onAbort, { once: true });
  stream.once('close', () => signal.removeEventListener('abort', onAbort));
}
