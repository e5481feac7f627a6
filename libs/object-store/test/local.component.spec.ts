import { promises as fs } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createObjectStore, type LocalFolderConfig, type ObjectStore } from '../src';
import { LocalFolderStore } from '../src/local/local-folder.repository';
import { bytesOf, readAll, stallingAfter, streamOf } from './bytes';
import { describeObjectStore } from './conformance';

const media = { mediaType: 'application/octet-stream' };

async function temporaryFolder(): Promise<string> {
  return fs.mkdtemp(path.join(os.tmpdir(), 'capstan-objects-'));
}

describeObjectStore(LocalFolderStore.name, async () => {
  const dir = await temporaryFolder();
  const store = createObjectStore({ kind: 'local', dir });
  return {
    store,
    leftovers: async () => (await fs.readdir(path.join(dir, 'staging'))).length,
    signsUrls: false,
    dispose: async () => {
      await store.close();
      await fs.rm(dir, { recursive: true, force: true });
    },
  };
});

describe(`${LocalFolderStore.name} on its disk`, () => {
  let dir: string;
  let sut: ObjectStore;
  const create = (config: Partial<LocalFolderConfig> = {}): ObjectStore => createObjectStore({ kind: 'local', dir, ...config });

  beforeEach(async () => {
    dir = await temporaryFolder();
    sut = create();
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await fs.rm(dir, { recursive: true, force: true });
  });

  it('keeps objects as plain files that only the owner can read', async () => {
    await sut.put('sessions/1/capture.pcap', streamOf(bytesOf(10)), media);
    const mode = async (name: string): Promise<string> => ((await fs.stat(path.join(dir, name))).mode & 0o777).toString(8);
    expect(await mode('objects/sessions/1/capture.pcap')).toBe('600');
    expect(await mode('objects/sessions/1')).toBe('700');
    expect(await mode('objects')).toBe('700');
    expect(await mode('staging')).toBe('700');
    expect(await fs.readFile(path.join(dir, 'objects/sessions/1/capture.pcap'))).toEqual(bytesOf(10));
  });

  it('removes the folders that become empty, and only those', async () => {
    await sut.put('a/b/c/1', streamOf(bytesOf(1)), media);
    await sut.put('a/2', streamOf(bytesOf(1)), media);
    await sut.remove(['a/b/c/1']);
    expect(await fs.readdir(path.join(dir, 'objects/a'))).toEqual(['2']);
  });

  it('removes at start what a crashed writer left, but not what a living one is writing', async () => {
    const { body, silent } = stallingAfter(bytesOf(100_000));
    const alive = sut.put('alive', body, media);
    await silent;
    const orphan = path.join(dir, 'staging', 'orphan.part');
    await fs.writeFile(orphan, 'half a capture');
    const elevenMinutesAgo = new Date(Date.now() - 11 * 60_000);
    await fs.utimes(orphan, elevenMinutesAgo, elevenMinutesAgo);

    await create().check();

    expect(await fs.readdir(path.join(dir, 'staging'))).toHaveLength(1);
    body.push(null);
    await expect(alive).resolves.toMatchObject({ size: 100_000 });
  });

  it('refuses a key below an object and a key that is a folder', async () => {
    await sut.put('taken/by/folder', streamOf(bytesOf(1)), media);
    await expect(sut.put('taken/by', streamOf(bytesOf(1)), media)).rejects.toMatchObject({ code: 'OBJECT_KEY_CONFLICT' });
    await expect(sut.put('taken/by/folder/below', streamOf(bytesOf(1)), media)).rejects.toMatchObject({ code: 'OBJECT_KEY_CONFLICT' });
    expect(await fs.readdir(path.join(dir, 'staging'))).toEqual([]);
  });

  describe('with symbolic links planted in it', () => {
    let outside: string;

    beforeEach(async () => {
      outside = await temporaryFolder();
      await fs.writeFile(path.join(outside, 'secret'), 'do not read me');
      await sut.check();
      await fs.symlink(outside, path.join(dir, 'objects/link'));
      await fs.symlink(path.join(outside, 'secret'), path.join(dir, 'objects/file'));
    });

    afterEach(async () => {
      await fs.rm(outside, { recursive: true, force: true });
    });

    it('reads nothing through them', async () => {
      await expect(sut.get('link/secret')).rejects.toMatchObject({ code: 'OBJECT_STORE_MISCONFIGURED' });
      await expect(sut.get('file')).rejects.toMatchObject({ code: 'OBJECT_STORE_MISCONFIGURED' });
      await expect(sut.stat('link/secret')).rejects.toMatchObject({ code: 'OBJECT_STORE_MISCONFIGURED' });
      const keys = [];
      for await (const { key } of sut.list('')) {
        keys.push(key);
      }
      expect(keys).toEqual([]);
    });

    it('writes and removes nothing through them', async () => {
      await expect(sut.put('link/planted', streamOf(bytesOf(1)), media)).rejects.toMatchObject({ code: 'OBJECT_STORE_MISCONFIGURED' });
      await expect(sut.remove(['link/secret'])).rejects.toMatchObject({ code: 'OBJECT_STORE_MISCONFIGURED' });
      expect(await sut.removePrefix('lin/')).toBe(0);
      expect(await fs.readdir(outside)).toEqual(['secret']);
    });

    it('replaces a linked file instead of writing into it', async () => {
      await sut.put('file', streamOf(bytesOf(4)), media);
      expect(await readAll(await sut.get('file'))).toEqual(bytesOf(4));
      expect(await fs.readFile(path.join(outside, 'secret'), 'utf8')).toBe('do not read me');
    });
  });

  it('says that the disk is full, and cleans up so that it is less full', async () => {
    await sut.check();
    const open = fs.open.bind(fs);
    jest.spyOn(fs, 'open').mockImplementation(async (...args) => {
      const handle = await open(...args);
      let written = 0;
      const writev = handle.writev.bind(handle);
      jest.spyOn(handle, 'writev').mockImplementation(async (buffers: readonly NodeJS.ArrayBufferView[]) => {
        // As a nearly full disk does it: a short write first, the error next.
        if (written > 0) {
          throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
        }
        const first = buffers[0] as Buffer;
        const done = await writev([first.subarray(0, 10)]);
        written += done.bytesWritten;
        return { ...done, buffers: [...buffers] };
      });
      return handle;
    });
    const body = streamOf(bytesOf(5_000_000));
    await expect(sut.put('too/much', body, media)).rejects.toMatchObject({ code: 'OBJECT_STORE_FULL', retryable: true, retryAfterMs: 300_000 });
    expect(body.destroyed).toBe(true);
    expect(await fs.readdir(path.join(dir, 'staging'))).toEqual([]);
  });

  it('writes everything when the disk takes less per write than asked', async () => {
    await sut.check();
    const open = fs.open.bind(fs);
    jest.spyOn(fs, 'open').mockImplementation(async (...args) => {
      const handle = await open(...args);
      const writev = handle.writev.bind(handle);
      jest.spyOn(handle, 'writev').mockImplementation(async (buffers: readonly NodeJS.ArrayBufferView[]) => {
        const first = buffers[0] as Buffer;
        return { ...(await writev([first.subarray(0, 33_333)])), buffers: [...buffers] };
      });
      return handle;
    });
    const data = bytesOf(1_500_000);
    await sut.put('short/writes', streamOf(data), media);
    jest.restoreAllMocks();
    expect(await readAll(await sut.get('short/writes'))).toEqual(data);
  });

  it('is not ready where it cannot be created, and recovers when it can', async () => {
    const blocked = path.join(dir, 'blocked');
    await fs.writeFile(blocked, 'a file where the folder should be');
    const store = createObjectStore({ kind: 'local', dir: path.join(blocked, 'store') });
    await expect(store.check()).rejects.toMatchObject({ code: 'OBJECT_STORE_MISCONFIGURED' });
    await fs.rm(blocked);
    await expect(store.check()).resolves.toBeUndefined();
  });
});
