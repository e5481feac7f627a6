import { eventually, LeakCheck, TcpProxy, type TestDatabase, testDatabase } from '@capstan/testing';
import { Client } from 'pg';
import { listen } from '../src/index';

describe(listen.name, () => {
  let database: TestDatabase;
  let sender: Client;
  let leaks: LeakCheck;

  beforeAll(async () => {
    database = await testDatabase();
    leaks = new LeakCheck();
    sender = new Client({ connectionString: database.url });
    await sender.connect();
  });

  afterAll(async () => {
    await sender.end();
    await leaks.assertClean();
    await database.drop();
  });

  const notify = (payload: string): Promise<unknown> => sender.query(`SELECT pg_notify('outbox', $1)`, [payload]);

  it('delivers notifications of its channel and ends when told to', async () => {
    const seen: string[] = [];
    const stop = new AbortController();
    const sut = listen(database.url, 'outbox', (payload) => seen.push(payload), { signal: stop.signal });
    await eventually(() => expect(seen).toEqual(['']));
    await sender.query(`SELECT pg_notify('another', 'not for us')`);
    await notify('one');
    await eventually(() => expect(seen).toEqual(['', 'one']));
    stop.abort();
    await sut;
  });

  it('connects again after the connection was cut, and says that something may have been missed', async () => {
    const proxy = await TcpProxy.start({ port: Number(new URL(database.url).port) });
    const seen: string[] = [];
    const problems: unknown[] = [];
    const stop = new AbortController();
    const sut = listen(proxy.through(database.url), 'outbox', (payload) => seen.push(payload), { signal: stop.signal, onDisconnect: (error) => problems.push(error) });
    await eventually(() => expect(seen).toEqual(['']));
    await proxy.refuse();
    await notify('missed');
    await eventually(() => expect(problems.length).toBeGreaterThanOrEqual(2));
    expect(seen).toEqual(['']);
    await proxy.restore();
    await eventually(() => expect(seen).toEqual(['', '']));
    await notify('after');
    await eventually(() => expect(seen).toEqual(['', '', 'after']));
    stop.abort();
    await sut;
    await proxy.close();
  });

  it('ends while it is waiting to connect again', async () => {
    const stop = new AbortController();
    const problems: unknown[] = [];
    const sut = listen('postgres://nobody:x@127.0.0.1:1/x', 'outbox', () => undefined, { signal: stop.signal, onDisconnect: (error) => problems.push(error) });
    await eventually(() => expect(problems.length).toBeGreaterThanOrEqual(1));
    stop.abort();
    await expect(sut).resolves.toBeUndefined();
  });

  it('ends although the server does not answer any more', async () => {
    const proxy = await TcpProxy.start({ port: Number(new URL(database.url).port) });
    const seen: string[] = [];
    const stop = new AbortController();
    const sut = listen(proxy.through(database.url), 'outbox', (payload) => seen.push(payload), { signal: stop.signal });
    await eventually(() => expect(seen).toEqual(['']));
    proxy.freeze();
    stop.abort();
    await sut;
    await proxy.close();
  });
});
