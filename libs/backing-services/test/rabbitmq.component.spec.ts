import { existsSync, readdirSync, readFileSync, readlinkSync, renameSync, statSync } from 'node:fs';
import path from 'node:path';
import { type ConfirmChannel, connect } from 'amqplib';
import { ALL_PERMISSIONS, brokerAddressOf, evaluateInBroker, identify, rabbitmqctl, type RabbitmqOptions, type RunningRabbitmq, startRabbitmq } from '../src/index';
import { type ScratchFolder, scratchFolder } from './fixture';

const QUEUE = 'crates';
const QUORUM = { durable: true, arguments: { 'x-queue-type': 'quorum' } };

async function withChannel<T>(url: string, work: (channel: ConfirmChannel) => Promise<T>): Promise<T> {
  const connection = await connect(url);
  connection.on('error', () => undefined);
  try {
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => undefined);
    return await work(channel);
  } finally {
    await connection.close().catch(() => undefined);
  }
}

async function declare(url: string): Promise<void> {
  await withChannel(url, (channel) => channel.assertQueue(QUEUE, QUORUM));
}

async function publish(url: string, text: string): Promise<void> {
  await withChannel(url, async (channel) => {
    channel.sendToQueue(QUEUE, Buffer.from(text), { persistent: true });
    await channel.waitForConfirms();
  });
}

async function take(url: string): Promise<string | undefined> {
  return withChannel(url, async (channel) => {
    const message = await channel.get(QUEUE, { noAck: true });
    return message === false ? undefined : message.content.toString();
  });
}

describe(startRabbitmq.name, () => {
  let folder: ScratchFolder;
  const running: RunningRabbitmq[] = [];

  async function start(options: Partial<RabbitmqOptions> = {}): Promise<RunningRabbitmq> {
    const rabbitmq = await startRabbitmq({ dataDir: path.join(folder.path, 'rabbitmq'), ...options });
    running.push(rabbitmq);
    return rabbitmq;
  }

  beforeEach(() => {
    folder = scratchFolder();
  });

  afterEach(async () => {
    await Promise.all(running.splice(0).map((rabbitmq) => rabbitmq.stop()));
    folder.remove();
  });

  it('keeps a confirmed message through a kill -9', async () => {
    const first = await start();
    await declare(first.url);
    // A queue younger than half a second has not been written down yet: see startRabbitmq.
    await evaluateInBroker(first.address, '[dets:sync(Table) || Table <- dets:all()]');
    await publish(first.url, 'survivor');
    process.kill(first.pid, 'SIGKILL');
    await first.exited;
    const second = await start({ port: first.port });
    expect(second.nodeName).toBe(first.nodeName);
    await expect(take(second.url)).resolves.toBe('survivor');
  });

  it('keeps its queues when the folder is moved, and leaves nothing running behind', async () => {
    const first = await start();
    await declare(first.url);
    await publish(first.url, 'moved');
    const { servers } = JSON.parse(readFileSync(path.join(first.dataDir, 'running.json'), 'utf8')) as { servers: { pid: number }[] };
    expect(servers).toHaveLength(2);
    await first.stop();
    await expect(first.exited).resolves.toEqual({ code: 0, signal: null });
    for (const { pid } of servers) {
      expect(identify(pid)).toBeUndefined();
    }
    const moved = path.join(folder.path, 'moved');
    renameSync(first.dataDir, moved);
    const second = await start({ dataDir: moved });
    await expect(take(second.url)).resolves.toBe('moved');
    await expect(evaluateInBroker(second.address, 'rabbit_disk_monitor:get_disk_free() > 0')).resolves.toBe('true');
  });

  it('tells that its port is taken', async () => {
    const first = await start();
    await expect(start({ dataDir: path.join(folder.path, 'other'), port: first.port })).rejects.toMatchObject({ code: 'PORT_IN_USE', details: { port: first.port } });
  });
});

