import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { AppError } from '@capstan/kernel';
import { extract } from 'tar-stream';

/** A file in an archive; its body must be read to its end before the next member is asked for. */
export interface ArchiveMember {
  /** As the archive has it: not to be trusted. */
  readonly path: string;
  readonly size: number;
  readonly body: Readable;
}

/** Bounds of an archive from a device. */
export interface ArchiveLimits {
  /** Bytes of all members together. */
  readonly expandedBytes: number;
  readonly members: number;
}

/**
 * Reads a tar.gz as it comes, one file after the other, holding nothing but what is in passing. Links, devices and folders are left out.
 *
 * An archive that is cut short or damaged ends its last file where the damage is, and `onCut` is told: what came before is kept.
 * @throws AppError `EXPORT_FAILED` beyond the limits; whatever `source` fails with when it is an AppError
 */
export async function* readArchive(source: Readable, limits: ArchiveLimits, onCut: (reason: string) => void): AsyncGenerator<ArchiveMember> {
  let bytes = 0;
  let members = 0;
  const cap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done(bytes > limits.expandedBytes ? new AppError('EXPORT_FAILED', `the archive expands to more than ${limits.expandedBytes} bytes`) : null, chunk);
    },
  });
  const tar = extract();
  // What broke first: the streams behind it only know that they ended too early.
  let broken: Error | null | undefined;
  let told = false;
  pipeline(source, createGunzip(), cap, tar, (error) => (broken = error));
  const cut = (error: unknown): void => {
    const cause = broken ?? error;
    if (cause instanceof AppError) {
      throw cause;
    }
    if (!told) {
      told = true;
      onCut(cause instanceof Error ? cause.message : 'it ends too early');
    }
  };
  async function* bytesOf(entry: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* entry;
    } catch (error) {
      cut(error);
    }
  }
  try {
    for await (const entry of tar) {
      members += 1;
      if (members > limits.members) {
        throw new AppError('EXPORT_FAILED', `the archive has more than ${limits.members} members`);
      }
      if (entry.header.type === 'file' || entry.header.type === 'contiguous-file') {
        yield { path: entry.header.name, size: entry.header.size ?? 0, body: Readable.from(bytesOf(entry as unknown as AsyncIterable<Uint8Array>), { objectMode: false }) };
      } else {
        entry.resume();
      }
    }
  } catch (error) {
    if (error instanceof AppError) {
      throw error;
    }
    cut(error);
  } finally {
    source.destroy();
  }
}
