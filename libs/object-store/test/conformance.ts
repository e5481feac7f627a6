import type { Readable } from 'node:stream';
import type { ByteRange, ObjectInfo, ObjectStore } from '../src';
import { digest, type OwnerWindow, ownerWindows } from '../src';
import { bytesOf, failingAfter, readAll, sha256, stallingAfter, streamOf } from './bytes';

/** A store under test, empty at first. */
export interface StoreUnderTest {
  store: ObjectStore;
  /** How many unfinished writes lie around: temporary files, incomplete uploads. */
  leftovers(): Promise<number>;
  /** Whether signed URLs are part of the adapter. */
  signsUrls: boolean;
  dispose(): Promise<void>;
}

const MIB = 1024 * 1024;
const media = { mediaType: 'application/octet-stream' };

async function listed(store: ObjectStore, prefix: string): Promise<ObjectInfo[]> {
  const found: ObjectInfo[] = [];
  for await (const info of store.list(prefix)) {
    found.push(info);
  }
  return found;
}

async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  return (await listed(store, prefix)).map(({ key }) => key);
}

async function inBatches<T>(items: readonly T[], size: number, work: (item: T) => Promise<unknown>): Promise<void> {
  for (let index = 0; index < items.length; index += size) {
    await Promise.all(items.slice(index, index + size).map(work));
  }
}