describe('a running broker', () => {
  let folder: ScratchFolder;
  let sut: RunningRabbitmq;

  beforeAll(async () => {
    folder = scratchFolder();
    sut = await startRabbitmq({
      dataDir: path.join(folder.path, 'rabbitmq'),
      users: [
        { name: 'publisher', password: 'p u', permissions: [{ configure: '^$', write: '^allowed$', read: '^$' }] },
        { name: 'worker', password: 'w', permissions: [ALL_PERMISSIONS] },
      ],
    });
  });

  afterAll(async () => {
    await sut.stop();
    folder.remove();
  });

  it('has exactly the users it was given and its administrator, with exactly their permissions', async () => {
    const { stdout } = await sut.ctl(['list_users', '--formatter', 'json']);
    expect((JSON.parse(stdout) as { user: string }[]).map(({ user }) => user).sort()).toEqual(['capstan_admin', 'publisher', 'worker']);
    const url = new URL(sut.url);
    url.username = 'publisher';
    url.password = 'p%20u';
    await expect(withChannel(url.toString(), (channel) => channel.assertQueue('mine'))).rejects.toThrow(/ACCESS_REFUSED/);
    url.username = 'guest';
    url.password = 'guest';
    await expect(connect(url.toString())).rejects.toThrow(/ACCESS_REFUSED/);
  });

  it('keeps its secrets to its owner and out of the process list', async () => {
    for (const file of ['home/.erlang.cookie', 'administrator-password', 'definitions.json', 'rabbitmq.conf']) {
      expect(statSync(path.join(sut.dataDir, file)).mode & 0o077).toBe(0);
    }
    const password = readFileSync(path.join(sut.dataDir, 'administrator-password'), 'utf8').trim();
    const cookie = readFileSync(path.join(sut.dataDir, 'home/.erlang.cookie'), 'utf8');
    const commandLine = readFileSync(`/proc/${sut.pid}/cmdline`, 'latin1');
    expect(commandLine).toContain('beam');
    expect(commandLine).not.toContain(password);
    expect(commandLine).not.toContain(cookie);
    expect(readFileSync(path.join(sut.dataDir, 'definitions.json'), 'utf8')).not.toContain(password);
  });

  it('listens on loopback only, with every port it opens', async () => {
    const { servers } = JSON.parse(readFileSync(path.join(sut.dataDir, 'running.json'), 'utf8')) as { servers: { pid: number }[] };
    const listening = ['/proc/net/tcp', '/proc/net/tcp6']
      .filter(existsSync)
      .flatMap((file) => readFileSync(file, 'latin1').trim().split('\n').slice(1))
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state]) => state === '0A')
      .map(([, local, , , , , , , , inode]) => ({ address: local!.split(':')[0]!, inode: inode! }));
    const inodes = new Set(
      servers.flatMap(({ pid }) =>
        readdirSync(`/proc/${pid}/fd`).map((descriptor) => {
          try {
            return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1];
          } catch {
            return undefined;
          }
        }),
      ),
    );
    const addresses = listening.filter(({ inode }) => inodes.has(inode)).map(({ address }) => address);
    expect(addresses.length).toBeGreaterThanOrEqual(3);
    // 127.0.0.1 in the byte order of /proc; the port mapper also takes ::1.
    expect(addresses.filter((address) => address !== '0100007F' && address !== '00000000000000000000000001000000')).toEqual([]);
  });

  it('can be asked by a process that did not start it', async () => {
    const address = brokerAddressOf(sut.dataDir);
    expect(address).toEqual(sut.address);
    await expect(rabbitmqctl(address!, ['await_startup'])).resolves.toMatchObject({ code: 0 });
    await expect(evaluateInBroker(address!, '1 + 1')).resolves.toBe('2');
    await expect(evaluateInBroker(address!, 'exit(oh_no)')).rejects.toMatchObject({ code: 'BROKER_CONTROL_FAILED' });
  });
});
