import { CAPTURE_TYPES } from '@capstan/contracts';
import { deviceAnswers } from './device-answers';
import { edited, type DeviceEdit, UNTOUCHED } from './device-state';
import { fleetAddress } from './fleet-address';
import { parseFleetControl } from './fleet-control';
import { fleetFault, usualFaults, USUAL_FAULTS } from './fleet-faults';
import { type DevicePlan, parseMix, planFleet, USUAL_MIX } from './fleet-plan';
import { thinkMs } from './think-time';

const plan = (count: number, more: Partial<Parameters<typeof planFleet>[0]> = {}): DevicePlan[] => planFleet({ count, mix: USUAL_MIX, seed: 1, payload: 'usual', addressOf: (index) => fleetAddress(1, index), ...more });

describe(planFleet.name, () => {
  it('gives the same fleet for the same seed, and another one for another', () => {
    expect(plan(50)).toEqual(plan(50));
    expect(plan(50).map(({ serial }) => serial)).not.toEqual(plan(50, { seed: 2 }).map(({ serial }) => serial));
  });

  it('has names, serials and addresses once each, and the platforms in their shares in every stretch', () => {
    const devices = plan(2_000);
    for (const field of ['name', 'serial', 'address'] as const) {
      expect(new Set(devices.map((device) => device[field])).size).toBe(2_000);
    }
    const share = (part: readonly DevicePlan[], platform: string): number => part.filter((device) => device.platform === platform).length / part.length;
    for (const part of [devices, devices.slice(100, 200), devices.slice(0, 10)]) {
      expect([share(part, 'cisco_ios'), share(part, 'cisco_nxos'), share(part, 'arista_eos')]).toEqual([0.6, 0.2, 0.2]);
    }
  });

  it('gives most devices short configurations and a few very long ones', () => {
    const devices = plan(2_000);
    const share = (bytes: number): number => devices.filter(({ configBytes }) => configBytes === bytes).length / devices.length;
    expect(share(5_000)).toBeCloseTo(0.7, 1);
    expect(share(60_000)).toBeCloseTo(0.25, 1);
    expect(share(400_000)).toBeCloseTo(0.05, 1);
  });

  it('reads mixes, and says what is wrong with one', () => {
    expect([...parseMix('ios=1,nxos=3')]).toEqual([['cisco_ios', 1], ['cisco_nxos', 3]]);
    for (const text of ['ios', 'ios=-1', 'tandem=1', 'ios=0', '']) {
      expect(() => parseMix(text)).toThrow('--fleet-mix');
    }
  });
});

describe(fleetAddress.name, () => {
  it('gives no address twice, to any lab of a user', () => {
    const all = [1, 2, 32, 33, 254].flatMap((slot) => [1, 254, 255, 2_000].map((index) => fleetAddress(slot, index, 0)));
    expect(new Set(all).size).toBe(all.length);
    expect(all.every((address) => /^127\.(?:2[1-4]\d)\.\d{1,3}\.(?!0$|255$)\d{1,3}$/.test(address))).toBe(true);
    expect(() => fleetAddress(1, 2_001)).toThrow('no address');
  });
});

describe(thinkMs.name, () => {
  const think = { medianMs: 150, p99Ms: 2_000 };

  it('has the median and the 99th percentile it was given', () => {
    const all = Array.from({ length: 4_000 }, (_, device) => thinkMs(think, 1, device, 'arp')).sort((a, b) => a - b);
    expect(all[2_000]! / 150).toBeCloseTo(1, 0);
    expect(all[3_960]! / 2_000).toBeGreaterThan(0.75);
    expect(all[3_960]! / 2_000).toBeLessThan(1.3);
  });

  it('is as long every time, and nothing where nobody thinks', () => {
    expect(thinkMs(think, 1, 7, 'arp')).toBe(thinkMs(think, 1, 7, 'arp'));
    expect(thinkMs(think, 1, 7, 'arp')).not.toBe(thinkMs(think, 1, 8, 'arp'));
    expect(thinkMs({ medianMs: 0, p99Ms: 0 }, 1, 7, 'arp')).toBe(0);
  });
});

