import { rows } from '@capstan/persistence';
import type { DataSource, QueryRunner } from 'typeorm';

/** One name for all instances of the service; advisory locks belong to the database. */
const LOCK = 'capstan:capture-orchestrator:watchdog';

/**
 * An advisory lock of the session kind, held on a connection of its own: PostgreSQL gives it back by itself when the holder
 * dies or its connection does, so that another instance takes over without any timeout of ours.
 */
export class Leadership {
  private connection: QueryRunner | null = null;

  constructor(private readonly dataSource: DataSource) {}

  /** Whether this instance held the lock when it was last asked. */
  get held(): boolean {
    return this.connection !== null;
  }

  /**
   * Takes the lock if nobody has it, or proves that it is still held.
   * @returns the connection that holds it, or null while another instance does
   * @throws AppError `DATABASE_UNAVAILABLE`; the lock is given up then
   */
  async prove(): Promise<QueryRunner | null> {
    try {
      if (this.connection !== null) {
        await rows(this.connection, 'SELECT 1');
        return this.connection;
      }
      return await this.take();
    } catch (error) {
      await this.giveUp();
      throw error;
    }
  }

  /** Gives the lock back. Never throws. */
  async giveUp(): Promise<void> {
    const connection = this.connection;
    this.connection = null;
    if (connection !== null) {
      await connection.query('SELECT pg_advisory_unlock_all()').catch(() => undefined);
      await connection.release().catch(() => undefined);
    }
  }

  private async take(): Promise<QueryRunner | null> {
    const connection = this.dataSource.createQueryRunner();
    try {
      const [answer] = await rows<{ taken: boolean }>(connection, 'SELECT pg_try_advisory_lock(hashtext($1)) AS taken', [LOCK]);
      if (answer?.taken === true) {
        this.connection = connection;
        return connection;
      }
    } catch (error) {
      await connection.release().catch(() => undefined);
      throw error;
    }
    await connection.release();
    return null;
  }
}
