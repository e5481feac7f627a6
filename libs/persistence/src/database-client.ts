import type { Writable } from 'node:stream';
import { Client } from 'pg';
import { outdatedStatement } from './connection-problem';
import { PreparedStatements } from './prepared-statements';

/** What of the driver's client is used here; its own types name a dozen ways to ask. */
interface Asking {
  readonly connection: { readonly stream: Writable };
  query(query: unknown, values?: unknown, done?: unknown): Promise<unknown>;
  getTransactionStatus(): 'I' | 'T' | 'E' | null;
}

/** As TypeORM begins and ends what is not nested. */
const BEGIN = 'START TRANSACTION';
const ENDS: readonly unknown[] = ['COMMIT', 'ROLLBACK'];

const statements = new PreparedStatements();

/**
 * The driver's client, sparing PostgreSQL and the wire: a statement that comes again and again is parsed and planned once
 * per connection, and the beginning of a transaction travels with its first statement instead of alone. For the latter it
 * has to be made with `pipeline: true`.
 */
export class DatabaseClient extends (Client as unknown as new (config: object) => Asking) {
  /** A transaction has begun for whoever asked, and PostgreSQL knows nothing of it yet. */
  private begun = false;

  override query(query: unknown, values?: unknown, done?: unknown): Promise<unknown> {
    if (query === BEGIN && done === undefined) {
      this.begun = true;
      return Promise.resolve();
    }
    if (!this.begun) {
      return this.ask(query, values, done);
    }
    this.begun = false;
    if (ENDS.includes(query)) {
      return Promise.resolve();
    }
    const { stream } = this.connection;
    stream.cork();
    try {
      // Where it fails, so does what follows, which is what the caller waits for.
      super.query(BEGIN).catch(() => undefined);
      return this.ask(query, values, done);
    } finally {
      stream.uncork();
    }
  }

  private ask(query: unknown, values: unknown, done: unknown): Promise<unknown> {
    const name = typeof query === 'string' && done === undefined && Array.isArray(values) && values.length > 0 ? statements.nameOf(query) : undefined;
    return name === undefined ? super.query(query, values, done) : this.askPrepared(name, query as string, values);
  }

  private async askPrepared(name: string, text: string, values: unknown): Promise<unknown> {
    try {
      return await super.query({ name, text, values });
    } catch (error) {
      if (!outdatedStatement(error)) {
        throw error;
      }
      statements.giveUp(text);
      if (this.getTransactionStatus() !== 'I') {
        // The transaction is lost; whoever runs it does so again.
        throw error;
      }
      return super.query(text, values);
    }
  }
}
