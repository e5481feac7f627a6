import { AppError, type Clock, systemClock } from '@capstan/kernel';
import { findPlatform } from '../platforms';
import { DeviceRun } from './device-run';
import type { DeviceAnswer, DeviceSession } from './sessions/device-session';
import { patienceOf } from './timeouts';
import type { TypeReading } from './type-reading';

const never = new AbortController().signal;
const prompt = (text: string): DeviceAnswer => ({ text, evidence: { endedBy: 'prompt' } });
const VERSION = prompt('Cisco IOS Software, Version 15.2(4)E\nr1 uptime is 1 day\nProcessor board ID FOC1');
const ARP = prompt('Protocol  Address          Age (min)  Hardware Addr   Type   Interface\nInternet  10.0.0.1                -   0011.2233.4455  ARPA   Vlan1');

/** Answers by command; an error is thrown. Each login takes the next table. */
function device(...logins: readonly (AppError | Readonly<Record<string, DeviceAnswer | AppError>>)[]) {
  let number = 0;
  const sent: string[][] = [];
  return {
    sent,
    open: (): Promise<DeviceSession> => {
      const table = logins[Math.min(number, logins.length - 1)]!;
      number += 1;
      if (table instanceof AppError) {
        return Promise.reject(table);
      }
      const mine: string[] = [];
      sent.push(mine);
      return Promise.resolve({
        unprivileged: undefined,
        leave: () => Promise.resolve(),
        abandon: () => undefined,
        ask: (command: string) => {
          mine.push(command);
          const answer = table[command] ?? prompt("% Invalid input detected at '^' marker.");
          return answer instanceof AppError ? Promise.reject(answer) : Promise.resolve(answer);
        },
      });
    },
  };
}

async function run(source: ReturnType<typeof device>, types: readonly string[]) {
  const slept: number[] = [];
  const clock: Clock = { now: () => 0, monotonic: () => 0, sleep: async (ms) => void slept.push(ms) };
  const readings: TypeReading[] = [];
  const sut = new DeviceRun(
    { platform: findPlatform('cisco_ios')!, types, patience: patienceOf(), loginsBefore: 0 },
    { clock: { ...systemClock, ...clock }, random: () => 1, open: source.open, take: (reading) => readings.push(reading), lastGoodChars: () => null, onLogin: () => undefined },
  );
  const end = await sut.run(never);
  return { end, slept, statuses: Object.fromEntries(readings.map(({ type, status, errorClass }) => [type, errorClass ?? status])) };
}

describe(DeviceRun.name, () => {
  it('asks for everything over one login', async () => {
    const source = device({ 'show version': VERSION, 'show ip arp': ARP, 'show vrf': prompt(''), 'show inventory': prompt('') });
    const { end, statuses, slept } = await run(source, ['version', 'arp']);
    expect([end.logins, slept, source.sent.length]).toEqual([1, [], 1]);
    expect(statuses).toEqual({ version: 'success', arp: 'success' });
  });

  it('tries again, a little later each time, and asks only for what is missing', async () => {
    const lost = new AppError('DEVICE_LOST', 'gone', { retryable: true });
    const source = device({ 'show version': VERSION, 'show ip arp': lost }, { 'show ip arp': lost }, { 'show ip arp': ARP, 'show vrf': prompt('') });
    const { end, statuses, slept } = await run(source, ['version', 'arp']);
    expect([end.logins, statuses, slept]).toEqual([3, { version: 'success', arp: 'success' }, [1_000, 2_000]]);
    expect(source.sent.map((sent) => sent.includes('show version'))).toEqual([true, false, false]);
  });

  it.each(['AUTH_FAILED', 'HOSTKEY_MISMATCH', 'KEX_MISMATCH', 'CREDENTIAL_SUSPENDED'])('never tries %s again', async (code) => {
    const { end, statuses } = await run(device(new AppError(code, 'no')), ['version', 'arp']);
    expect([end.logins, end.error?.code, statuses]).toEqual([1, code, { version: code, arp: code }]);
  });

  it('never tries again what may have sent the password already', async () => {
    const { end } = await run(device(new AppError('LOGIN_TIMEOUT', 'late', { details: { final: true } })), ['version']);
    expect(end.logins).toBe(1);
    expect((await run(device(new AppError('LOGIN_TIMEOUT', 'late')), ['version'])).end.logins).toBe(3);
  });

  it('tells a command that is unknown from one that is refused', async () => {
    const { end, statuses } = await run(device({ 'show inventory': prompt('% Authorization failed.') }), ['mac', 'inventory']);
    expect([end.logins, statuses]).toEqual([1, { mac: 'UNSUPPORTED', inventory: 'CMD_UNAUTHORIZED' }]);
  });

  it('reads what is not proven once more, and keeps it as doubtful when that is no better', async () => {
    const cut = prompt('Building configuration...\n\nhostname r1\ninterface Vlan1');
    const { end, statuses } = await run(device({ 'show running-config': cut }), ['configs']);
    expect([end.logins, end.error, statuses]).toEqual([2, undefined, { configs: 'SUSPECT' }]);
  });
});
