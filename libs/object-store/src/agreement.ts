import type { ObjectInfo } from './object-store';

/** A row that names an object. */
export interface NamedObject {
  readonly key: string;
  /** Unix time since when the object must be there. */
  readonly since: number;
}

/** Where objects and rows do not agree. */
export interface Disagreement {
  /** Objects that no row names. */
  readonly orphans: readonly ObjectInfo[];
  /** Keys of rows whose objects are not there. */
  readonly missing: readonly string[];
}

/**
 * Compares objects with the rows that name them. What is younger than the grace time is on its way: objects are stored before
 * the rows that name them, and a row that came after the listing has its object all the same.
 * @param before Unix time; only what is older counts
 */
export function disagreement(objects: readonly ObjectInfo[], named: readonly NamedObject[], before: number): Disagreement {
  const names = new Set(named.map(({ key }) => key));
  const stored = new Set(objects.map(({ key }) => key));
  return {
    orphans: objects.filter(({ key, lastModified }) => !names.has(key) && lastModified.getTime() < before),
    missing: named.filter(({ key, since }) => !stored.has(key) && since < before).map(({ key }) => key),
  };
}
