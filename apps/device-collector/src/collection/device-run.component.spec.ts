import { createHash } from 'node:crypto';
import { CAPTURE_TYPES, type CollectionTimeouts } from '@capstan/contracts';
import { AppError, type Clock, systemClock } from '@capstan/kernel';
import { cleanText, DeviceFleet, fleetAddress, type InventoryCliDevice, USUAL_MIX } from '@capstan/lab';
import { findPlatform } from '../platforms';
import { directTcp } from '../ssh/socket-opener.client';
import type { PresentedHostKey } from '../ssh/host-key';
import type { HostKeyPolicy } from '../ssh/ssh-connector.client';
import { DeviceRun, type DeviceRunEnd } from './device-run';
import { readingOrder } from './device-outcome';
import { logIn } from './sessions/device-login.client';
import { patienceOf } from './timeouts';
import type { TypeReading } from './type-reading';

/** A slot no lab takes: the addresses belong to this file. */
const SLOT = 253;
const never = new AbortController().signal;
/** Pauses between logins are not what is tested here. */
const hasty: Clock = { ...systemClock, now: () => systemClock.now(), monotonic: () => systemClock.monotonic(), sleep: (ms, signal) => systemClock.sleep(ms >= 400 && ms <= 8_000 ? ms / 20 : ms, signal) };

/** Trusts a host on first use, and never another one. */
class FirstUse implements HostKeyPolicy {
  private readonly known = new Map<string, string>();