describe(deviceAnswers.name, () => {
  const fleet = plan(60, { payload: 'small' });

  it('has an answer to every type of ios, nxos and eos, and no two devices say the same', () => {
    const answers = fleet.map((device) => deviceAnswers({ plan: device, state: UNTOUCHED, fleet }));
    for (const device of answers) {
      expect(device.map(({ type }) => type)).toEqual([...CAPTURE_TYPES]);
      expect(device.every(({ text }) => text.endsWith('\n') && !text.includes('undefined'))).toBe(true);
    }
    const texts = answers.flat().map(({ text }) => text);
    expect(new Set(texts).size).toBe(texts.length);
  });

  it('comes to about the size that was planned', () => {
    for (const device of plan(40)) {
      const [config] = deviceAnswers({ plan: device, state: UNTOUCHED, fleet });
      expect(config!.text.length).toBeGreaterThanOrEqual(device.configBytes * 0.95);
      expect(config!.text.length).toBeLessThan(device.configBytes * 1.05 + 8_000);
    }
  });

  const changed = (index: number, ...edits: readonly DeviceEdit[]): Record<string, { added: string[]; removed: string[] }> => {
    const own = fleet[index]!;
    const state = edits.reduce(edited, UNTOUCHED);
    const before = deviceAnswers({ plan: own, state: UNTOUCHED, fleet });
    const after = deviceAnswers({ plan: own, state, fleet });
    return Object.fromEntries(
      before.map(({ type, text }, position) => {
        const old = text.split('\n');
        const now = after[position]!.text.split('\n');
        return [type, { added: now.filter((line) => !old.includes(line)), removed: old.filter((line) => !now.includes(line)) }];
      }),
    );
  };

  it.each([0, 2, 4])('adds exactly the line that was configured, and names who did it (device %i)', (index) => {
    const { configs } = changed(index, { kind: 'config', line: 'ntp server 203.0.113.9', actor: 'ann' });
    expect(configs!.added).toContain('ntp server 203.0.113.9');
    expect(configs!.added.filter((line) => !line.startsWith('!') && !/^(?:Current configuration|ntp clock)/.test(line))).toEqual(['ntp server 203.0.113.9']);
    expect(fleet[index]!.platform === 'cisco_nxos' || configs!.added.some((line) => line.endsWith(' by ann'))).toBe(true);
  });

  it('has an added route in its table and in its configuration', () => {
    const { routes, configs } = changed(0, { kind: 'route', prefix: '10.250.0.0/16', via: '192.0.2.9', actor: 'ann' });
    expect(routes!.added.filter((line) => line.includes('10.250.0.0/16'))).toHaveLength(1);
    expect(configs!.added).toContain('ip route 10.250.0.0 255.255.0.0 192.0.2.9');
  });

  it('moves, adds and removes bindings', () => {
    const ip = /Internet {2}(\S+) +\d+ +[0-9a-f]{4}\./.exec(deviceAnswers({ plan: fleet[0]!, state: UNTOUCHED, fleet })[1]!.text)?.[1] ?? '';
    const lines = (edit: DeviceEdit): string[] => deviceAnswers({ plan: fleet[0]!, state: edited(UNTOUCHED, edit), fleet })[1]!.text.split('\n').filter((line) => line.includes(`${ip} `));
    expect(lines({ kind: 'arp', ip, mac: '020000000001' })).toEqual([expect.stringContaining('0200.0000.0001')]);
    expect(lines({ kind: 'arp', ip, mac: null })).toEqual([]);
    expect(changed(0, { kind: 'arp', ip: '10.16.1.251', mac: '020000000002' })['arp']!.added.some((line) => line.includes('10.16.1.251'))).toBe(true);
  });

  it.each([0, 2, 4])('changes by itself without a change of what it is (device %i)', (index) => {
    const noise = changed(index, { kind: 'noise' });
    expect(noise['version']!.added).not.toEqual([]);
    expect(noise['inventory']).toEqual({ added: [], removed: [] });
    expect(noise['interfaces']).toEqual({ added: [], removed: [] });
    expect(noise['configs']!.added.every((line) => /^(?:!|ntp clock-period)/.test(line))).toBe(true);
  });

  it('shows the serial number of another box', () => {
    expect(changed(0, { kind: 'serial', serial: 'FCWOTHER01' })['version']!.added.filter((line) => !/uptime/i.test(line))).toEqual(['Processor board ID FCWOTHER01', 'System Serial Number               : FCWOTHER01']);
  });
});

describe(usualFaults.name, () => {
  it('gives each fault to its share of the devices, and no device two', () => {
    const given = usualFaults(plan(500), 1);
    for (const [word, percent] of USUAL_FAULTS) {
      expect([...given.values()].filter((each) => each === word)).toHaveLength(Math.round((500 * percent) / 100));
    }
    expect(usualFaults(plan(500), 1)).toEqual(given);
    expect(new Set(usualFaults(plan(20), 1).values()).size).toBe(USUAL_FAULTS.length);
  });

  it('knows its words, with a number behind some', () => {
    expect(fleetFault('pause:45')).toEqual({ on: 'text', text: { kind: 'pause', ms: 45_000 } });
    expect(() => fleetFault('pause:long')).toThrow('no fault pause:long');
    expect(() => fleetFault('toString')).toThrow('no fault toString');
  });
});

describe(parseFleetControl.name, () => {
  it('reads orders', () => {
    expect(parseFleetControl({ do: 'fleet-edit', device: 'a', kind: 'config', line: 'x', actor: 'ann' })).toEqual({ do: 'fleet-edit', device: 'a', edit: { kind: 'config', line: 'x', actor: 'ann' } });
    expect(parseFleetControl({ do: 'fleet-edit', kind: 'noise' })).toEqual({ do: 'fleet-edit', edit: { kind: 'noise' } });
    expect(parseFleetControl({ do: 'fleet-counts', forget: true })).toEqual({ do: 'fleet-counts', forget: true });
    expect(parseFleetControl({ do: 'ps' })).toBeUndefined();
  });

  it.each([
    [{ do: 'fleet-edit', kind: 'arp', ip: '10.0.0.1', mac: 'AA' }, 'mac'],
    [{ do: 'fleet-edit', kind: 'route', prefix: '10.0.0.0', via: '10.0.0.1' }, 'prefix'],
    [{ do: 'fleet-edit', kind: 'config', line: 'two\nlines' }, 'line'],
    [{ do: 'fleet-edit', kind: 'other' }, 'kind'],
    [{ do: 'fleet-fault', fault: 'silent' }, 'device'],
    [{ do: 'router-run', commands: [] }, 'commands'],
  ])('refuses %j', (order, word) => {
    expect(() => parseFleetControl(order)).toThrow(word);
  });
});
