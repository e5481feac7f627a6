import type { RowOf, RowType } from '@capstan/contracts';
import { rowKey, stableRow } from '../../platforms';

type Row = Record<string, unknown>;

/** A field that has another value. */
export interface FieldChange {
  readonly key: string;
  readonly field: string;
  readonly old: unknown;
  readonly new: unknown;
}

/** Rows that came and went, and fields that changed. */
export interface RowChanges {
  readonly added: Row[];
  readonly removed: Row[];
  readonly modified: FieldChange[];
}

/** Compares the rows of two captures, without what changes by itself. Equal rows may stand in a table more than once. */
export function compareRows<Type extends RowType>(type: Type, before: readonly RowOf<Type>[], after: readonly RowOf<Type>[]): RowChanges {
  const old = byKey(type, before);
  const changes: RowChanges = { added: [], removed: [], modified: [] };
  for (const [key, rows] of byKey(type, after)) {
    const previous = old.get(key) ?? [];
    old.delete(key);
    rows.forEach((row, index) => {
      const was = previous[index];
      if (was === undefined) {
        changes.added.push(row);
      } else {
        changes.modified.push(...fieldChanges(key, was, row));
      }
    });
    changes.removed.push(...previous.slice(rows.length));
  }
  changes.removed.push(...[...old.values()].flat());
  return changes;
}

function byKey<Type extends RowType>(type: Type, rows: readonly RowOf<Type>[]): Map<string, Row[]> {
  const sorted = new Map<string, Row[]>();
  for (const row of rows) {
    const key = rowKey(type, row);
    sorted.set(key, [...(sorted.get(key) ?? []), stableRow(type, row) as Row]);
  }
  return sorted;
}

function fieldChanges(key: string, before: Row, after: Row): FieldChange[] {
  return Object.keys({ ...before, ...after })
    .filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
    .map((field) => ({ key, field, old: before[field] ?? null, new: after[field] ?? null }));
}
