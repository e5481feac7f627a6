import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import type { ArtifactView } from '@capstan/contracts';
import type { BundlePlan, MemberSource } from './bundle-plan';
import { verifiedBytes } from './verified-bytes';
import { centralDirectory, dataDescriptor, localHeader } from './zip-format';

async function* bytesOf(source: MemberSource, open: (artifact: ArtifactView) => Promise<Readable>): AsyncGenerator<Buffer, void, undefined> {
  if (source.kind === 'bytes') {
    yield source.bytes;
    return;
  }
  yield* verifiedBytes(await open(source.artifact), source.artifact);
}

/**
 * The bytes of a bundle, exactly `plan.zip.size` of them. Nothing is read ahead of the consumer: memory does not grow
 * with the bundle. Ends with an error, and so without a central directory, when an object is not what was stored.
 *
 * CRC-32 by zlib (4.3 GB/s on the machine where it was measured); table-driven JavaScript did 0.4 GB/s and would have
 * been the slowest part of the download.
 */
export async function* bundleBytes(plan: BundlePlan, open: (artifact: ArtifactView) => Promise<Readable>): AsyncGenerator<Buffer, void, undefined> {
  const checksums: number[] = [];
  for (const { entry, source } of plan.members) {
    yield localHeader(entry);
    let checksum = 0;
    for await (const chunk of bytesOf(source, open)) {
      checksum = crc32(chunk, checksum);
      yield chunk;
    }
    checksums.push(checksum);
    yield dataDescriptor(entry, checksum);
  }
  yield centralDirectory(plan.zip, checksums);
}
