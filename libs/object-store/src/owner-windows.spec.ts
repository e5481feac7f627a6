import fc from 'fast-check';
import type { ObjectInfo } from './object-store';
import { ownerWindows, type OwnerWindow } from './owner-windows';

const ownerOf = (key: string): string => key.split('/')[0] ?? '';

async function windowsOf(keys: readonly string[], size: number): Promise<OwnerWindow[]> {
  async function* listing(): AsyncGenerator<ObjectInfo> {
    for (const key of keys) {
      yield await Promise.resolve({ key, size: 1, etag: key, lastModified: new Date(0) });
    }
  }
  const windows: OwnerWindow[] = [];
  for await (const window of ownerWindows(listing(), ownerOf, size)) {
    windows.push(window);
  }
  return windows;
}

describe(ownerWindows.name, () => {
  it('has one window without bounds for an empty store: rows there lack everything', async () => {
    await expect(windowsOf([], 2)).resolves.toEqual([{ after: null, upTo: null, objects: [] }]);
  });

  it('never cuts an owner in two, covers every owner once, and loses no object', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(20)), { maxLength: 40 }), fc.integer({ min: 1, max: 5 }), async (pairs, size) => {
        const keys = [...new Set(pairs.map(([owner, name]) => `${owner}/${String(name).padStart(2, '0')}`))].sort();
        const windows = await windowsOf(keys, size);
        expect(windows.flatMap(({ objects }) => objects.map(({ key }) => key))).toEqual(keys);
        expect(windows[0]?.after).toBeNull();
        expect(windows.at(-1)?.upTo).toBeNull();
        windows.forEach(({ after, upTo, objects }, index) => {
          expect(after).toBe(index === 0 ? null : (windows[index - 1]?.upTo ?? null));
          for (const owner of objects.map(({ key }) => ownerOf(key))) {
            expect(after === null || owner > after).toBe(true);
            expect(upTo === null || owner <= upTo).toBe(true);
          }
        });
      }),
    );
  });
});
