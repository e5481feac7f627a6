import type { StoreUsage } from '@capstan/contracts';
import type { NamedObject } from '@capstan/object-store';
import type { SqlRunner } from '@capstan/persistence';

/** Rows of some owners, and what must be left alone of them. */
export interface NamedObjects {
  readonly named: readonly NamedObject[];
  /** Owners whose objects stay although no row names them yet: work on them goes on, or another service keeps the rows. */
  readonly spared: ReadonlySet<string>;
}

/** Objects below one prefix, and the rows of this service that name them. */
export interface StoredObjects {
  /** Ends with a slash. */
  readonly prefix: string;
  /** Whom an object belongs to: the part of its key by which rows can be found. Owners sort as their keys do. */
  ownerOf(key: string): string;
  /** Rows whose owners lie behind `after` and not behind `upTo`; null is no bound. */
  namedBetween(after: string | null, upTo: string | null): Promise<NamedObjects>;
  /** Marks rows whose objects are gone, and takes the mark from all others. @returns keys that were not marked before */
  markLost(manager: SqlRunner, keys: readonly string[]): Promise<string[]>;
}

/** What a service tells of its storage, and what it lets be compared. */
export interface StorageKeeper {
  readonly objects: readonly StoredObjects[];
  usage(): Promise<StoreUsage[]>;
}
