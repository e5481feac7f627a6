import type { DataSource, QueryRunner } from 'typeorm';
import { rows } from './transaction';

/**
 * Does work that one instance at a time may do, under an advisory lock of the session kind on a connection of its own:
 * PostgreSQL gives it back by itself when the holder dies. Names belong to the database, so they begin with the service's.
 * @param work is given the connection that holds the lock; it should not change rows over it
 * @returns what the work returned, or undefined while another instance is at it
 * @throws AppError `DATABASE_UNAVAILABLE`, and what the work threw
 */
export async function underLock<T>(dataSource: DataSource, name: string, work: (connection: QueryRunner) => Promise<T>): Promise<T | undefined> {
  const connection = dataSource.createQueryRunner();
  try {
    const [lock] = await rows<{ mine: boolean }>(connection, 'SELECT pg_try_advisory_lock(hashtext($1)) AS mine', [name]);
    if (lock?.mine !== true) {
      return undefined;
    }
    try {
      return await work(connection);
    } finally {
      await rows(connection, 'SELECT pg_advisory_unlock(hashtext($1))', [name]).catch(() => undefined);
    }
  } finally {
    await connection.release();
  }
}
