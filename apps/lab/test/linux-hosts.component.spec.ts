import type { Inventory, InventoryTarget } from '../src/inventory';
import type { HostProcess } from '../src/process-table.repository';
import { LabProcess, target } from './lab-process';
import { eventually, run, ssh } from './ssh';

jest.setTimeout(60_000);

describe('linux hosts in namespaces', () => {
  let sut: LabProcess;
  let inventory: Inventory;
  let first: InventoryTarget;
  let second: InventoryTarget;

  beforeAll(async () => {
    LabProcess.build();
    ({ lab: sut, inventory } = await LabProcess.start('--mode', 'namespaces', '--hosts', '6', '--faults', '3=small-tmp,4=no-tcpdump,5=sudo-password,6=slow', '--router', '--fleet', '2', '--fleet-payload', 'small', '--fleet-think', '0'));
    first = target(inventory, 'lab-linux-1');
    second = target(inventory, 'lab-linux-2');
  }, 120_000);

  afterAll(() => LabProcess.stopAll());

  const processesOf = async (host: string): Promise<HostProcess[]> => (await sut.control({ do: 'ps', host })).processes as HostProcess[];

  it('are separate machines with tcpdump, reached by password, by the host keys of the inventory', async () => {
    for (const host of [first, second, target(inventory, 'lab-linux-3')]) {
      const result = await ssh(host, 'hostname; tcpdump --version');
      expect(result.stdout.toString()).toContain(`${host.name}\n`);
      expect(result.stdout.toString() + result.stderr).toMatch(/tcpdump version \d/);
      expect(host.host_keys.map((key) => key.fingerprint)).toContain(result.hostKey);
    }
    const keys = inventory.targets.flatMap((host) => host.host_keys.map((key) => key.fingerprint));
    expect(new Set(keys).size).toBe(12);
  });

  it('stand beside a real router, whose users meet its own command line', async () => {
    const router = inventory.cli_devices.find(({ platform }) => platform === 'frr');
    const ask = async (command: string): Promise<{ code: number; said: string }> => {
      const { code, stdout } = await run({ host: router?.address, port: router?.port } as InventoryTarget, command, { username: router?.username ?? '', password: router?.password ?? '' });
      return { code, said: stdout.toString() };
    };
    expect(await ask('show running-config')).toEqual({ code: 0, said: expect.stringMatching(/hostname lab-frr-1\n[\s\S]*ip route 10\.61\.0\.0\/16 192\.0\.2\.2\n[\s\S]*\nend\n$/) });
    expect((await ask('show ip route')).said).toContain('S>* 10.61.0.0/16 [1/0] via 192.0.2.2, lan0');
    expect(await ask('show nothing')).toEqual({ code: 1, said: expect.stringContaining('% Unknown command') });

    await sut.control({ do: 'router-run', commands: ['configure terminal', 'ip route 10.99.0.0/16 192.0.2.9'] });
    expect((await ask('show running-config')).said).toContain('\nip route 10.99.0.0/16 192.0.2.9\n');
    expect((await ask('show ip route')).said).toContain('S>* 10.99.0.0/16 [1/0] via 192.0.2.9, lan0');
    expect((await ssh(first, 'ip route')).stdout.toString()).not.toContain('10.99');
  });

  it('stand beside a fleet that answers to orders', async () => {
    const fleet = inventory.cli_devices.filter(({ platform }) => platform !== 'frr');
    expect(fleet).toHaveLength(2);
    const { name } = fleet[0]!;
    const before = await sut.control({ do: 'fleet-truth', device: name });
    await sut.control({ do: 'fleet-edit', device: name, kind: 'config', line: 'ntp server 203.0.113.9', actor: 'ann' });
    expect(await sut.control({ do: 'fleet-truth', device: name })).not.toMatchObject({ truth: before.truth });
    expect(await sut.control({ do: 'fleet-counts' })).toMatchObject({ ok: true, devices: 2, logins: 0 });
    expect(Object.keys((await sut.control({ do: 'fleet-faults' })).faults as object)).toHaveLength(2);
    expect(await sut.control({ do: 'fleet-edit', device: 'nobody', kind: 'noise' })).toMatchObject({ ok: false, error: { code: 'LAB_NO_SUCH_HOST' } });
  });

  it.each(['root', 'capture'])('let %s capture fifty packets on eth0', async (username) => {
    const capture = `${username === 'root' ? '' : 'sudo -n '}tcpdump -i eth0 -nn -c 50 -U -w - not port 22`;
    const { code, stdout, stderr } = await ssh(second, capture, username);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('50 packets captured') });
    expect(pcapLinkTypes(stdout)).toHaveLength(50);
  });

  it('let the viewer log in and not capture', async () => {
    const { code, stderr } = await ssh(first, 'tcpdump -i eth0 -c 1', 'viewer');
    expect(code).not.toBe(0);
    expect(stderr).toContain("You don't have permission");
    expect((await ssh(first, 'sudo -n tcpdump -c 1', 'viewer')).stderr).toContain('sudo:');
  });

  it('let the capture user do nothing else by sudo', async () => {
    expect((await ssh(second, 'sudo -n cat /etc/shadow', 'capture')).code).not.toBe(0);
  });

  it('accept the key of the inventory on every account', async () => {
    for (const account of second.accounts) {
      const { stdout } = await run(second, 'id -un', { username: account.username, privateKey: second.private_key });
      expect(stdout.toString().trim()).toBe(account.username);
    }
  });

  it('cannot change the machine they run on, and do not see its processes', async () => {
    const { stderr } = await ssh(first, 'touch /usr/bin/planted /var/lib/planted', 'root');
    expect(stderr.match(/Read-only file system/g)).toHaveLength(2);
    const { stdout } = await ssh(first, 'cat /proc/1/cmdline', 'root');
    expect(stdout.toString()).toContain('sshd');
  });

  it('count one login attempt per password tried', async () => {
    const host = target(inventory, 'lab-linux-3');
    const before = (await sut.control({ do: 'login-attempts', host: host.name })).password as { failed: number; accepted: number };
    await expect(run(host, 'true', { username: 'capture', password: 'not-this' })).rejects.toThrow('All configured authentication methods failed');
    await ssh(host, 'true');
    const after = await eventually(
      () => sut.control({ do: 'login-attempts', host: host.name }),
      (answer) => (answer.password as { accepted: number }).accepted > before.accepted,
    );
    expect(after.password).toEqual({ failed: before.failed + 1, accepted: before.accepted + 1 });
  });

  it('show a running tcpdump in ps, and none once it is over', async () => {
    const running = ssh(first, 'tcpdump -i eth0 -w /dev/null & echo $!; sleep 30; true', 'root');
    const found = await eventually(() => processesOf(first.name), (list) => list.some((each) => each.command.startsWith('tcpdump')));
    expect(found.find((each) => each.host_pid === 1)?.command).toContain('sshd');
    await ssh(first, 'pkill tcpdump; pkill sleep', 'root');
    await running;
    await eventually(() => processesOf(first.name), (list) => !list.some((each) => /tcpdump|sleep/.test(each.command)));
  });

  it('small-tmp: /tmp is full after two mebibytes', async () => {
    const { stderr } = await ssh(target(inventory, 'lab-linux-3'), 'dd if=/dev/zero of=/tmp/filling bs=64k count=64; stat -c %s /tmp/filling >&2; rm /tmp/filling');
    expect(stderr).toContain('No space left on device');
    expect(stderr).toContain('2097152');
  });

  it('no-tcpdump: the program is not found', async () => {
    const host = target(inventory, 'lab-linux-4');
    expect(host.can_capture).toBe(false);
    expect((await ssh(host, 'command -v tcpdump', 'root')).code).toBe(1);
  });

  it('sudo-password: sudo -n is refused and the password is accepted', async () => {
    const host = target(inventory, 'lab-linux-5');
    expect(host).toMatchObject({ username: 'capture', can_capture: false });
    expect((await ssh(host, 'sudo -n tcpdump --version')).stderr).toContain('a password is required');
    const typed = await ssh(host, `echo ${host.password} | sudo -S tcpdump -c 1 -i eth0`);
    expect(typed.code).toBe(0);
  });

  it('slow: an answer comes late', async () => {
    const timed = async (host: InventoryTarget): Promise<number> => {
      const began = performance.now();
      await ssh(host, 'true', 'root');
      return performance.now() - began;
    };
    const slow = target(inventory, 'lab-linux-6');
    expect(slow.faults[0]?.meaning).toMatch(/150 ms|300 ms/);
    expect(await timed(slow)).toBeGreaterThan(300);
  });

  it('show other host keys after new-host-key', async () => {
    const answer = await sut.control({ do: 'new-host-key', host: first.name });
    const renewed = (answer.host_keys as Array<{ fingerprint: string }>).map((key) => key.fingerprint);
    const seen = await ssh(first, 'true', 'root');
    expect(renewed).toContain(seen.hostKey);
    expect(first.host_keys.map((key) => key.fingerprint)).not.toContain(seen.hostKey);
  });

  it('fall silent with link-down and come back with link-up', async () => {
    await sut.control({ do: 'link-down', host: second.name });
    await expect(run(second, 'true', { username: 'root', privateKey: second.private_key, readyTimeout: 1500 })).rejects.toThrow();
    await sut.control({ do: 'link-up', host: second.name });
    const back = await eventually(() => ssh(second, 'hostname', 'root').catch(() => undefined), (result) => result !== undefined);
    expect(back?.stdout.toString()).toBe('lab-linux-2\n');
  });

  it('answer a bad order with what is wrong', async () => {
    expect(await sut.control({ do: 'ps', host: 'nobody' })).toMatchObject({ ok: false, error: { code: 'LAB_NO_SUCH_HOST' } });
  });
});

/** Reads a pcap file (magic, record headers) far enough to count its records. */
function pcapLinkTypes(file: Buffer): number[] {
  expect(file.readUInt32LE(0)).toBe(0xa1b2c3d4);
  const linkType = file.readUInt32LE(20);
  const records: number[] = [];
  for (let at = 24; at < file.length; at += 16 + file.readUInt32LE(at + 8)) {
    records.push(linkType);
  }
  return records;
}
