import { AppError, backoffDelay, systemClock, systemRandom } from '@capstan/kernel';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { connectionProblem, sqlState } from './connection-problem';
import { roleOf, schemaOf } from './names';

/** What {@link provisionSchema} needs. */
export interface ProvisionOptions {
  /** Of a role that may create roles and schemas in the database. */
  adminUrl: string;
  /** The service's name, such as `capture-orchestrator`. */
  service: string;
  /** Of the service's login role. Set anew each time, so that changing it is provisioning again. */
  password: string;
}

/** Where a service keeps its tables. */
export interface ProvisionedSchema {
  /** Of the service's own role, to the same database. Holds the password: never log it. */
  url: string;
  role: string;
  schema: string;
}

/**
 * SQLSTATEs two provisioners of different databases can meet: roles belong to the whole server, but an advisory lock only to one database.
 * 23505, 42710: the other created the role first; XX000: "tuple concurrently updated".
 */
const CONCURRENT_STATES = new Set(['23505', '42710', 'XX000']);
const ATTEMPTS = 8;

function statements(role: string, schema: string, password: string, roleExists: boolean): string[] {
  const roleName = escapeIdentifier(role);
  const schemaName = escapeIdentifier(schema);
  return [
    // Nothing but its login: what it may do comes from owning its schema.
    `${roleExists ? 'ALTER' : 'CREATE'} ROLE ${roleName} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT PASSWORD ${escapeLiteral(password)}`,
    `REVOKE ALL ON SCHEMA public FROM PUBLIC`,
    // An administrator that is no superuser must be a member of the role to give it a schema.
    `GRANT ${roleName} TO CURRENT_USER`,
    `CREATE SCHEMA IF NOT EXISTS ${schemaName} AUTHORIZATION ${roleName}`,
    `ALTER SCHEMA ${schemaName} OWNER TO ${roleName}`,
    `REVOKE ALL ON SCHEMA ${schemaName} FROM PUBLIC`,
  ];
}

async function provisionOnce(client: Client, { service, password }: ProvisionOptions): Promise<void> {
  const role = roleOf(service);
  await client.query('BEGIN');
  try {
    await client.query(`SELECT pg_advisory_xact_lock(hashtext('capstan:provision'))`);
    const { rowCount } = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
    for (const statement of statements(role, schemaOf(service), password, rowCount !== 0)) {
      await client.query(statement);
    }
    const { rows } = await client.query<{ name: string }>('SELECT current_database() AS name');
    const database = escapeIdentifier(rows[0]!.name);
    await client.query(`REVOKE CREATE, TEMPORARY ON DATABASE ${database} FROM PUBLIC`);
    await client.query(`GRANT CONNECT ON DATABASE ${database} TO ${escapeIdentifier(role)}`);
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/** An error of PostgreSQL repeats the statement it is about, and ours holds a password: only the state is passed on. */
function withoutStatement(error: unknown, service: string): AppError {
  return (
    connectionProblem(error) ??
    new AppError('SCHEMA_PROVISION_FAILED', `The schema of ${service} could not be made: the administrator's role must be allowed to create roles and schemas`, {
      details: { sqlState: sqlState(error) ?? null },
    })
  );
}

/**
 * Gives a service its schema and its login role; PostgreSQL itself then refuses it everything else, and refuses everyone else its tables.
 * Safe to repeat, and safe when several do it together.
 * @throws AppError `SCHEMA_PROVISION_FAILED`, `DATABASE_UNAVAILABLE`, `SERVICE_NAME_INVALID`
 */
export async function provisionSchema(options: ProvisionOptions): Promise<ProvisionedSchema> {
  const role = roleOf(options.service);
  const schema = schemaOf(options.service);
  const client = new Client({ connectionString: options.adminUrl, application_name: 'capstan-provision', connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    for (let attempt = 1; ; attempt += 1) {
      try {
        await provisionOnce(client, options);
        break;
      } catch (error) {
        if (attempt >= ATTEMPTS || !CONCURRENT_STATES.has(sqlState(error) ?? '')) {
          throw error;
        }
        await systemClock.sleep(backoffDelay({ initialMs: 20, maxMs: 500 }, attempt, systemRandom()));
      }
    }
  } catch (error) {
    throw withoutStatement(error, options.service);
  } finally {
    await client.end().catch(() => undefined);
  }
  const url = new URL(options.adminUrl);
  url.username = encodeURIComponent(role);
  url.password = encodeURIComponent(options.password);
  return { url: url.toString(), role, schema };
}
