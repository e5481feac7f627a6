import { Client } from 'pg';
import { type TestDatabase, testDatabase } from '@capstan/testing';
import { provisionSchema, roleOf, schemaOf } from '../src/index';
import { provision } from './fixture';

async function query(url: string, ...statements: string[]): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    let found: unknown[] = [];
    for (const statement of statements) {
      found = (await client.query(statement)).rows as unknown[];
    }
    return found;
  } finally {
    await client.end();
  }
}

describe(provisionSchema.name, () => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await testDatabase();
  });

  afterAll(async () => {
    await database.drop();
  });

  it('lets a service use its own schema', async () => {
    const sut = await provision(database.url, 'spec-own');
    expect(sut).toMatchObject({ role: 'capstan_spec_own', schema: 'spec_own' });
    await expect(query(sut.url, 'CREATE TABLE spec_own.notes AS SELECT 1 AS id', 'SELECT id FROM spec_own.notes')).resolves.toEqual([{ id: 1 }]);
  });

  it('has PostgreSQL refuse the schema to the role of another service', async () => {
    const owner = await provision(database.url, 'spec-owner');
    await query(owner.url, 'CREATE TABLE spec_owner.secrets AS SELECT 1 AS id');
    const stranger = await provision(database.url, 'spec-stranger');
    await expect(query(stranger.url, 'SELECT * FROM spec_owner.secrets')).rejects.toMatchObject({ code: '42501', message: 'permission denied for schema spec_owner' });
    await expect(query(stranger.url, 'CREATE TABLE spec_owner.mine (id int)')).rejects.toMatchObject({ code: '42501' });
  });

  it('leaves a service no place outside of its schema', async () => {
    const { url } = await provision(database.url, 'spec-narrow');
    await expect(query(url, 'CREATE TABLE public.notes (id int)')).rejects.toMatchObject({ code: '42501' });
    await expect(query(url, 'CREATE SCHEMA another')).rejects.toMatchObject({ code: '42501' });
    await expect(query(url, 'CREATE ROLE another')).rejects.toMatchObject({ code: '42501' });
  });

  it('sets a new password when it is run again, and keeps the tables', async () => {
    const first = await provision(database.url, 'spec-again');
    await query(first.url, 'CREATE TABLE spec_again.notes AS SELECT 7 AS id');
    const second = await provisionSchema({ adminUrl: database.url, service: 'spec-again', password: 'changed' });
    await expect(query(second.url, 'SELECT id FROM spec_again.notes')).resolves.toEqual([{ id: 7 }]);
    await expect(query(first.url, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('survives that several provision the same service together, also in different databases', async () => {
    const other = await testDatabase();
    const sut = await Promise.all(Array.from({ length: 8 }, (_, index) => provision(index % 2 === 0 ? database.url : other.url, 'spec-together')));
    for (const { url } of sut) {
      await expect(query(url, 'SELECT current_user AS who')).resolves.toEqual([{ who: 'capstan_spec_together' }]);
    }
    await other.drop();
  });

  it('tells a server that is not there without naming the password', async () => {
    const attempt = provisionSchema({ adminUrl: 'postgres://admin:hunter2@127.0.0.1:1/x', service: 'spec-nowhere', password: 'hunter3' });
    const error: unknown = await attempt.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true });
    expect(JSON.stringify(error)).not.toMatch(/hunter/);
  });
});

describe(schemaOf.name, () => {
  it('makes the names of a service from its name', () => {
    expect(schemaOf('capture-orchestrator')).toBe('capture_orchestrator');
    expect(roleOf('capture-orchestrator')).toBe('capstan_capture_orchestrator');
  });

  it.each(['', 'Gateway', 'a b', 'a--b', '-a', 'a;drop', 'x'.repeat(51)])('refuses the name %p', (name) => {
    expect(() => schemaOf(name)).toThrow(expect.objectContaining({ code: 'SERVICE_NAME_INVALID' }));
  });
});
