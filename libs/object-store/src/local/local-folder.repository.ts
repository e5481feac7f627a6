import { createHash } from 'node:crypto';
import { promises as fs } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { Clock, IdSource } from '@capstan/kernel';
import { destroyOnAbort, watchBody, type WatchedBody } from '../body';
import { type ByteRange, assertByteRange, isWholeObject, resolveByteRange } from '../byte-range';
import { ObjectErrorCode, objectError } from '../object-error';
import { assertListPrefix, assertMediaType, assertObjectKey, assertRemovalPrefix } from '../object-key';
import type { ObjectInfo, ObjectStore, PutOptions, SignedUrlOptions, StoredObject } from '../object-store';
import { assertUrlExpiry } from '../signed-url';
import { fileError, isMissing } from './file-error';
import { FolderTree } from './folder-tree.repository';
import { Staging } from './staging.repository';

/** Bytes gathered for one write, and read at once: fewer, larger system calls. */
const BLOCK = 512 * 1024;

/** Settings of the local-folder store. */
export interface LocalFolderConfig {
  kind: 'local';
  /** Folder of the store, created when missing. Objects lie below `objects/` under their keys, as plain files. */
  dir: string;
  /** After how long without a sign of life an unfinished file is removed, in milliseconds. Default 10 minutes. */
  orphanAfterMs?: number;
}

interface Prepared {
  tree: FolderTree;
  staging: Staging;
}

/**
 * Objects as plain files in a folder: the store of a single machine.
 *
 * A put writes to `staging/`, syncs, and renames into `objects/`, on one file system, so an object is there as a whole or
 * not at all, also after a crash. Files are 0600, folders 0700. Processes may share the folder.
 */
export class LocalFolderStore implements ObjectStore {
  private prepared: Promise<Prepared> | undefined;

