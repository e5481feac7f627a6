import { type TestDatabase, testDatabase } from '@capstan/testing';
import type { DataSource } from 'typeorm';
import { createDataSource, rows, underLock } from '../src/index';
import { provision } from './fixture';

const SERVICE = 'spec-locks';

describe(underLock.name, () => {
  let database: TestDatabase;
  let sources: DataSource[];

  beforeAll(async () => {
    database = await testDatabase();
    const { url } = await provision(database.url, SERVICE);
    sources = await Promise.all([3, 5].map((poolSize) => createDataSource({ url, service: SERVICE, entities: [], migrations: [], poolSize }).initialize()));
  });

  afterAll(async () => {
    await Promise.all(sources.map((source) => source.destroy()));
    await database.drop();
  });

  it.each([
    [0, 3, 1],
    [1, 5, 3],
  ])('of four works that begin together, source %i with its %i connections does %i, and those have what they need', async (index, _, done) => {
    const sut = sources[index] as DataSource;
    const results = await Promise.all(
      ['one', 'two', 'three', 'four'].map((name) =>
        underLock(sut, `${SERVICE} ${name}`, async () => {
          await rows(sut, 'SELECT pg_sleep(0.05)');
          return name;
        }),
      ),
    );
    expect(results).toEqual(['one', 'two', 'three', 'four'].map((name, place) => (place < done ? name : undefined)));
    await expect(underLock(sut, `${SERVICE} four`, async () => 'later')).resolves.toBe('later');
  }, 8_000);

  it('is held by one process at a time, and free again when the work fails', async () => {
    const [one, two] = sources as [DataSource, DataSource];
    await expect(
      underLock(one, `${SERVICE} shared`, async () => {
        expect(await underLock(two, `${SERVICE} shared`, async () => 'too')).toBeUndefined();
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    await expect(underLock(two, `${SERVICE} shared`, async () => 'now')).resolves.toBe('now');
  });
});
