import type { DataSource } from 'typeorm';
import { rows } from './transaction';

/** Connections of a pool that no lock may keep: whoever holds one needs another for what he does, and so does everybody else. */
const NOT_FOR_LOCKS = 2;

const holders = new WeakMap<DataSource, number>();

/**
 * Does work that one instance at a time may do, under an advisory lock of the session kind on a connection of its own:
 * PostgreSQL gives it back by itself when the holder dies. Names belong to the database, so they begin with the service's.
 * @returns what the work returned, or undefined while another instance is at it, or this one at as much as its connections bear
 * @throws AppError `DATABASE_UNAVAILABLE`, and what the work threw
 */
export async function underLock<T>(dataSource: DataSource, name: string, work: () => Promise<T>): Promise<T | undefined> {
  const held = holders.get(dataSource) ?? 0;
  const { poolSize = 10 } = dataSource.options as { poolSize?: number };
  if (held >= Math.max(1, poolSize - NOT_FOR_LOCKS)) {
    return undefined;
  }
  holders.set(dataSource, held + 1);
  const connection = dataSource.createQueryRunner();
  try {
    const [lock] = await rows<{ mine: boolean }>(connection, 'SELECT pg_try_advisory_lock(hashtext($1)) AS mine', [name]);
    if (lock?.mine !== true) {
      return undefined;
    }
    try {
      return await work();
    } finally {
      await rows(connection, 'SELECT pg_advisory_unlock(hashtext($1))', [name]).catch(() => undefined);
    }
  } finally {
    holders.set(dataSource, (holders.get(dataSource) ?? 1) - 1);
    await connection.release();
  }
}
