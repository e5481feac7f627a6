import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { routes, sessionMachine, type SessionView } from '@capstan/contracts';
import { type ApiClient, type LabInventory, LabProcess } from '@capstan/deploy';
import { systemClock } from '@capstan/kernel';
import { type Bench, type Say, startBenchStack, verdict } from './bench';
import { percentile, spreadOf } from './figures';

const run = promisify(execFile);
const TARGETS = 20;
const SESSIONS = 8;
/** Where the instant T0 is looked for in the packets: nothing else is sent to an armed target in this window. */
const WINDOW_SEC = 0.5;

function bodyFor(inventory: LabInventory, name: string) {
  return {
    name,
    duration_sec: 10,
    targets: inventory.targets.map((target) => ({ device_type: target.device_type, host: target.host, port: target.port, interface: target.interface, username: target.username, password: target.password ?? '' })),
  };
}

async function runSession(api: ApiClient, inventory: LabInventory, name: string): Promise<SessionView> {
  const { session_id: id } = await api.call(routes.createCaptureSession, { body: bodyFor(inventory, name) });
  for (;;) {
    const { session } = await api.call(routes.getSession, { params: { id } });
    if (sessionMachine.isTerminal(session.state)) {
      return session;
    }
    await systemClock.sleep(250);
  }
}

/** Milliseconds between the first and the last start line on the wire: the first packet with data to each target at T0, read off the lab's bridge. */
async function spreadOnWire(pcap: string, session: SessionView): Promise<number> {
  const t0 = Date.parse(session.t0 ?? '') / 1_000;
  const { stdout } = await run('tshark', ['-r', pcap, '-Y', `tcp.len > 0 && frame.time_epoch >= ${t0 - 0.02} && frame.time_epoch <= ${t0 + WINDOW_SEC}`, '-T', 'fields', '-e', 'frame.time_epoch', '-e', 'ip.dst'], { maxBuffer: 2 ** 28 });
  const first = new Map<string, number>();
  for (const line of stdout.trim().split('\n')) {
    const [time, address] = line.split('\t');
    if (time !== undefined && address !== undefined && !first.has(address)) {
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

/** 20 linux targets in one session: how far apart are the start lines on the wire, and the confirmations. */
export const startSpread: Bench = async (say: Say) => {
  const bench = await startBenchStack(say);
  const lab = await LabProcess.start(['--hosts', String(TARGETS)]);
  const folder = mkdtempSync(path.join(tmpdir(), 'capstan-spread-'));
  try {
    const keyFile = path.join(folder, 'key');
    writeFileSync(keyFile, lab.inventory.targets[0]?.private_key ?? '', { mode: 0o600 });
    const onWire: number[] = [];
    const confirmed: number[] = [];
    for (let index = 0; index < SESSIONS; index += 1) {
      const pcap = path.join(folder, `${index}.pcap`);
      const sniffer = spawn('tcpdump', ['-i', lab.inventory.network.bridge ?? 'any', '-U', '-w', pcap, `src host ${lab.inventory.network.machine} and tcp dst port 22`], { stdio: 'ignore' });
      const session = await runSession(bench.api, lab.inventory, `start spread ${index + 1}`);
      const exited = new Promise((resolve) => sniffer.once('exit', resolve));
      sniffer.kill('SIGINT');
      await exited;
      if (session.state !== 'completed') {
        throw new Error(`session ended ${session.state}: ${session.targets.map((target) => target.error?.message ?? target.state).join('; ')}`);
      }
      onWire.push(await spreadOnWire(pcap, session));
      const starts = session.targets.map((target) => Date.parse(target.started_at ?? ''));
      confirmed.push(Math.max(...starts) - Math.min(...starts));
    }
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
