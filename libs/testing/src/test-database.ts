import { randomBytes } from 'node:crypto';
import { Client, escapeIdentifier } from 'pg';
import { eventually } from './eventually';
import { postgresForTests } from './test-services';

/** A database of one test file. */
export interface TestDatabase {
  /** Of a superuser, to this database. */
  url: string;
  name: string;
  /**
   * Removes the database.
   * @throws Error naming the clients that were still connected: a pool or a listener somebody forgot to close.
   */
  drop(): Promise<void>;
}

async function withAdmin<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, application_name: 'capstan-test-admin' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The same server, another database. */
function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.toString();
}

/**
 * Makes a fresh database; takes about 50 ms on the local server.
 * @param options.template a database to copy, which nobody may be connected to. Default: PostgreSQL's empty one.
 */
export async function testDatabase(options: { template?: string } = {}): Promise<TestDatabase> {
  const server = await postgresForTests();
  const name = `test_${process.env['JEST_WORKER_ID'] ?? '0'}_${randomBytes(6).toString('hex')}`;
  const template = escapeIdentifier(options.template ?? 'template0');
  await withAdmin(server.url, (client) => client.query(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE ${template}`));
  const drop = async (): Promise<void> => {
    await withAdmin(server.url, async (client) => {
      let left: string[] = [];
      // A client that has just said goodbye is listed for a moment longer.
      const gone = eventually(
        async () => {
          const { rows } = await client.query<{ who: string }>(
            `SELECT coalesce(nullif(application_name, ''), 'unnamed') || ': ' || left(query, 80) AS who FROM pg_stat_activity WHERE datname = $1`,
            [name],
          );
          left = rows.map(({ who }) => who);
          if (left.length > 0) {
            throw new Error(`${left.length} connections`);
          }
        },
        { timeoutMs: 3_000 },
      );
      const clean = await gone.then(
        () => true,
        () => false,
      );
      await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
      if (!clean) {
        throw new Error(`Connections to the test database were left open:\n${left.join('\n')}`);
      }
    });
  };
  return { url: databaseUrl(server.url, name), name, drop };
}

/**
 * Password of every service's role in tests. Roles belong to the whole server, which the test files share: one that gave
 * a role another password would lock the others out in the middle of their run.
 */
export const TEST_ROLE_PASSWORD = 'of every role in tests';
