import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { connectionProblem } from './connection-problem';
import { schemaOf } from './names';

/**
 * What was last noted on the schemas of services, as PostgreSQL's own comment: it goes along with a backup and comes back with
 * its tables, where a file beside the database would speak of other ones.
 * @param adminUrl of a role that may connect; holds a password
 * @throws AppError `DATABASE_UNAVAILABLE`
 */
export async function schemaMarks(adminUrl: string): Promise<ReadonlyMap<string, string>> {
  return withClient(adminUrl, async (client) => {
    const { rows } = await client.query<{ schema: string; mark: string }>(`SELECT nspname AS schema, obj_description(oid, 'pg_namespace') AS mark FROM pg_namespace WHERE obj_description(oid, 'pg_namespace') IS NOT NULL`);
    return new Map(rows.map(({ schema, mark }) => [schema, mark]));
  });
}

/** Notes something on the schemas of services. @throws AppError `DATABASE_UNAVAILABLE` */
export async function markSchemas(adminUrl: string, services: readonly string[], mark: string): Promise<void> {
  await withClient(adminUrl, async (client) => {
    for (const service of services) {
      await client.query(`COMMENT ON SCHEMA ${escapeIdentifier(schemaOf(service))} IS ${escapeLiteral(mark)}`);
    }
  });
}

async function withClient<T>(adminUrl: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: adminUrl, application_name: 'capstan-provision', connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } catch (error) {
    throw connectionProblem(error) ?? error;
  } finally {
    await client.end().catch(() => undefined);
  }
}
