import { constants, promises as fs } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { ObjectErrorCode, objectError } from '../object-error';
import { isObjectKey } from '../object-key';
import type { ObjectInfo } from '../object-store';
import { errnoOf, isMissing } from './file-error';

/** A rename and a removal of the emptied folder can cross; each round recreates the folder. */
const PLACE_ATTEMPTS = 8;

async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Folders sort as if their name ended with a slash, which puts `a-b`, `a.b` and `a/b` into the byte order of whole keys. */
function inKeyOrder(left: { sortsAs: string }, right: { sortsAs: string }): number {
  return left.sortsAs < right.sortsAs ? -1 : 1;
}

/** The visible objects: one file per key below one folder. Never follows a symbolic link below that folder. */
export class FolderTree {
  /** @param root without symbolic links in its own path */
  constructor(private readonly root: string) {}

  /** Opens an object for reading. @throws ENOENT, ENOTDIR, ELOOP; AppError `OBJECT_STORE_MISCONFIGURED` */
  async open(key: string): Promise<{ handle: FileHandle; info: ObjectInfo }> {
    const file = path.join(this.root, key);
    // O_NONBLOCK: opening a planted FIFO must not hang. O_NOFOLLOW covers the last name only; assertInside the others.
    const handle = await fs.open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      await this.assertInside(path.dirname(file));
      const info = await this.describe(key, handle);
      if (info === undefined) {
        throw objectError(ObjectErrorCode.NotFound, 'There is no such object');
      }
      return { handle, info };
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Undefined when the handle is not a regular file. */
  async describe(key: string, source: FileHandle | string): Promise<ObjectInfo | undefined> {
    const stat = typeof source === 'string' ? await fs.lstat(source, { bigint: true }) : await source.stat({ bigint: true });
    if (!stat.isFile()) {
      return undefined;
    }
    return {
      key,
      size: Number(stat.size),
      etag: `${stat.ino.toString(16)}-${stat.size.toString(16)}-${stat.mtimeNs.toString(16)}`,
      lastModified: new Date(Number(stat.mtimeMs)),
    };
  }

  /** Renames a finished file to its key, durably. @throws EISDIR, ENOTEMPTY, ENOTDIR, EEXIST when the key is a folder or below a file */
  async place(staged: string, key: string): Promise<void> {
    const file = path.join(this.root, key);
    const folder = path.dirname(file);
    let firstCreated: string | undefined;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.assertInside(folder);
        await fs.rename(staged, file);
        await this.syncUpwards(folder, firstCreated);
        return;
      } catch (error) {
        if (errnoOf(error) !== 'ENOENT' || attempt === PLACE_ATTEMPTS) {
          throw error;
        }
        // Nearly always it is there.
        const made = await fs.mkdir(folder, { recursive: true, mode: 0o700 });
        firstCreated = made !== undefined && made.length < (firstCreated ?? folder).length ? made : (firstCreated ?? made);
      }
    }
  }

  /** Removes an object if it is there, and the folders it leaves empty. */
  async remove(key: string): Promise<void> {
    const file = path.join(this.root, key);
    try {
      await this.assertInside(path.dirname(file));
      await fs.unlink(file);
    } catch (error) {
      // EISDIR: the key is a folder of other keys, so no object has it.
      if (!isMissing(error) && errnoOf(error) !== 'EISDIR') {
        throw error;
      }
      return;
    }
    for (let folder = path.dirname(file); folder !== this.root; folder = path.dirname(folder)) {
      try {
        await fs.rmdir(folder);
      } catch {
        return;
      }
    }
  }

  /** Objects by prefix in byte order of their keys. Holds the names of one folder per level, never the whole listing. */
  async *list(prefix: string): AsyncGenerator<ObjectInfo> {
    const slash = prefix.lastIndexOf('/');
    const folder = prefix.slice(0, slash + 1);
    if (folder !== '') {
      try {
        await this.assertInside(path.join(this.root, folder));
      } catch (error) {
        if (isMissing(error)) {
          return;
        }
        throw error;
      }
    }
    yield* this.walk(folder, prefix.slice(slash + 1));
  }

  private async *walk(folder: string, namePrefix: string): AsyncGenerator<ObjectInfo> {
    let entries;
    try {
      entries = await fs.readdir(path.join(this.root, folder), { withFileTypes: true });
    } catch (error) {
      if (isMissing(error)) {
        return;
      }
      throw error;
    }
    const wanted = entries
      .filter((entry) => entry.name.startsWith(namePrefix) && (entry.isFile() || entry.isDirectory()))
      .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory(), sortsAs: entry.isDirectory() ? `${entry.name}/` : entry.name }))
      .sort(inKeyOrder);
    for (const entry of wanted) {
      const key = `${folder}${entry.name}`;
      if (entry.isFolder) {
        yield* this.walk(`${key}/`, '');
        continue;
      }
      if (!isObjectKey(key)) {
        continue;
      }
      try {
        const info = await this.describe(key, path.join(this.root, key));
        if (info !== undefined) {
          yield info;
        }
      } catch (error) {
        // Removed while being listed.
        if (!isMissing(error)) {
          throw error;
        }
      }
    }
  }

  private async assertInside(folder: string): Promise<void> {
    const expected = path.resolve(folder);
    if ((await fs.realpath(expected)) !== expected) {
      throw objectError(ObjectErrorCode.Misconfigured, 'A symbolic link stands in the object store folder');
    }
  }

  /** A name is durable when the folder that holds it is synced; so is a new folder's. */
  private async syncUpwards(folder: string, firstCreated: string | undefined): Promise<void> {
    const last = firstCreated === undefined ? folder : path.dirname(firstCreated);
    for (let current = folder; ; current = path.dirname(current)) {
      await syncFolder(current);
      if (current === last || current === this.root) {
        return;
      }
    }
  }
}