  knownKeyType(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  check({ host }: { readonly host: string }, { fingerprint }: PresentedHostKey): Promise<void> {
    const before = this.known.get(host) ?? fingerprint;
    this.known.set(host, before);
    return before === fingerprint ? Promise.resolve() : Promise.reject(new AppError('HOSTKEY_MISMATCH', `${host} shows another host key`));
  }
}

interface Collected {
  readonly end: DeviceRunEnd;
  readonly readings: readonly TypeReading[];
}

describe(DeviceRun.name, () => {
  let fleet: DeviceFleet;
  let devices: InventoryCliDevice[];
  let hostKeys: FirstUse;

  const start = async (count: number, payload: 'usual' | 'small' = 'small'): Promise<void> => {
    fleet = new DeviceFleet({ count, mix: USUAL_MIX, payload, think: { medianMs: 0, p99Ms: 0 }, port: 20_122, faults: new Map(), usualFaults: false, seed: 7 }, systemClock, () => 'made-up');
    await fleet.start((index) => fleetAddress(SLOT, index));
    devices = fleet.inventory();
    hostKeys = new FirstUse();
  };
  const of = (platform: string, nth = 0): InventoryCliDevice => devices.filter((device) => device.platform === platform)[nth]!;

  async function collect(device: InventoryCliDevice, wish: { types?: readonly string[]; enable?: boolean; legacy?: 'never' | 'auto'; timeouts?: CollectionTimeouts; lastGood?: number } = {}): Promise<Collected> {
    const platform = findPlatform(device.platform)!;
    const types = readingOrder(wish.types ?? CAPTURE_TYPES);
    const patience = patienceOf({ connect_timeout_sec: 2, login_timeout_sec: 2, prompt_timeout_sec: 3, ...wish.timeouts });
    const readings: TypeReading[] = [];
    const login = { username: device.username, password: device.password, ...(wish.enable === false || device.enable === undefined ? {} : { enableSecret: device.enable }) };
    const sut = new DeviceRun(
      { platform, types, patience, loginsBefore: 0 },
      {
        clock: hasty,
        random: () => 0,
        open: (signal) =>
          logIn(
            { host: device.address, port: device.port, platform, login, legacyCrypto: wish.legacy ?? 'auto', patience, privileged: true },
            { clock: systemClock, sockets: directTcp, hostKeys, maxOutput: 32 * 1_048_576, onCommand: () => undefined, onAccepted: () => undefined },
            signal,
          ),
        take: (reading) => readings.push(reading),
        lastGoodChars: (type) => (type === 'configs' ? (wish.lastGood ?? null) : null),
        onLogin: () => undefined,
      },
    );
    return { end: await sut.run(never), readings };
  }

  /** SHA-256 of each type's first answer, as the fleet reckons it. */
  const said = ({ readings }: Collected): Record<string, string> =>
    Object.fromEntries(readings.map(({ type, text }) => [type, createHash('sha256').update(cleanText(firstAnswer(text))).digest('hex')]));
  const truth = (device: InventoryCliDevice): Record<string, string> => Object.fromEntries(fleet.truth(device.name)[device.name]!.map(({ type, sha256 }) => [type, sha256]));
  const statuses = ({ readings }: Collected): Record<string, string> => Object.fromEntries(readings.map(({ type, status, errorClass }) => [type, errorClass ?? status]));
  const reading = (collected: Collected, type: string): TypeReading => collected.readings.find((one) => one.type === type)!;

  afterEach(() => fleet.stop());

  it('reads everything over one login, to the letter, on every platform', async () => {
    await start(5, 'usual');
    for (const platform of ['cisco_ios', 'cisco_nxos', 'arista_eos']) {
      const device = of(platform);
      const collected = await collect(device);
      expect(collected.end).toEqual({ logins: 1, error: undefined });
      expect(new Set(Object.values(statuses(collected)))).toEqual(new Set(['success']));
      const expected = truth(device);
      const got = said(collected);
      // EOS is asked for JSON where it has some; those answers have no truth to compare with.
      const compared = Object.keys(expected).filter((type) => platform !== 'arista_eos' || !reading(collected, type).commands[0]!.includes('json'));
      expect(Object.fromEntries(compared.map((type) => [type, got[type]]))).toEqual(Object.fromEntries(compared.map((type) => [type, expected[type]])));
      const counts = fleet.truth(device.name)[device.name]!.filter(({ rows }) => rows !== undefined);
      expect(counts.map(({ type }) => [type, reading(collected, type).parse?.rows.length])).toEqual(counts.map(({ type, rows }) => [type, rows]));
      expect(fleet.counts(device.name, true)).toMatchObject({ logins: 1, refused: 0 });
    }
  });

  it('survives pagers, log messages, split packets, keyboard-interactive and a quoted prompt', async () => {
    await start(5);
    const device = of('cisco_ios');
    for (const fault of ['pager-stuck', 'syslog', 'split-echo', 'keyboard-interactive', 'quotes-prompt']) {
      fleet.setFault(device.name, fault, true);
      // In pieces of a few bytes a configuration takes its time.
      const type = fault === 'split-echo' ? 'arp' : 'configs';
      const collected = await collect(device, { types: [type, 'version'] });
      expect([fault, statuses(collected)]).toEqual([fault, { [type]: 'success', version: 'success' }]);
      expect([fault, said(collected)[type]]).toEqual([fault, truth(device)[type]]);
      fleet.setFault(device.name, fault, false);
    }
  });

  it('asks for privileges where they are needed, gives the secret once, and collects what works without them', async () => {
    await start(5);
    const device = of('cisco_ios');
    fleet.setFault(device.name, 'enable-needed', true);
    expect(statuses(await collect(device, { types: ['configs', 'version'] }))).toEqual({ configs: 'success', version: 'success' });
    expect(statuses(await collect(device, { types: ['configs', 'version'], enable: false }))).toEqual({ configs: 'ENABLE_REQUIRED', version: 'success' });
    fleet.setFault(device.name, 'enable-needed', false);
    fleet.setFault(device.name, 'enable-unknown', true);
    const refused = await collect(device, { types: ['configs', 'version'] });
    expect([statuses(refused), refused.end.logins]).toEqual([{ configs: 'ENABLE_FAILED', version: 'success' }, 1]);
  });

  it('gives each failure its class, tries again what may pass, and sends a password once', async () => {
    await start(10);
    const [refuse, silent, wrong, vty, kex] = [of('cisco_ios', 0), of('cisco_ios', 1), of('cisco_ios', 2), of('cisco_ios', 3), of('cisco_nxos')];
    fleet.setFault(refuse.name, 'refuse', true);
    fleet.setFault(silent.name, 'silent', true);
    fleet.setFault(wrong.name, 'wrong-password', true);
    fleet.setFault(vty.name, 'lines-taken', true);
    fleet.setFault(kex.name, 'legacy-kex', true);
    const ended = async (device: InventoryCliDevice, wish: Parameters<typeof collect>[1] = {}) => {
      const { end, readings } = await collect(device, { types: ['version'], ...wish });
      return [end.error?.code, end.logins, readings[0]?.errorClass];
    };
    expect(await ended(refuse)).toEqual(['CONN_REFUSED', 3, 'CONN_REFUSED']);
    expect(await ended(silent, { timeouts: { login_timeout_sec: 0.5 } })).toEqual(['LOGIN_TIMEOUT', 3, 'LOGIN_TIMEOUT']);
    expect(await ended(wrong)).toEqual(['AUTH_FAILED', 1, 'AUTH_FAILED']);
    expect(fleet.counts(wrong.name, false)).toMatchObject({ refused: 1, logins: 0 });
    expect(await ended(vty)).toEqual(['VTY_BUSY', 3, 'VTY_BUSY']);
    expect(await ended(kex, { legacy: 'never' })).toEqual(['KEX_MISMATCH', 1, 'KEX_MISMATCH']);
    expect(await ended(kex)).toEqual([undefined, 1, null]);
    const known = of('arista_eos');
    await collect(known, { types: ['version'] });
    fleet.setFault(known.name, 'new-host-key', true);
    fleet.counts(known.name, true);
    expect(await ended(known)).toEqual(['HOSTKEY_MISMATCH', 1, 'HOSTKEY_MISMATCH']);
    expect(fleet.counts(known.name, false)).toMatchObject({ logins: 0, refused: 0 });
  });

  it('resumes with the types that are missing after a lost connection, and never takes half a configuration for a whole one', async () => {
    await start(5);
    const device = of('cisco_ios');
    fleet.setFault(device.name, 'drop-once', true);
    const resumed = await collect(device, { types: ['version', 'configs', 'arp'] });
    expect([resumed.end.logins, statuses(resumed)]).toEqual([2, { version: 'success', configs: 'success', arp: 'success' }]);
    expect(fleet.counts(device.name, true)).toMatchObject({ logins: 2 });
    fleet.setFault(device.name, 'drop-once', false);
    fleet.setFault(device.name, 'drop-mid-config', true);
    const dropped = await collect(device, { types: ['version', 'configs'] });
    expect([dropped.end.logins, statuses(dropped)]).toEqual([3, { version: 'success', configs: 'DEVICE_LOST' }]);
    fleet.setFault(device.name, 'drop-mid-config', false);
    fleet.setFault(device.name, 'cut-short', true);
    const short = await collect(device, { types: ['version', 'configs'] });
    expect([short.end.logins, statuses(short)]).toEqual([2, { version: 'success', configs: 'SUSPECT' }]);
    expect(reading(short, 'configs').complete).toBe(false);
  });

  it('waits out a silence that is shorter than the patience, and gives up one that is longer', async () => {
    await start(5);
    const device = of('cisco_ios');
    fleet.setFault(device.name, 'pause:1', true);
    expect(statuses(await collect(device, { types: ['configs'], timeouts: { idle_timeout_sec: 3 } }))).toEqual({ configs: 'success' });
    const late = await collect(device, { types: ['configs', 'version'], timeouts: { idle_timeout_sec: 0.4 } });
    expect([late.end.logins, statuses(late)]).toEqual([3, { version: 'success', configs: 'CMD_TIMEOUT' }]);
  });

  it('takes a configuration of 12 MB with a silence in its middle to the letter', async () => {
    await start(5);
    const device = of('cisco_ios');
    fleet.setFault(device.name, 'huge-config', true);
    fleet.setFault(device.name, 'pause:2', true);
    const collected = await collect(device, { types: ['configs', 'version'], timeouts: { idle_timeout_sec: 4 } });
    expect([collected.end, statuses(collected)]).toEqual([{ logins: 1, error: undefined }, { configs: 'success', version: 'success' }]);
    expect(reading(collected, 'configs').text.length).toBeGreaterThan(12_000_000);
    expect(said(collected)['configs']).toBe(truth(device)['configs']);
  }, 60_000);

  it('holds back a configuration that lost most of its lines until a second reading says the same', async () => {
    await start(5);
    const device = of('cisco_ios');
    const shrunk = await collect(device, { types: ['configs'], lastGood: 1_000_000 });
    expect([shrunk.end.logins, reading(shrunk, 'configs').complete, reading(shrunk, 'configs').message]).toEqual([2, true, expect.stringContaining('a second reading said the same')]);
  });

  it('tells what a device does not know from what it has not got', async () => {
    await start(5);
    const device = of('cisco_ios');
    fleet.setFault(device.name, 'no-lldp', true);
    fleet.setFault(device.name, 'odd-line', true);
    const collected = await collect(device, { types: ['lldp', 'arp'] });
    expect(reading(collected, 'lldp').status).toBe('unsupported');
    expect(reading(collected, 'arp').parse).toMatchObject({ status: 'partial', unparsed: [expect.anything()] });
  });
});

/** The answer to the first command of a capture. */
function firstAnswer(text: string): string {
  const sections = text.split(/^===== .+ =====.*\n/m);
  return sections.length === 1 ? text : (sections[1] ?? '');
}
