import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { freePort, isRunning, identify, type PostgresOptions, type RunningPostgres, startPostgres } from '../src/index';
import { type ScratchFolder, scratchFolder } from './fixture';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as unknown[];
  } finally {
    await client.end();
  }
}

describe(startPostgres.name, () => {
  let folder: ScratchFolder;
  const running: RunningPostgres[] = [];

  async function start(options: Partial<PostgresOptions> = {}): Promise<RunningPostgres> {
    const postgres = await startPostgres({ dataDir: path.join(folder.path, 'postgres'), password: 'p@ss /w#rd', ...options });
    running.push(postgres);
    return postgres;
  }

  beforeEach(() => {
    folder = scratchFolder();
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((postgres) => postgres.stop()));
    folder.remove();
  });

  it('keeps its data from one start to the next', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE crates AS SELECT 7 AS id');
    await first.stop();
    await expect(first.exited).resolves.toEqual({ code: 0, signal: null });
    const second = await start();
    await expect(query(second.url, 'SELECT id FROM crates')).resolves.toEqual([{ id: 7 }]);
  });

  it('keeps what was committed before a kill -9, on the same port', async () => {
    const port = await freePort();
    const first = await start({ port });
    await query(first.url, 'CREATE TABLE crates AS SELECT 7 AS id');
    process.kill(first.pid, 'SIGKILL');
    await expect(first.exited).resolves.toEqual({ code: null, signal: 'SIGKILL' });
    const second = await start({ port });
    expect(second.port).toBe(port);
    await expect(query(second.url, 'SELECT id FROM crates')).resolves.toEqual([{ id: 7 }]);
  });

  it('listens on loopback only, and on no socket file', async () => {
    const sut = await start();
    await expect(query(sut.url, `SELECT name, setting FROM pg_settings WHERE name IN ('listen_addresses', 'unix_socket_directories', 'fsync') ORDER BY name`)).resolves.toEqual([
      { name: 'fsync', setting: 'on' },
      { name: 'listen_addresses', setting: '127.0.0.1' },
      { name: 'unix_socket_directories', setting: '' },
    ]);
    const wrong = new URL(sut.url);
    wrong.password = 'wrong';
    await expect(query(wrong.toString(), 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('is in a process group of its own, so that a Ctrl-C at the terminal does not reach it', async () => {
    const sut = await start();
    const stat = readFileSync(`/proc/${sut.pid}/stat`, 'latin1');
    const [, , processGroup, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    expect(Number(processGroup)).toBe(sut.pid);
    expect(Number(session)).toBe(sut.pid);
  });

  it('refuses a folder that is in use by a living process', async () => {
    await start();
    await expect(start()).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
  });

  it('stops the server of a starter that is gone, and takes its folder over', async () => {
    const abandoned = await start();
    const notes = path.join(folder.path, 'postgres', 'running.json');
    const occupancy = JSON.parse(readFileSync(notes, 'utf8')) as { starter: { startedAt: string } };
    occupancy.starter.startedAt = 'of another process with this number';
    writeFileSync(notes, JSON.stringify(occupancy));
    const said: string[] = [];
    const sut = await start({ log: (line) => said.push(line) });
    expect(isRunning({ pid: abandoned.pid, startedAt: identify(abandoned.pid)?.startedAt ?? 'gone' })).toBe(false);
    expect(said.join()).toMatch(/left behind/);
    await expect(query(sut.url, 'SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
  });

  it('starts although its lock file names the process of another program', async () => {
    const first = await start();
    await first.stop();
    const lock = path.join(folder.path, 'postgres', 'cluster', 'postmaster.pid');
    writeFileSync(lock, `${process.pid}\n/somewhere\n`);
    const sut = await start();
    await expect(query(sut.url, 'SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
  });

  it('begins anew when an initialisation was killed half way', async () => {
    const draft = path.join(folder.path, 'postgres', 'cluster.new');
    mkdirSync(draft, { recursive: true });
    writeFileSync(path.join(draft, 'PG_VERSION'), '18\n');
    const sut = await start();
    await expect(query(sut.url, 'SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
  });

  it('leaves no password in its folder, and the data to its owner', async () => {
    const sut = await start();
    expect(readdirSync(sut.dataDir).sort()).toEqual(['cluster', 'postgres.log', 'running.json']);
    expect(statSync(path.join(sut.dataDir, 'cluster')).mode & 0o777).toBe(0o700);
    for (const file of ['postgres.log', 'running.json']) {
      expect(readFileSync(path.join(sut.dataDir, file), 'utf8')).not.toContain('p@ss');
    }
    expect(readFileSync(`/proc/${sut.pid}/cmdline`, 'latin1')).not.toContain('p@ss');
  });

  it('tells that the folder was made with another password', async () => {
    await (await start()).stop();
    await expect(start({ password: 'another' })).rejects.toMatchObject({ code: 'POSTGRES_PASSWORD_CHANGED' });
  });

  it('tells that the folder is of another version', async () => {
    await (await start()).stop();
    writeFileSync(path.join(folder.path, 'postgres', 'cluster', 'PG_VERSION'), '9\n');
    await expect(start()).rejects.toMatchObject({ code: 'POSTGRES_VERSION', details: { version: '9' } });
  });

  it('works below a folder that only its owner may enter', async () => {
    const locked = scratchFolder(0o700);
    const sut = await start({ dataDir: path.join(locked.path, 'postgres') });
    await expect(query(sut.url, 'SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
    await sut.stop();
    locked.remove();
  });
});
