import { Client } from 'pg';
import { outdatedStatement } from './connection-problem';
import { PreparedStatements } from './prepared-statements';

/** What of the driver's client is used here; its own types name a dozen ways to ask. */
interface Asking {
  query(query: unknown, values?: unknown, done?: unknown): Promise<unknown>;
  getTransactionStatus(): 'I' | 'T' | 'E' | null;
}

const statements = new PreparedStatements();

/** The driver's client, sparing PostgreSQL: a statement that comes again and again is parsed and planned once per connection. */
export class DatabaseClient extends (Client as unknown as new (config: object) => Asking) {
  override query(query: unknown, values?: unknown, done?: unknown): Promise<unknown> {
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
