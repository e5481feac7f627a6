import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { ArtifactView } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import type { ObjectStore } from '@capstan/object-store';
import { PcapReader, type PcapSummary } from '../../packet-capture/pcap-reader';
import type { ScratchFolder } from './scratch-folder.repository';

/** A capture file in the scratch folder: verified, and whole even when the original was cut short. */
export interface RawCapture {
  readonly artifact: ArtifactView;
  readonly path: string;
  readonly content: PcapSummary;
  /** The file's own magic number: byte order and resolution. */
  readonly magic: number;
  /** Bytes kept, when the file ended in the middle of a packet and was cut behind the last whole one. */
  readonly repaired: boolean;
  /** Whether the packets are in order of time. */
  readonly inOrder: boolean;
}

/** A file that cannot be used, and why. */
export interface UnusableCapture {
  readonly artifact: ArtifactView;
  readonly reason: string;
}

const FILE_HEADER = 24;

/**
 * Brings a stored capture into the scratch folder and looks at every byte on the way: the checksum must be the one it was
 * stored with, the format classic pcap. One that ends in the middle of a packet is cut behind the last whole one;
 * `mergecap` would refuse it as it is.
 * @throws those of the store; AppError `ANALYSIS_TOO_LARGE`, `DISK_LOW`
 */
export async function fetchCapture(store: ObjectStore, artifact: ArtifactView, scratch: ScratchFolder, name: string, signal: AbortSignal): Promise<RawCapture | UnusableCapture> {
  await scratch.reserve(artifact.size);
  const path = scratch.file(name);
  const reader = new PcapReader();
  const hash = createHash('sha256');
  const magic = Buffer.alloc(4);
  let bytes = 0;
  const file = await open(path, 'wx', 0o600);
  try {
    const body = await store.get(artifact.key, undefined, signal);
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (bytes < magic.length) {
        chunk.copy(magic, bytes, 0, magic.length - bytes);
      }
      bytes += chunk.length;
      hash.update(chunk);
      reader.push(chunk);
      await file.writev([chunk]);
    }
    const unusable = problemOf(artifact, bytes, hash.digest('hex'), reader);
    if (unusable !== undefined) {
      return { artifact, reason: unusable };
    }
    const content = reader.summary();
    if (content.truncated) {
      await file.truncate(reader.wholeBytes);
    }
    return { artifact, path, content, magic: magic.readUInt32LE(0), repaired: content.truncated, inOrder: reader.inOrder };
  } catch (error) {
    if (error instanceof AppError && error.code === 'OBJECT_NOT_FOUND') {
      return { artifact, reason: 'its bytes are no longer stored' };
    }
    throw error;
  } finally {
    await file.close();
  }
}

function problemOf(artifact: ArtifactView, bytes: number, sha256: string, reader: PcapReader): string | undefined {
  const { format } = reader.summary();
  if (bytes !== artifact.size || sha256 !== artifact.sha256) {
    return 'its stored bytes are damaged: size or checksum is not what it was';
  }
  if (format === 'empty') {
    return 'it is empty';
  }
  if (format === 'not-pcap') {
    return 'it is not in the pcap format';
  }
  return reader.wholeBytes < FILE_HEADER ? 'it ends in the middle of its header' : undefined;
}
