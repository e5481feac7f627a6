import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Inventory } from '../src/inventory';
import { LabRecords } from '../src/lab-record.repository';
import { identify, isRunning, killExactly } from '../src/process-table.repository';
import { asRoot, LabProcess } from './lab-process';
import { eventually, run, ssh } from './ssh';

jest.setTimeout(60_000);

afterEach(() => LabProcess.stopAll());

/** What a lab could have left on this machine. Other labs may run beside it, so only its own names count. */
function leftovers(inventory: Inventory): string[] {
  const { bridge } = inventory.network;
  const interfaces = readdirSync('/sys/class/net').filter((name) => bridge !== undefined && (name === bridge || name.startsWith(`${bridge}h`)));
  const processes = readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(inventory.dir);
    } catch {
      return false;
    }
  });
  const named = existsSync('/run/netns') ? readdirSync('/run/netns').filter((name) => name.includes('lab')) : [];
  const mounts = readFileSync('/proc/self/mounts', 'latin1').split('\n').filter((line) => line.includes(inventory.dir));
  return [...interfaces, ...processes, ...named, ...mounts, ...(existsSync(inventory.dir) ? [inventory.dir] : [])];
}

const namespaceOf = (pid: number): string | undefined => {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
};

function processesIn(namespace: string | undefined): number[] {
  return readdirSync('/proc').map(Number).filter((pid) => pid > 0 && namespace !== undefined && namespaceOf(pid) === namespace);
}

describe('life of a lab', () => {
  beforeAll(() => LabProcess.build(), 60_000);

  it.each(['SIGTERM', 'SIGINT', 'end of stdin'])('leaves nothing behind after %s, even with a capture running', async (ending) => {
    const { lab, inventory } = await LabProcess.start('--mode', 'namespaces', '--hosts', '2');
    const [host] = inventory.targets;
    const namespace = namespaceOf(host?.pid ?? 0);
    const capture = host ? ssh(host, 'tcpdump -i eth0 -w /tmp/x.pcap', 'root').catch(() => undefined) : undefined;
    await eventually(() => lab.control({ do: 'ps', host: host?.name }), (answer) => JSON.stringify(answer.processes).includes('tcpdump -i eth0'));
    expect(leftovers(inventory).length).toBeGreaterThan(3);

    if (ending === 'end of stdin') {
      lab.closeStdin();
    } else {
      execFileSync(...split(asRoot('kill', `-${ending.slice(3)}`, String(inventory.pid))));
    }
    expect(await lab.exited).toBe(0);
    await capture;
    expect(leftovers(inventory)).toEqual([]);
    expect(processesIn(namespace)).toEqual([]);
  });

  it('killed with -9: its hosts die with it, and the next start removes the rest', async () => {
    const { lab, inventory } = await LabProcess.start('--mode', 'namespaces', '--hosts', '2');
    const hosts = inventory.targets.map((host) => identify(host.pid));
    execFileSync(...split(asRoot('kill', '-9', String(inventory.pid))));
    await lab.exited;
    await eventually(() => hosts.filter((host) => host && isRunning(host)), (alive) => alive.length === 0);
    expect(existsSync(inventory.dir)).toBe(true);

    const next = await LabProcess.start('--mode', 'namespaces', '--hosts', '1');
    const left = leftovers(inventory).filter((name) => !leftovers(next.inventory).includes(name));
    await next.lab.stop();
    expect(left).toEqual([]);
    expect(leftovers(inventory)).toEqual([]);
  });

  it('two labs at a time take different networks', async () => {
    const [a, b] = await Promise.all([LabProcess.start('--hosts', '1'), LabProcess.start('--hosts', '1')]);
    expect(a.inventory.network.cidr).not.toBe(b.inventory.network.cidr);
    await Promise.all([a.lab.stop(), b.lab.stop()]);
    expect([...leftovers(a.inventory), ...leftovers(b.inventory)]).toEqual([]);
  });

  it('a given folder is kept, its contents are removed', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'lab-given-'));
    const { lab } = await LabProcess.start('--hosts', '1', '--dir', dir);
    expect(readdirSync(dir)).toContain('hosts');
    await expect(LabProcess.start('--hosts', '1', '--dir', dir)).rejects.toThrow('holds the hosts of another lab');
    await lab.stop();
    expect(readdirSync(dir)).toEqual([]);
    rmSync(dir, { recursive: true });
  });

  it('ends with one sentence when it is asked for what does not exist', () => {
    const [program, ...args] = asRoot(process.execPath, join(__dirname, '../dist/main.js'), '--hosts', '99');
    const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'lab: --hosts takes a whole number from 0 to 25, not 99\n' });
  });
});