/** What every object store must do. Run against each adapter. */
export function describeObjectStore(name: string, factory: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let sut: ObjectStore;
    let under: StoreUnderTest;

    beforeAll(async () => {
      under = await factory();
      sut = under.store;
    }, 120_000);

    afterAll(async () => {
      await under?.dispose();
    });

    afterEach(async () => {
      // Whatever a test did: nothing half-written may be left behind by it.
      expect(await under.leftovers()).toBe(0);
    });

    it('is ready', async () => {
      await expect(sut.check()).resolves.toBeUndefined();
    });

    describe('put, get and stat', () => {
      it.each([
        ['no byte', 0],
        ['one byte', 1],
        ['100,000 bytes', 100_000],
        ['exactly one part', 8 * MIB],
        ['one part and a byte', 8 * MIB + 1],
        ['20 MiB of unknown length', 20 * MIB + 7],
      ])('gives back %s as it was put', async (_, size) => {
        const data = bytesOf(size);
        const stored = await sut.put(`round/${size}.bin`, streamOf(data), media);
        expect(stored).toEqual({ key: `round/${size}.bin`, size, sha256: sha256(data), ...media, etag: expect.any(String) });
        expect(await digest(await sut.get(`round/${size}.bin`))).toEqual({ size, sha256: sha256(data) });
        expect(await sut.stat(`round/${size}.bin`)).toEqual({ key: `round/${size}.bin`, size, etag: stored.etag, lastModified: expect.any(Date) });
      });

      it('takes a size hint that is wrong', async () => {
        const stored = await sut.put('round/hint', streamOf(bytesOf(1_000)), { ...media, sizeHint: 5 });
        expect(stored.size).toBe(1_000);
      });

      it('dates an object when it became visible', async () => {
        const before = Date.now();
        await sut.put('round/date', streamOf(bytesOf(1)), media);
        const age = ((await sut.stat('round/date'))?.lastModified.getTime() ?? 0) - before;
        // Whole seconds on S3, and two clocks.
        expect(Math.abs(age)).toBeLessThan(5_000);
      });

      it('knows nothing of a key that was never put', async () => {
        await expect(sut.stat('round/never')).resolves.toBeUndefined();
        await expect(sut.get('round/never')).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND', retryable: false });
        await expect(sut.get('round/1.bin/below')).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
      });

      it('does not take a folder for an object', async () => {
        await expect(sut.stat('round')).resolves.toBeUndefined();
        await expect(sut.get('round')).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
      });
    });

    describe('ranges', () => {
      const data = bytesOf(9 * MIB + 11, 7);

      beforeAll(async () => {
        await sut.put('range/data', streamOf(data), media);
        await sut.put('range/empty', streamOf(Buffer.alloc(0)), media);
      });

      it.each<[string, ByteRange]>([
        ['the first byte', { start: 0, end: 0 }],
        ['the start', { start: 0, end: 999 }],
        ['the middle, across parts', { start: 8 * MIB - 5, end: 8 * MIB + 5 }],
        ['an open end', { start: 9 * MIB }],
        ['the last byte', { start: data.length - 1 }],
        ['the whole', { start: 0 }],
        ['an end behind the end', { start: data.length - 10, end: data.length + 1_000 }],
      ])('reads %s', async (_, range) => {
        const expected = data.subarray(range.start, range.end === undefined ? undefined : range.end + 1);
        expect(sha256(await readAll(await sut.get('range/data', range)))).toBe(sha256(expected));
      });

      it.each([
        ['beyond the end', 'range/data', { start: data.length }],
        ['of an empty object', 'range/empty', { start: 0, end: 0 }],
        ['that is negative', 'range/data', { start: -1 }],
        ['that runs backwards', 'range/data', { start: 10, end: 9 }],
        ['that is no whole number', 'range/data', { start: 0.5 }],
      ])('refuses a range %s', async (_, key, range) => {
        await expect(sut.get(key, range)).rejects.toMatchObject({ code: 'OBJECT_RANGE_INVALID', retryable: false });
      });

      it('reads an empty object from its start', async () => {
        expect(await readAll(await sut.get('range/empty', { start: 0 }))).toHaveLength(0);
      });
    });

    describe('overwriting', () => {
      it('shows a reader one version or the other, whole', async () => {
        const versions = [bytesOf(3 * MIB, 11), bytesOf(2 * MIB, 12)];
        const known = versions.map(sha256);
        const first = await sut.put('over/write', streamOf(versions[0] as Buffer), media);
        let writing = true;
        const writer = (async () => {
          for (let round = 1; round <= 6; round += 1) {
            await sut.put('over/write', streamOf(versions[round % 2] as Buffer), media);
          }
          writing = false;
        })();
        let reads = 0;
        while (writing) {
          const { sha256: seen } = await digest(await sut.get('over/write'));
          expect(known).toContain(seen);
          reads += 1;
        }
        await writer;
        expect(reads).toBeGreaterThan(0);
        const last = await sut.put('over/write', streamOf(versions[1] as Buffer), media);
        expect(last.etag).not.toBe(first.etag);
      });

      it('keeps the old version when the new one fails', async () => {
        const data = bytesOf(1_000, 3);
        await sut.put('over/kept', streamOf(data), media);
        const failure = new Error('The device hung up');
        await expect(sut.put('over/kept', failingAfter(bytesOf(MIB), failure), media)).rejects.toBe(failure);
        expect(await readAll(await sut.get('over/kept'))).toEqual(data);
      });
    });

    describe('failing and aborted puts', () => {
      it.each([
        ['at once', 0],
        ['in its first part', 100_000],
        ['after several parts', 17 * MIB],
      ])('leave nothing when the source fails %s', async (_, size) => {
        const failure = new Error('The device hung up');
        const body = failingAfter(bytesOf(size), failure);
        await expect(sut.put('fail/source', body, media)).rejects.toBe(failure);
        expect(body.destroyed).toBe(true);
        await expect(sut.stat('fail/source')).resolves.toBeUndefined();
      });

      it('do not take a failure of the source for one of the store', async () => {
        const failure = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT', syscall: 'open' });
        await expect(sut.put('fail/enoent', failingAfter(bytesOf(10), failure), media)).rejects.toBe(failure);
      });

      it('leave nothing when the source is cut off without an error', async () => {
        const { body, silent } = stallingAfter(bytesOf(100_000));
        const putting = sut.put('fail/cut', body, media);
        await silent;
        body.destroy();
        await expect(putting).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
        await expect(sut.stat('fail/cut')).resolves.toBeUndefined();
      });

      it.each([
        ['in its first part', 100_000],
        ['after several parts', 17 * MIB],
      ])('leave nothing when aborted %s, and end promptly', async (_, size) => {
        const { body, silent } = stallingAfter(bytesOf(size));
        const abort = new AbortController();
        const putting = sut.put('fail/abort', body, { ...media, signal: abort.signal });
        await silent;
        const reason = new Error('The session was cancelled');
        const since = performance.now();
        abort.abort(reason);
        await expect(putting).rejects.toBe(reason);
        expect(performance.now() - since).toBeLessThan(2_000);
        expect(body.destroyed).toBe(true);
        await expect(sut.stat('fail/abort')).resolves.toBeUndefined();
      });

      it('do nothing when aborted beforehand', async () => {
        const reason = new Error('Too late');
        const body = streamOf(bytesOf(10));
        await expect(sut.put('fail/before', body, { ...media, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
        expect(body.destroyed).toBe(true);
        await expect(sut.stat('fail/before')).resolves.toBeUndefined();
      });

      it('do not mix with another put of the same key', async () => {
        const { body, silent } = stallingAfter(bytesOf(17 * MIB, 5));
        const abort = new AbortController();
        const stalled = sut.put('fail/twice', body, { ...media, signal: abort.signal });
        await silent;
        const data = bytesOf(17 * MIB, 6);
        await sut.put('fail/twice', streamOf(data), media);
        abort.abort(new Error('Superseded'));
        await expect(stalled).rejects.toThrow('Superseded');
        expect((await digest(await sut.get('fail/twice'))).sha256).toBe(sha256(data));
      });
    });

    describe('reading', () => {
      it('ends with the reason when aborted', async () => {
        await sut.put('read/abort', streamOf(bytesOf(4 * MIB)), media);
        const abort = new AbortController();
        const stream = await sut.get('read/abort', undefined, abort.signal);
        const reason = new Error('The browser went away');
        stream.once('data', () => abort.abort(reason));
        await expect(readAll(stream)).rejects.toBe(reason);
      });

      it('can be given up in the middle', async () => {
        await sut.put('read/part', streamOf(bytesOf(4 * MIB)), media);
        // More often than there are connections: each must come back.
        for (let round = 0; round < 80; round += 1) {
          (await sut.get('read/part')).destroy();
        }
        expect((await digest(await sut.get('read/part'))).size).toBe(4 * MIB);
      });
    });

    describe('keys', () => {
      const invalid = [
        '',
        '/absolute',
        'trailing/',
        'double//slash',
        'up/../and/away',
        '..',
        'a/./b',
        '.hidden',
        'back\\slash',
        'white space',
        'line\nbreak',
        'nul\0byte',
        'grüße',
        '日本語/文',
        'percent%2e%2e/x',
        `${'x'.repeat(256)}/y`,
        `a/${'y/'.repeat(450)}z`,
      ];

      it.each(invalid.map((key) => [JSON.stringify(key).slice(0, 40), key]))('refuses %s everywhere', async (_, key) => {
        const refusal = { code: 'OBJECT_KEY_INVALID', retryable: false };
        const body = streamOf(bytesOf(10));
        await expect(sut.put(key, body, media)).rejects.toMatchObject(refusal);
        expect(body.destroyed).toBe(true);
        await expect(sut.get(key)).rejects.toMatchObject(refusal);
        await expect(sut.stat(key)).rejects.toMatchObject(refusal);
        await expect(sut.remove(['fine', key])).rejects.toMatchObject(refusal);
        await expect(sut.signedUrl(key, { expiresInSec: 60 })).rejects.toMatchObject(refusal);
      });

      it('takes the longest key there may be, and names that look like numbers', async () => {
        const longest = `${'k'.repeat(250)}/${'l'.repeat(250)}/${'m'.repeat(250)}/${'n'.repeat(148)}`;
        expect(longest).toHaveLength(901);
        for (const key of [longest, '007', '1e5', '0x1F', '1.10']) {
          await sut.put(key, streamOf(bytesOf(3)), media);
          expect(await keysOf(sut, key)).toEqual([key]);
        }
      });

      it('refuses a media type that could smuggle a header', async () => {
        await expect(sut.put('media/x', streamOf(bytesOf(1)), { mediaType: 'text/plain\r\nx-evil: 1' })).rejects.toMatchObject({
          code: 'OBJECT_MEDIA_TYPE_INVALID',
        });
      });
    });

    describe('list', () => {
      const keys = ['list/a', 'list/a-b', 'list/a.b', 'list/b/1', 'list/b/10', 'list/b/2', 'list/b-c', 'list/B', 'list/c_d/e/f/g', 'listing/x'];
      const inOrder = (wanted: readonly string[]): string[] => [...wanted].sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));

      beforeAll(async () => {
        await Promise.all(keys.map((key) => sut.put(key, streamOf(bytesOf(5)), media)));
      });

      it('gives keys in byte order, not folder by folder', async () => {
        expect(await keysOf(sut, 'list/')).toEqual(inOrder(keys.filter((key) => key.startsWith('list/'))));
      });

      it.each(['list', 'list/b', 'list/b/1', 'list/c_d/e', 'list/a'])('takes "%s" as a string, not as a folder', async (prefix) => {
        expect(await keysOf(sut, prefix)).toEqual(inOrder(keys.filter((key) => key.startsWith(prefix))));
      });

      it('finds nothing under an unknown prefix', async () => {
        expect(await keysOf(sut, 'list/zzz/')).toEqual([]);
        expect(await keysOf(sut, 'list/a/')).toEqual([]);
      });

      it('tells size and etag as stat does', async () => {
        const [info] = await listed(sut, 'list/a-b');
        expect(info).toMatchObject({ size: 5, etag: (await sut.stat('list/a-b'))?.etag });
      });

      it('can be cut into windows that keep owners together', async () => {
        const windows: OwnerWindow[] = [];
        for await (const window of ownerWindows(sut.list('list/'), (key) => key.slice(5, 6), 3)) {
          windows.push(window);
        }
        expect(windows.flatMap(({ objects }) => objects.map(({ key }) => key))).toEqual(await keysOf(sut, 'list/'));
        expect(windows.map(({ after, upTo }) => [after, upTo])).toEqual([[null, 'a'], ['a', 'b'], ['b', null]]);
      });

      it('lists the whole store for an empty prefix', async () => {
        expect(await keysOf(sut, '')).toEqual(expect.arrayContaining(keys));
      });

      it('refuses a prefix that no key can have', async () => {
        for (const prefix of ['/', '../', 'a//', 'ü']) {
          await expect(keysOf(sut, prefix)).rejects.toMatchObject({ code: 'OBJECT_KEY_INVALID' });
        }
      });
    });

    describe('remove', () => {
      it('removes what is there and does not mind what is not', async () => {
        await sut.put('remove/one', streamOf(bytesOf(9 * MIB)), media);
        await sut.put('remove/two', streamOf(bytesOf(1)), media);
        await sut.remove(['remove/one', 'remove/never', 'remove/never/below']);
        await sut.remove(['remove/one']);
        await sut.remove([]);
        expect(await keysOf(sut, 'remove/')).toEqual(['remove/two']);
      });

      it('does not remove a folder by its name', async () => {
        await sut.put('folder/inside', streamOf(bytesOf(1)), media);
        await sut.remove(['folder']);
        expect(await keysOf(sut, 'folder')).toEqual(['folder/inside']);
      });

      it('lets a key be put again where it was removed', async () => {
        await sut.put('again/and/again', streamOf(bytesOf(1)), media);
        await sut.remove(['again/and/again']);
        await sut.put('again/and', streamOf(bytesOf(2)), media);
        expect(await keysOf(sut, 'again/')).toEqual(['again/and']);
      });

      it('survives puts and removals of neighbours at the same time', async () => {
        await inBatches(Array.from({ length: 60 }, (_, index) => index), 12, async (index) => {
          await sut.put(`busy/folder/${index}`, streamOf(bytesOf(10)), media);
          await sut.remove([`busy/folder/${index}`]);
        });
        expect(await keysOf(sut, 'busy/')).toEqual([]);
      });

      it('lists and removes more than a thousand keys by prefix, and nothing beside it', async () => {
        const keys = Array.from({ length: 1_005 }, (_, index) => `many/1/${String(index).padStart(5, '0')}`);
        await inBatches([...keys, 'many/10/x'], 16, (key) => sut.put(key, streamOf(bytesOf(1)), media));
        expect(await keysOf(sut, 'many/1/')).toEqual(keys);
        expect(await sut.removePrefix('many/1/')).toBe(1_005);
        expect(await keysOf(sut, 'many/')).toEqual(['many/10/x']);
        expect(await sut.removePrefix('many/1/')).toBe(0);
      }, 120_000);

      it.each(['', 'many', 'many/1', '../', '/'])('refuses to remove by the prefix "%s"', async (prefix) => {
        await expect(sut.removePrefix(prefix)).rejects.toMatchObject({ code: 'OBJECT_KEY_INVALID' });
      });
    });

    describe('signed URLs', () => {
      it('let anyone read until they expire, if the store serves HTTP', async () => {
        const data = bytesOf(10_000, 9);
        await sut.put('signed/capture.pcap', streamOf(data), { mediaType: 'application/vnd.tcpdump.pcap' });
        const url = await sut.signedUrl('signed/capture.pcap', { expiresInSec: 60, downloadName: 'Gerät "1".pcap' });
        if (!under.signsUrls) {
          expect(url).toBeUndefined();
          return;
        }
        const answer = await fetch(url as string);
        expect(answer.status).toBe(200);
        expect(answer.headers.get('content-type')).toBe('application/vnd.tcpdump.pcap');
        expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="Ger_t _1_.pcap"; filename*=UTF-8''Ger%C3%A4t%20%221%22.pcap`);
        expect(Buffer.from(await answer.arrayBuffer())).toEqual(data);
        const tampered = new URL(url as string);
        tampered.pathname = tampered.pathname.replace('capture.pcap', 'secret.pcap');
        const refused = await fetch(tampered);
        await refused.body?.cancel();
        expect(refused.status).toBe(403);
      });

      it.each([0, -1, 604_801, 1.5])('refuse a validity of %s seconds', async (expiresInSec) => {
        await expect(sut.signedUrl('signed/x', { expiresInSec })).rejects.toMatchObject({ code: 'OBJECT_URL_EXPIRY_INVALID' });
      });
    });

    describe('sweep', () => {
      it('leaves writers at work alone', async () => {
        const { body, silent } = stallingAfter(bytesOf(17 * MIB));
        const finishing: Readable = body;
        const putting = sut.put('sweep/alive', finishing, media);
        await silent;
        expect(await sut.sweep()).toBe(0);
        finishing.push(null);
        expect((await putting).size).toBe(17 * MIB);
      });
    });
  });
}
