import { sqlState } from '@capstan/persistence';

/** Whether PostgreSQL refused a row because of a unique index. */
export function isUniqueViolation(error: unknown): boolean {
  return sqlState(error) === '23505';
}

/** Whether PostgreSQL refused to remove a row that others name. */
export function isUsedElsewhere(error: unknown): boolean {
  return sqlState(error) === '23503' || sqlState(error) === '23001';
}

/**
 * The assignments of an UPDATE. The names are those of a validated body, never a caller's own.
 * @param first number of the first parameter
 */
export function updateOf(changes: Readonly<Record<string, unknown>>, first: number): { assignments: string; values: unknown[] } {
  const entries = Object.entries(changes).filter(([, value]) => value !== undefined);
  return { assignments: entries.map(([name], index) => `${name} = $${first + index}`).join(', '), values: entries.map(([, value]) => value) };
}
