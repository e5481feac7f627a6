import type { ObjectInfo } from './object-store';

/** Part of a listing: every object whose owner lies behind `after` and not behind `upTo`. */
export interface OwnerWindow {
  /** Null in the first window. */
  readonly after: string | null;
  /** Null in the last one: whatever owner comes later has no objects at all. */
  readonly upTo: string | null;
  readonly objects: readonly ObjectInfo[];
}

/**
 * Cuts a listing into windows of about `size` objects, never between two objects of one owner, so that the rows of the same
 * owners can be read beside it: rows and objects are compared in one pass, whatever their number. Owners must come in the
 * order of their keys. There is always a last window, also of an empty store.
 */
export async function* ownerWindows(listing: AsyncIterable<ObjectInfo>, ownerOf: (key: string) => string, size: number): AsyncGenerator<OwnerWindow> {
  let after: string | null = null;
  let objects: ObjectInfo[] = [];
  let owner: string | null = null;
  for await (const object of listing) {
    const next = ownerOf(object.key);
    if (objects.length >= size && next !== owner) {
      yield { after, upTo: owner, objects };
      after = owner;
      objects = [];
    }
    owner = next;
    objects.push(object);
  }
  yield { after, upTo: null, objects };
}
