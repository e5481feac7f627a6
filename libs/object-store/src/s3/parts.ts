/** A piece of an object on its way to S3. */
export interface Part {
  /** From 1. */
  number: number;
  data: Buffer;
  /** Whether no part follows. The only part of an empty object is empty. */
  last: boolean;
}

/**
 * Cuts chunks into parts of exactly `partSize` bytes; only the last may be shorter. A part is held back until the next
 * chunk proves that another part follows, because S3 takes an object of one part in a simpler way.
 */
export async function* cutParts(chunks: AsyncIterable<Buffer>, partSize: number): AsyncGenerator<Part> {
  let number = 1;
  let gathered: Buffer[] = [];
  let bytes = 0;
  for await (let chunk of chunks) {
    while (chunk.length > 0) {
      if (bytes === partSize) {
        yield { number, data: Buffer.concat(gathered, bytes), last: false };
        number += 1;
        gathered = [];
        bytes = 0;
      }
      const piece = chunk.subarray(0, partSize - bytes);
      gathered.push(piece);
      bytes += piece.length;
      chunk = chunk.subarray(piece.length);
    }
  }
  yield { number, data: Buffer.concat(gathered, bytes), last: true };
}
