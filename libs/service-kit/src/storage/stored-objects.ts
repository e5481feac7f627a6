import type { StoreUsage } from '@capstan/contracts';
import { UUID_PATTERN } from '@capstan/kernel';
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

/**
 * The condition of {@link StoredObjects.namedBetween} where owners are UUIDs. A folder that is none, beside those that are, is
 * compared as text, which no index helps with.
 * @param column of the owner's id
 * @returns SQL with its parameters from `$1` on
 */
export function ownersBetween(column: string, after: string | null, upTo: string | null): { readonly range: string; readonly parameters: readonly string[] } {
  const parameters: string[] = [];
  const bound = (operator: '>' | '<=', id: string | null): string[] => {
    if (id === null) {
      return [];
    }
    const [left, type] = UUID_PATTERN.test(id) ? [column, 'uuid'] : [`${column}::text COLLATE "C"`, 'text'];
    return [`${left} ${operator} $${parameters.push(id)}::${type}`];
  };
  return { range: ['true', ...bound('>', after), ...bound('<=', upTo)].join(' AND '), parameters };
}
