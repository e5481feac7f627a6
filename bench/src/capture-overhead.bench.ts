import { readFileSync } from 'node:fs';
import { routes, sessionMachine } from '@capstan/contracts';
import { type ApiClient, type LabInventory, LabProcess } from '@capstan/deploy';
import { systemClock } from '@capstan/kernel';
import { type Bench, type Say, startBenchStack, verdict } from './bench';
import { percentile } from './figures';

const CAPTURES = 20;
const WINDOW_MS = 40_000;
const SETTLE_MS = 10_000;
const SAMPLE_MS = 1_000;
/** USER_HZ of Linux on every architecture it is built for here: proc(5). */
const TICKS_PER_SEC = 100;
const MIB = 1_024;

/** What a process used in a window. */
interface Usage {
  /** Percent of one core. */
  readonly cpu: number;
  /** MiB of memory of its own, median. */
  readonly memory: number;
}

/** Seconds of CPU so far, user and system: proc(5), fields 14 and 15; the name in field 2 may hold blanks. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SEC;
}

function anonymousMib(pid: number): number {
  const match = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(match?.[1]) / MIB;
}

async function usage(pid: number): Promise<Usage> {
  const [began, cpu] = [systemClock.monotonic(), cpuSeconds(pid)];
  const memory: number[] = [];
  while (systemClock.monotonic() - began < WINDOW_MS) {
    await systemClock.sleep(SAMPLE_MS);
    memory.push(anonymousMib(pid));
  }
  return { cpu: ((cpuSeconds(pid) - cpu) / ((systemClock.monotonic() - began) / 1_000)) * 100, memory: percentile(memory, 50) };
}

async function begin(api: ApiClient, inventory: LabInventory, durationSec: number): Promise<string> {
  const targets = inventory.targets.map(({ device_type, host, port, interface: name, username, password }) => ({ device_type, host, port, interface: name, username, password: password ?? '' }));
  const { session_id: id } = await api.call(routes.createCaptureSession, { body: { name: 'overhead', duration_sec: durationSec, targets } });
  await reaches(api, id, 'capturing');
  return id;
}

async function reaches(api: ApiClient, id: string, wanted: 'capturing' | 'end'): Promise<void> {
  for (;;) {
    const { session } = await api.call(routes.getSession, { params: { id } });
    const over = sessionMachine.isTerminal(session.state);
    if (over && (wanted !== 'end' || session.state !== 'completed')) {
      throw new Error(`the session ended ${session.state}: ${session.targets.map((target) => target.error?.message ?? target.state).join('; ')}`);
    }
    if (over || (wanted === 'capturing' && session.targets.every((target) => target.state === 'capturing'))) {
      return;
    }
    await systemClock.sleep(250);
  }
}

/** What a running capture costs the device-collector: 20 captures on 20 hosts against the same process at rest. */
export const captureOverhead: Bench = async (say: Say) => {
  const bench = await startBenchStack(say);
  const lab = await LabProcess.start(['--hosts', String(CAPTURES)]);
  try {
    const pid = bench.stack.pids()['device-collector'];
    if (pid === undefined) {
      throw new Error('the device-collector does not run');
    }
    // The first captures make the runtime compile and fill its caches, which is no cost of a capture.
    await reaches(bench.api, await begin(bench.api, lab.inventory, 10), 'end');
    await systemClock.sleep(SETTLE_MS);
    const idle = await usage(pid);
    const id = await begin(bench.api, lab.inventory, 120);
    await systemClock.sleep(SETTLE_MS);
    const busy = await usage(pid);
    await bench.api.call(routes.stopSession, { params: { id } });
    await reaches(bench.api, id, 'end');
    const cpu = (busy.cpu - idle.cpu) / CAPTURES;
    const memory = (busy.memory - idle.memory) / CAPTURES;
    say(`idle: ${idle.cpu.toFixed(2)} % of a core, ${idle.memory.toFixed(1)} MiB; ${CAPTURES} captures: ${busy.cpu.toFixed(2)} %, ${busy.memory.toFixed(1)} MiB`);
    say(`per capture: ${cpu.toFixed(3)} % of a core, ${memory.toFixed(2)} MiB`);
    const light = verdict(say, 'a running capture costs ≤ 0.2 % of a core', cpu <= 0.2);
    return verdict(say, 'a running capture costs ≤ 2 MiB', memory <= 2) && light;
  } finally {
    await lab.stop();
    await bench.stop();
  }
};
