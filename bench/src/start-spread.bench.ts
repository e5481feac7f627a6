import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { routes, sessionMachine, type SessionView } from '@capstan/contracts';
import { type ApiClient, type LabGear, type LabInventory, LabProcess, type LabTarget } from '@capstan/deploy';
import { systemClock } from '@capstan/kernel';
import { type Bench, type Say, startBenchStack, verdict } from './bench';
import { percentile, spreadOf } from './figures';

const run = promisify(execFile);
const TARGETS = 20;
const SESSIONS = 8;
/** Where the instant T0 is looked for in the packets: nothing else is sent to an armed target in this window. */
const WINDOW_SEC = 0.5;

/** Devices of one session. */
type Fleet = readonly (LabTarget | LabGear)[];

function bodyFor(fleet: Fleet, name: string) {
  return {
    name,
    duration_sec: 10,
    targets: fleet.map((target) => ({ device_type: target.device_type, host: target.host, port: target.port, interface: target.interface, username: target.username, password: target.password ?? '' })),
  };
}

async function runSession(api: ApiClient, fleet: Fleet, name: string): Promise<SessionView> {
  const { session_id: id } = await api.call(routes.createCaptureSession, { body: bodyFor(fleet, name) });
  for (;;) {
    const { session } = await api.call(routes.getSession, { params: { id } });
    if (sessionMachine.isTerminal(session.state)) {
      return session;
    }
    await systemClock.sleep(250);
  }
}

/** Milliseconds between the first and the last start line on the wire: the first packet with data to each target behind T0, before which no start line is sent. */
async function spreadOnWire(pcap: string, session: SessionView): Promise<number> {
  const t0 = Date.parse(session.t0 ?? '') / 1_000;
  const { stdout } = await run('tshark', ['-r', pcap, '-Y', `tcp.len > 0 && frame.time_epoch >= ${t0} && frame.time_epoch <= ${t0 + WINDOW_SEC}`, '-T', 'fields', '-e', 'frame.time_epoch', '-e', 'ip.dst'], { maxBuffer: 2 ** 28 });
  const first = new Map<string, number>();
  const addresses = new Set(session.targets.map(({ spec }) => String(spec['host'])));
  for (const line of stdout.trim().split('\n')) {
    const [time, address] = line.split('\t');
    if (time !== undefined && address !== undefined && addresses.has(address) && !first.has(address)) {
      first.set(address, Number(time));
    }
  }
  if (first.size !== session.targets.length) {
    throw new Error(`start lines to ${first.size} of ${session.targets.length} targets were seen on the wire`);
  }
  return (Math.max(...first.values()) - Math.min(...first.values())) * 1_000;
}

