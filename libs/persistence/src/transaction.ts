import { backoffDelay, type BackoffPolicy, type Clock, type Random, systemClock, systemRandom } from '@capstan/kernel';
import type { DataSource, EntityManager } from 'typeorm';
import { connectionProblem, lostRace } from './connection-problem';

/** Options of {@link transaction}. */
export interface TransactionOptions {
  /** Default `READ COMMITTED`, PostgreSQL's own. */
  isolation?: 'READ COMMITTED' | 'REPEATABLE READ' | 'SERIALIZABLE';
  /** How often the work may run in all. Default 5. */
  attempts?: number;
  clock?: Clock;
  random?: Random;
}

const BACKOFF: BackoffPolicy = { initialMs: 10, maxMs: 500 };

/**
 * Runs `work` in one transaction and commits, or rolls back when it throws.
 *
 * When PostgreSQL ends the transaction because it lost against another one (40001, 40P01), `work` runs again from the start:
 * it must do nothing outside the transaction that may not happen twice.
 * @throws what `work` threw; AppError `DATABASE_UNAVAILABLE` when the connection failed. After that one cannot know whether the commit arrived.
 */
export async function transaction<T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
  const { isolation, attempts = 5, clock = systemClock, random = systemRandom } = options;
  for (let attempt = 1; ; attempt += 1) {
    try {
      // Naming the default would cost a round trip in every transaction.
      return await (isolation === undefined ? dataSource.transaction(work) : dataSource.transaction(isolation, work));
    } catch (error) {
      if (!lostRace(error) || attempt >= attempts) {
        throw connectionProblem(error) ?? error;
      }
      await clock.sleep(backoffDelay(BACKOFF, attempt, random()));
    }
  }
}

/** What can run SQL: an entity manager inside a transaction, or a data source outside of one. */
export interface SqlRunner {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

/**
 * Runs SQL and returns its rows, whatever it is: TypeORM answers `[rows, count]` to an UPDATE or DELETE, and rows to all else.
 * @throws AppError `DATABASE_UNAVAILABLE` when the connection failed; PostgreSQL's error otherwise
 */
export async function rows<T extends object>(runner: SqlRunner, sql: string, parameters: readonly unknown[] = []): Promise<T[]> {
  let result: unknown;
  try {
    result = await runner.query(sql, [...parameters]);
  } catch (error) {
    throw connectionProblem(error) ?? error;
  }
  if (!Array.isArray(result)) {
    return [];
  }
  // A row is an object, so a first element that is an array can only be the pair.
  const [first] = result as unknown[];
  return (result.length === 2 && Array.isArray(first) && typeof result[1] === 'number' ? first : result) as T[];
}
