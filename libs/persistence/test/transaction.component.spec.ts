import { type TestDatabase, testDatabase, TcpProxy } from '@capstan/testing';
import type { DataSource } from 'typeorm';
import { createDataSource, rows, runMigrations, transaction } from '../src/index';
import { Crate, MIGRATIONS, provision } from './fixture';

const SERVICE = 'spec-transactions';
const ONE = '00000000-0000-7000-8000-000000000001';
const TWO = '00000000-0000-7000-8000-000000000002';

describe(transaction.name, () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let url: string;

  beforeAll(async () => {
    database = await testDatabase();
    ({ url } = await provision(database.url, SERVICE));
    dataSource = createDataSource({ url, service: SERVICE, entities: [Crate], migrations: MIGRATIONS });
    await dataSource.initialize();
    await runMigrations(dataSource);
  });

  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  beforeEach(async () => {
    await dataSource.query('TRUNCATE crates');
    await dataSource.query(`INSERT INTO crates (id, label, bytes) VALUES ($1, 'one', 1), ($2, 'two', 2)`, [ONE, TWO]);
  });

  it('rolls back what was done before the work threw', async () => {
    const work = transaction(dataSource, async (manager) => {
      await manager.query('DELETE FROM crates');
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    await expect(dataSource.getRepository(Crate).count()).resolves.toBe(2);
  });

  it('runs the one that lost a deadlock again, so that both are done', async () => {
    let bothHoldOne!: () => void;
    const met = new Promise<void>((resolve) => {
      bothHoldOne = resolve;
    });
    let holding = 0;
    let runs = 0;
    const swap = (first: string, second: string): Promise<void> =>
      transaction(dataSource, async (manager) => {
        runs += 1;
        await manager.query('UPDATE crates SET bytes = bytes + 10 WHERE id = $1', [first]);
        holding += 1;
        if (holding === 2) {
          bothHoldOne();
        }
        await met;
        await manager.query('UPDATE crates SET bytes = bytes + 100 WHERE id = $1', [second]);
      });
    await Promise.all([swap(ONE, TWO), swap(TWO, ONE)]);
    expect(runs).toBe(3);
    await expect(rows(dataSource, 'SELECT bytes FROM crates ORDER BY id')).resolves.toEqual([{ bytes: '111' }, { bytes: '112' }]);
  });

  it('gives up after the last attempt with the error of PostgreSQL', async () => {
    let runs = 0;
    const work = transaction(
      dataSource,
      async (manager) => {
        runs += 1;
        await manager.query(`DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END $$`);
      },
      { attempts: 3 },
    );
    await expect(work).rejects.toMatchObject({ driverError: { code: '40001' } });
    expect(runs).toBe(3);
  });

  it('does not repeat what failed for another reason', async () => {
    let runs = 0;
    const work = transaction(dataSource, async (manager) => {
      runs += 1;
      await manager.query('INSERT INTO crates (id, label, bytes) VALUES ($1, $2, 3)', [ONE, 'again']);
    });
    await expect(work).rejects.toMatchObject({ driverError: { code: '23505' } });
    expect(runs).toBe(1);
  });

  it('calls a lost connection DATABASE_UNAVAILABLE', async () => {
    const proxy = await TcpProxy.start({ port: Number(new URL(url).port) });
    const sut = createDataSource({ url: proxy.through(url), service: SERVICE, entities: [], migrations: [] });
    await sut.initialize();
    const cut = transaction(sut, async (manager) => {
      proxy.cut();
      await manager.query('SELECT 1');
    });
    await expect(cut).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true });
    await proxy.refuse();
    await expect(rows(sut, 'SELECT 1')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
    await proxy.restore();
    await expect(rows(sut, 'SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
    await sut.destroy();
    await proxy.close();
  });

  describe(rows.name, () => {
    it('returns rows of every kind of statement', async () => {
      await expect(rows(dataSource, `UPDATE crates SET label = 'new' WHERE id = $1 RETURNING label`, [ONE])).resolves.toEqual([{ label: 'new' }]);
      await expect(rows(dataSource, 'DELETE FROM crates WHERE id = $1 RETURNING id', [TWO])).resolves.toEqual([{ id: TWO }]);
      await expect(rows(dataSource, 'SELECT id FROM crates')).resolves.toEqual([{ id: ONE }]);
      await expect(rows(dataSource, `INSERT INTO crates (id, label, bytes) VALUES ($1, 'x', 1) RETURNING id`, [TWO])).resolves.toEqual([{ id: TWO }]);
      await expect(rows(dataSource, 'UPDATE crates SET bytes = 0 WHERE false')).resolves.toEqual([]);
    });
  });
});
