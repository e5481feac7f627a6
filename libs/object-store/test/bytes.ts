import { createCipheriv, createHash } from 'node:crypto';
import { Readable } from 'node:stream';

/** Reproducible bytes without a pattern that parts or ranges could hide in. */
export function bytesOf(size: number, seed = 1): Buffer {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16));
  return cipher.update(Buffer.alloc(size));
}

/** A stream whose length nobody knows, in pieces of an awkward size. */
export function streamOf(data: Buffer, pieceSize = 60_000): Readable {
  return Readable.from(pieces(data, pieceSize), { objectMode: false });
}

function* pieces(data: Buffer, pieceSize: number): Generator<Buffer> {
  for (let index = 0; index < data.length; index += pieceSize) {
    yield data.subarray(index, index + pieceSize);
  }
}

/** A source that delivers `data` and then fails. */
export function failingAfter(data: Buffer, error: Error): Readable {
  return Readable.from(
    (async function* () {
      yield* pieces(data, 60_000);
      throw error;
    })(),
    { objectMode: false },
  );
}

/** A source that delivers `data` and then stays silent; `silent` resolves when it has delivered everything. */
export function stallingAfter(data: Buffer): { body: Readable; silent: Promise<void> } {
  let announce: () => void = () => undefined;
  const silent = new Promise<void>((resolve) => {
    announce = resolve;
  });
  const source = pieces(data, 60_000);
  const body = new Readable({
    read() {
      const next = source.next();
      if (next.done === true) {
        announce();
      } else {
        this.push(next.value);
      }
    },
  });
  return { body, silent };
}

export async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
