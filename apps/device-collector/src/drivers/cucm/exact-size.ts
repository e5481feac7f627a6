import { pipeline, type Readable, Transform } from 'node:stream';
import { AppError } from '@capstan/kernel';

/**
 * The same bytes, failing at the end when they are not as many as the device announced.
 * @throws (as a stream) AppError `EXPORT_FAILED`, retryable
 */
export function exactSize(body: Readable, size: number, name: string): Readable {
  let bytes = 0;
  const counted = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length;
      done(null, chunk);
    },
    flush: (done) => done(bytes === size ? null : new AppError('EXPORT_FAILED', `${bytes} of the ${size} bytes of ${name} came`, { retryable: true })),
  });
  pipeline(body, counted, () => undefined);
  return counted;
}