/** The way without Capstan: all `ssh … tcpdump` in the background at once. Milliseconds between the first and the last "listening on". */
async function spreadOfShell(inventory: LabInventory, keyFile: string): Promise<number> {
  const times = await Promise.all(
    inventory.targets.map(
      (target) =>
        new Promise<number>((resolve, reject) => {
          const ssh = spawn('ssh', ['-i', keyFile, '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'BatchMode=yes', '-p', String(target.port), `root@${target.host}`, 'tcpdump', '-i', target.interface, '-c', '1', '-w', '/dev/null'], { stdio: ['ignore', 'ignore', 'pipe'] });
          createInterface({ input: ssh.stderr }).on('line', (line) => {
            if (line.includes('listening on')) {
              resolve(performance.now());
              ssh.kill('SIGTERM');
            }
          });
          ssh.once('exit', () => reject(new Error(`ssh to ${target.host} ended without capturing`)));
        }),
    ),
  );
  return Math.max(...times) - Math.min(...times);
}

/** Sessions of one fleet, one after the other: milliseconds between first and last start line on the wire, between the confirmations, and from T0 to those by device type. */
async function spreads(api: ApiClient, fleet: Fleet, sessions: number, sniff: readonly string[], folder: string): Promise<{ readonly onWire: number[]; readonly confirmed: number[]; readonly behind: Map<string, number[]> }> {
  const onWire: number[] = [];
  const confirmed: number[] = [];
  const behind = new Map<string, number[]>();
  for (let index = 0; index < sessions; index += 1) {
    const pcap = path.join(folder, `${index}.pcap`);
    const sniffer = spawn('tcpdump', ['-U', '-w', pcap, ...sniff], { stdio: 'ignore' });
    const exited = new Promise((resolve) => sniffer.once('exit', resolve));
    const session = await runSession(api, fleet, `start spread ${index + 1}`).finally(() => sniffer.kill('SIGINT'));
    await exited;
    if (session.state !== 'completed') {
      throw new Error(`session ended ${session.state}: ${session.targets.map((target) => target.error?.message ?? target.state).join('; ')}`);
    }
    onWire.push(await spreadOnWire(pcap, session));
    const starts = session.targets.map((target) => Date.parse(target.started_at ?? ''));
    confirmed.push(Math.max(...starts) - Math.min(...starts));
    for (const { started_at: at, spec } of session.targets) {
      const type = String(spec['device_type']);
      behind.set(type, [...(behind.get(type) ?? []), Date.parse(at ?? '') - Date.parse(session.t0 ?? '')]);
    }
  }
  return { onWire, confirmed, behind };
}

/** 20 linux targets in one session: how far apart are the start lines on the wire, and the confirmations. */
export const startSpread: Bench = async (say: Say) => {
  const bench = await startBenchStack(say);
  const lab = await LabProcess.start(['--hosts', String(TARGETS), '--cameras', '0', '--voice-gear', '0']);
  const folder = mkdtempSync(path.join(tmpdir(), 'capstan-spread-'));
  try {
    const keyFile = path.join(folder, 'key');
    writeFileSync(keyFile, lab.inventory.targets[0]?.private_key ?? '', { mode: 0o600 });
    const { bridge, machine } = lab.inventory.network;
    const { onWire, confirmed } = await spreads(bench.api, lab.inventory.targets, SESSIONS, ['-i', bridge ?? 'any', `src host ${machine} and tcp dst port 22`], folder);
    say(`start lines on the wire, ${TARGETS} targets: ${spreadOf(onWire, 'ms')}`);
    say(`confirmed by the devices: ${spreadOf(confirmed, 'ms')}`);
    const shell: number[] = [];
    for (let index = 0; index < 5; index += 1) {
      shell.push(await spreadOfShell(lab.inventory, keyFile));
    }
    say(`parallel ssh from a shell, confirmations: ${spreadOf(shell, 'ms')}; ratio ${(percentile(confirmed, 50) / percentile(shell, 50)).toFixed(3)}`);
    return verdict(say, 'p95 of the spread of start lines ≤ 50 ms', percentile(onWire, 95) <= 50);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await lab.stop();
    await bench.stop();
  }
};

const OF_EACH_TYPE = 4;
const MIXED_SESSIONS = 5;

/** CUCM, CUBE, CSR1000v, Expressway and linux in one session, one CUCM with a login of six seconds: how far apart are the start lines on the wire. */
export const startSpreadMixed: Bench = async (say: Say) => {
  const bench = await startBenchStack(say);
  const lab = await LabProcess.start(['--hosts', String(OF_EACH_TYPE), '--cameras', '0', '--voice-gear', String(OF_EACH_TYPE), '--gear-faults', 'lab-cucm-1=slow-login']);
  const folder = mkdtempSync(path.join(tmpdir(), 'capstan-spread-'));
  try {
    const fleet = [...lab.inventory.voice_gear, ...lab.inventory.targets];
    const addresses = fleet.map(({ host }) => `dst host ${host}`).join(' or ');
    const { onWire, confirmed, behind } = await spreads(bench.api, fleet, MIXED_SESSIONS, ['-i', 'any', `tcp and (${addresses})`], folder);
    say(`start lines on the wire, ${fleet.length} targets of ${new Set(fleet.map(({ device_type: type }) => type)).size} types, one with a login of 6 s: ${spreadOf(onWire, 'ms')}`);
    say(`confirmed by the devices: ${spreadOf(confirmed, 'ms')}`);
    behind.forEach((times, type) => say(`  ${type}, from T0 to the confirmation: ${spreadOf(times, 'ms')}`));
    return verdict(say, 'p95 of the spread of start lines ≤ 100 ms', percentile(onWire, 95) <= 100);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await lab.stop();
    await bench.stop();
  }
};