  constructor(
    private readonly config: LocalFolderConfig,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  async put(key: string, body: Readable, options: PutOptions): Promise<StoredObject> {
    const watched = watchBody(body, options.signal);
    try {
      assertObjectKey(key);
      assertMediaType(options.mediaType);
      const stored = await this.write(key, watched, options);
      watched.release();
      return stored;
    } catch (error) {
      watched.release(error);
      throw watched.isFailure(error) ? error : fileError(error);
    }
  }

  async get(key: string, range?: ByteRange, signal?: AbortSignal): Promise<Readable> {
    assertObjectKey(key);
    if (range !== undefined) {
      assertByteRange(range);
    }
    return this.run(async ({ tree }) => {
      const { handle, info } = await openObject(tree, key);
      try {
        signal?.throwIfAborted();
        const part = range === undefined || isWholeObject(range) ? undefined : resolveByteRange(info.size, range);
        const stream = handle.createReadStream({ ...part, highWaterMark: BLOCK });
        destroyOnAbort(stream, signal);
        return stream;
      } catch (error) {
        await handle.close();
        throw error;
      }
    });
  }

  async stat(key: string): Promise<ObjectInfo | undefined> {
    assertObjectKey(key);
    return this.run(async ({ tree }) => {
      try {
        const { handle, info } = await tree.open(key);
        await handle.close();
        return info;
      } catch (error) {
        if (isMissing(error) || (error as { code?: string }).code === ObjectErrorCode.NotFound) {
          return undefined;
        }
        throw error;
      }
    });
  }

  async *list(prefix: string): AsyncGenerator<ObjectInfo> {
    assertListPrefix(prefix);
    try {
      yield* (await this.ready()).tree.list(prefix);
    } catch (error) {
      throw fileError(error);
    }
  }

  async remove(keys: readonly string[]): Promise<void> {
    keys.forEach(assertObjectKey);
    await this.run(async ({ tree }) => {
      for (const key of keys) {
        await tree.remove(key);
      }
    });
  }

  async removePrefix(prefix: string): Promise<number> {
    assertRemovalPrefix(prefix);
    return this.run(async ({ tree }) => {
      let removed = 0;
      for await (const { key } of tree.list(prefix)) {
        await tree.remove(key);
        removed += 1;
      }
      return removed;
    });
  }

  async signedUrl(key: string, options: SignedUrlOptions): Promise<undefined> {
    assertObjectKey(key);
    assertUrlExpiry(options.expiresInSec);
    return undefined;
  }

  async check(): Promise<void> {
    await this.run(async ({ staging }) => {
      const probe = await staging.create();
      try {
        await probe.handle.write('ready');
        await probe.handle.datasync();
      } finally {
        await probe.discard();
      }
    });
  }

  async sweep(): Promise<number> {
    return this.run(({ staging }) => staging.sweep());
  }

  async close(): Promise<void> {
    // A folder holds no connections.
  }

  private async write(key: string, body: WatchedBody, options: PutOptions): Promise<StoredObject> {
    const { tree, staging } = await this.ready();
    await staging.sweepIfDue();
    options.signal?.throwIfAborted();
    const staged = await staging.create();
    try {
      const { size, sha256 } = await copy(body, staged.handle);
      await staged.handle.datasync();
      const info = await tree.describe(key, staged.handle);
      await staged.close();
      options.signal?.throwIfAborted();
      await tree.place(staged.path, key);
      return { key, size, sha256, mediaType: options.mediaType, etag: info?.etag ?? '' };
    } catch (error) {
      await staged.discard();
      throw error;
    }
  }

  private async run<T>(work: (prepared: Prepared) => Promise<T>): Promise<T> {
    try {
      return await work(await this.ready());
    } catch (error) {
      throw fileError(error);
    }
  }

  /** Prepares the folders once; tries again on the next call after a failure. */
  private ready(): Promise<Prepared> {
    this.prepared ??= this.prepare().catch((error: unknown) => {
      this.prepared = undefined;
      // ENOENT here is about the store, not about an object.
      throw isMissing(error)
        ? objectError(ObjectErrorCode.Misconfigured, 'The object store folder cannot be created', { cause: error })
        : error;
    });
    return this.prepared;
  }

  private async prepare(): Promise<Prepared> {
    await fs.mkdir(this.config.dir, { recursive: true, mode: 0o700 });
    const root = await fs.realpath(this.config.dir);
    const objects = path.join(root, 'objects');
    const staging = path.join(root, 'staging');
    for (const folder of [objects, staging]) {
      await fs.mkdir(folder, { recursive: true, mode: 0o700 });
      if ((await fs.realpath(folder)) !== folder) {
        throw objectError(ObjectErrorCode.Misconfigured, 'A symbolic link stands in the object store folder');
      }
    }
    const prepared = {
      tree: new FolderTree(objects),
      staging: new Staging(staging, this.config.orphanAfterMs ?? 10 * 60_000, this.clock, this.ids),
    };
    await prepared.staging.sweep();
    return prepared;
  }
}

async function openObject(tree: FolderTree, key: string): Promise<{ handle: FileHandle; info: ObjectInfo }> {
  try {
    return await tree.open(key);
  } catch (error) {
    throw isMissing(error) ? objectError(ObjectErrorCode.NotFound, 'There is no such object', { cause: error }) : error;
  }
}

async function writeAll(handle: FileHandle, chunks: Buffer[]): Promise<void> {
  let rest = chunks;
  while (rest.length > 0) {
    let { bytesWritten } = await handle.writev(rest);
    // A nearly full disk takes a part of the block; the next write then says ENOSPC.
    rest = rest.flatMap((chunk) => {
      const taken = Math.min(bytesWritten, chunk.length);
      bytesWritten -= taken;
      return taken === chunk.length ? [] : [chunk.subarray(taken)];
    });
  }
}

/** Copies the body, hashing one block while the block before it is being written. */
async function copy(body: WatchedBody, handle: FileHandle): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256');
  let size = 0;
  let gathered: Buffer[] = [];
  let gatheredBytes = 0;
  let writing: Promise<void> = Promise.resolve();
  let failure: { error: unknown } | undefined;
  const flush = async (): Promise<void> => {
    await writing;
    if (failure !== undefined) {
      throw failure.error;
    }
    writing = writeAll(handle, gathered).catch((error: unknown) => {
      failure = { error };
    });
    gathered = [];
    gatheredBytes = 0;
  };
  try {
    for await (const chunk of body.chunks()) {
      if (chunk.length === 0) {
        continue;
      }
      hash.update(chunk);
      size += chunk.length;
      gathered.push(chunk);
      gatheredBytes += chunk.length;
      if (gatheredBytes >= BLOCK) {
        await flush();
      }
    }
    // Once for the last block, once for its outcome.
    await flush();
    await flush();
  } finally {
    await writing;
  }
  return { size, sha256: hash.digest('hex') };
}