describe('a lab on loopback', () => {
  it('lets the current user in by key, renews keys, says what it cannot do, and leaves nothing behind', async () => {
    LabProcess.build();
    const { lab, inventory } = await LabProcess.start('--mode', 'loopback', '--hosts', '2', '--calls-per-min', '60');
    const [host] = inventory.targets;
    if (!host) {
      throw new Error('no target');
    }
    expect(host).toMatchObject({ interface: 'lo', host: expect.stringMatching(/^127\./), accounts: [{ rights: 'self' }] });
    expect(host.password).toBeUndefined();
    const { stdout, hostKey } = await ssh(host, 'id -un');
    expect(stdout.toString().trim()).toBe(host.username);
    expect(host.host_keys.map((key) => key.fingerprint)).toContain(hostKey);
    await expect(run(host, 'true', { username: host.username, password: 'guess' })).rejects.toThrow();

    const sleeping = ssh(host, 'exec sleep 77').catch(() => undefined);
    await eventually(() => lab.control({ do: 'ps', host: host.name }), (answer) => JSON.stringify(answer.processes).includes('sleep 77'));
    expect(await lab.control({ do: 'link-down', host: host.name })).toMatchObject({ ok: false, error: { code: 'LAB_UNSUPPORTED' } });
    await lab.control({ do: 'new-host-key', host: host.name });
    expect(host.host_keys.map((key) => key.fingerprint)).not.toContain((await ssh(host, 'true')).hostKey);
    await eventually(() => lab.control({ do: 'status' }), (answer) => (answer.traffic as { calls_completed: number }).calls_completed > 0, 15_000);

    await lab.stop();
    await sleeping;
    expect(leftovers(inventory)).toEqual([]);
  });
});

describe(LabRecords.name, () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lab-records-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('gives each claim a slot of its own and takes no unusable one', () => {
    const sut = new LabRecords(folder);
    expect([1, 2].map(() => sut.claim('/tmp/x', true, (slot) => slot !== 2).slot)).toEqual([1, 3]);
  });

  it('calls a record abandoned when its owner is gone, even if another process has the number', () => {
    const sut = new LabRecords(folder);
    const record = sut.claim('/tmp/x', true, () => true);
    expect(sut.abandoned()).toEqual([]);
    const reused = { ...record, owner: { ...record.owner, startTicks: record.owner.startTicks - 1 } };
    sut.save(reused);
    expect(sut.abandoned()).toEqual([reused]);
  });

  it('calls a record of another boot abandoned', () => {
    const sut = new LabRecords(folder);
    const record = { ...sut.claim('/tmp/x', true, () => true), bootId: 'earlier' };
    sut.save(record);
    expect(sut.abandoned()).toEqual([record]);
    expect(sut.belongsToThisBoot(record)).toBe(false);
  });
});

describe(killExactly.name, () => {
  it('does not kill a process that started at another time than the recorded one', () => {
    const self = identify(process.pid);
    expect(self).toBeDefined();
    expect(killExactly({ pid: process.pid, startTicks: (self?.startTicks ?? 0) + 1 }, 'SIGKILL')).toBe(false);
  });
});

function split([program, ...args]: [string, ...string[]]): [string, string[]] {
  return [program, args];
}
