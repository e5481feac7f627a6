import { createHash } from 'node:crypto';
import { systemClock } from '@capstan/kernel';
import { Client } from 'ssh2';
import { DeviceFleet, type FleetWishes, type InventoryCliDevice } from './device-fleet.client';
import { fleetAddress } from './fleet-address';
import { cleanText } from './fleet-device';
import { USUAL_MIX } from './fleet-plan';

/** A slot no lab takes: the addresses belong to this file. */
const SLOT = 254;
const PORT = 20_022;

describe(DeviceFleet.name, () => {
  let sut: DeviceFleet;
  let devices: InventoryCliDevice[];

  const start = async (wishes: Partial<FleetWishes> = {}): Promise<void> => {
    sut = new DeviceFleet({ count: 5, mix: USUAL_MIX, payload: 'small', think: { medianMs: 0, p99Ms: 0 }, port: PORT, faults: new Map(), usualFaults: false, seed: 1, ...wishes }, systemClock, () => 'made-up');
    await sut.start((index) => fleetAddress(SLOT, index));
    devices = sut.inventory();
  };
  const of = (platform: string): InventoryCliDevice => devices.find((device) => device.platform === platform)!;

  /** Types everything at once, as somebody does who does not look at the screen, and reads until the device hangs up. */
  const type = (device: InventoryCliDevice, lines: readonly string[], tries: { password?: string; timeoutMs?: number } = {}): Promise<string> =>
    new Promise((resolve, reject) => {
      const client = new Client();
      let seen = '';
      client.on('error', reject).on('ready', () =>
        client.shell({ term: 'vt100', cols: 512 }, (error, channel) => {
          if (error) {
            reject(error);
            return;
          }
          channel.on('data', (chunk: Buffer) => (seen += chunk.toString())).on('close', () => {
            client.end();
            resolve(seen.replaceAll('\r', ''));
          });
          channel.write(lines.map((line) => `${line}\n`).join(''));
        }));
      client.connect({ host: device.address, port: device.port, username: device.username, password: tries.password ?? device.password, readyTimeout: tries.timeoutMs ?? 5_000 });
    });

  /** What was said between the echo of a command and the next prompt. */
  const answer = (screen: string, device: InventoryCliDevice, command: string): string => {
    const [, behind = ''] = screen.split(new RegExp(`^${device.name}[>#] ?${command}\n`, 'm'));
    return behind.split(new RegExp(`^${device.name}[>#]`, 'm'))[0] ?? '';
  };
  const sha = (text: string): string => createHash('sha256').update(cleanText(text)).digest('hex');

  afterEach(() => sut.stop());

  it('says what the manifest of the truth tells, on every platform', async () => {
    await start();
    for (const platform of ['cisco_ios', 'cisco_nxos', 'arista_eos']) {
      const device = of(platform);
      const truth = sut.truth(device.name)[device.name]!;
      const screen = await type(device, ['terminal length 0', ...truth.map(({ command }) => command), 'exit']);
      expect(truth.map(({ command }) => sha(answer(screen, device, command)))).toEqual(truth.map(({ sha256 }) => sha256));
      expect(truth).toHaveLength(8);
    }
  });

  it('answers EOS\'s questions in JSON where programs ask them first', async () => {
    await start();
    const device = of('arista_eos');
    const screen = await type(device, ['terminal length 0', 'show hostname | json', 'exit']);
    expect(JSON.parse(answer(screen, device, 'show hostname \\| json'))).toMatchObject({ hostname: device.name });
  });

  it('counts logins, refused passwords and commands, and can forget them', async () => {
    await start({ think: { medianMs: 5, p99Ms: 5 } });
    const device = of('cisco_ios');
    await type(device, ['terminal length 0', 'show version', 'exit']);
    await expect(type(device, [], { password: 'wrong' })).rejects.toThrow('authentication');
    expect(sut.counts(device.name, true)).toMatchObject({ devices: 1, connections: 2, logins: 1, refused: 1, commands: 3, think_ms: 5 });
    expect(sut.counts(undefined, false)).toMatchObject({ devices: 5, connections: 0, logins: 0, think_ms: 0 });
  });

  it('pages until it is told not to, and refuses what it does not know', async () => {
    await start();
    const screen = await type(of('cisco_ios'), ['show running-config', 'qterminal length 0', 'show version', 'show nothing', 'show ip arp vrf NONE', 'exit']);
    expect(screen).toContain(' --More-- ');
    expect(screen.match(/Configuration register/g)).toHaveLength(1);
    expect(screen).not.toMatch(/^end$/m);
    expect(screen.match(/% Invalid input detected at '\^' marker\./g)).toHaveLength(2);
  });

  it('changes by order', async () => {
    await start();
    const device = of('arista_eos');
    const before = sut.truth(device.name)[device.name]!;
    sut.edit(device.name, { kind: 'config', line: 'ntp server 203.0.113.9', actor: 'ann' });
    const screen = await type(device, ['terminal length 0', 'show running-config | no-more', 'exit']);
    expect(screen).toContain('\nntp server 203.0.113.9\n');
    expect(screen).toContain(' by ann\n');
    expect(sut.truth(device.name)[device.name]!.map(({ sha256 }, index) => sha256 === before[index]!.sha256)[0]).toBe(false);
  });

  it('has the faults it is told to have', async () => {
    await start();
    const [ios, eos, nxos] = [of('cisco_ios'), of('arista_eos'), of('cisco_nxos')];
    sut.setFault(ios.name, 'enable-needed', true);
    const screen = await type(ios, ['terminal length 0', 'show running-config', 'enable', 'made-up', 'show running-config', 'exit']);
    expect(answer(screen, ios, 'show running-config')).toContain('% Invalid input');
    expect(screen).toMatch(/Password: \n.*#show running-config\nBuilding configuration/);

    sut.setFault(eos.name, 'drop-once', true);
    const dropped = await type(eos, ['terminal length 0', 'show running-config', 'exit']);
    expect(dropped).not.toMatch(/^end$/m);
    expect(await type(eos, ['terminal length 0', 'show running-config', 'exit'])).toMatch(/^end$/m);

    sut.setFault(nxos.name, 'quotes-prompt', true);
    const truth = sut.truth(nxos.name)[nxos.name]!;
    expect(await type(nxos, ['terminal length 0', 'show running-config', 'exit'])).toContain(`\n${nxos.name}#\n${nxos.name}# is what you see\n`);
    expect(truth[0]!.bytes).toBeGreaterThan(5_000);

    sut.setFault(nxos.name, 'wrong-password', true);
    await expect(type(nxos, [])).rejects.toThrow('authentication');
    sut.setFault(eos.name, 'refuse', true);
    await expect(type(eos, [])).rejects.toThrow('ECONNREFUSED');
    sut.setFault(ios.name, 'silent', true);
    await expect(type(ios, [], { timeoutMs: 200 })).rejects.toThrow('Timed out');
    expect(sut.inventory().find(({ name }) => name === nxos.name)?.faults).toEqual(['quotes-prompt', 'wrong-password']);
    expect(() => sut.setFault(ios.name, 'no-such', true)).toThrow('no fault no-such');
    expect(() => sut.setFault('nobody', 'silent', true)).toThrow('no device nobody');
  });

  it('names the address that is taken', async () => {
    await start({ count: 1 });
    const second = new DeviceFleet({ count: 1, mix: USUAL_MIX, payload: 'small', think: { medianMs: 0, p99Ms: 0 }, port: PORT, faults: new Map(), usualFaults: false, seed: 1 }, systemClock, () => 'made-up');
    await expect(second.start((index) => fleetAddress(SLOT, index))).rejects.toMatchObject({ code: 'LAB_ADDRESS_IN_USE' });
    await second.stop();
  });
});
