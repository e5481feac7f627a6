import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ToolName } from '@capstan/backing-services';
import type { LabCliDevice } from '@capstan/deploy';
import type { TypeTruth } from '@capstan/lab';

const run = promisify(execFile);
const PEERS = path.resolve(__dirname, '..', '..', 'peers');
const LONGEST_MS = 15 * 60_000;

/** Somebody else's way to collect. */
export interface Contestant {
  readonly name: string;
  readonly script: string;
  readonly args?: readonly string[];
  /** Debian's package. */
  readonly tool: ToolName;
  /** Devices it is measured with; slow ones get fewer, and are compared by captures a second. */
  readonly devices: number;
}

/** Debian's collectors, the fastest first. */
const CONTESTANTS: readonly Contestant[] = [
  { name: 'asyncssh, by hand', script: 'asyncssh_collect.py', tool: 'asyncssh', devices: 500 },
  { name: 'netmiko fast_cli', script: 'netmiko_collect.py', args: ['fast'], tool: 'netmiko', devices: 200 },
  { name: 'netmiko', script: 'netmiko_collect.py', tool: 'netmiko', devices: 200 },
  { name: 'rancid (clogin)', script: 'rancid_collect.py', tool: 'rancid', devices: 150 },
  { name: 'ansible', script: 'ansible_collect.py', tool: 'ansible', devices: 30 },
];

/** Those named on the command line by a part of their names, e.g. `npm run bench -- collection 500 asyncssh,netmiko`; all where none is. */
export function wantedContestants(): readonly Contestant[] {
  const wanted = process.argv[4]?.split(',');
  return CONTESTANTS.filter(({ name }) => wanted?.some((part) => name.includes(part)) ?? true);
}

/** What a contestant tells of its run. */
export interface PeerReport {
  readonly wall_s: number;
  readonly cpu_s: number;
  readonly rss_mb: number;
  readonly failures: readonly { readonly device: string; readonly error: string }[];
  readonly latencies_s: readonly number[];
  readonly version: string;
}

/** Runs a contestant over devices. @param folder an empty one; captures are left in it as `<device>/<type>.txt` */
export async function runContestant({ script, args }: Contestant, devices: readonly LabCliDevice[], truth: Readonly<Record<string, readonly TypeTruth[]>>, workers: number, folder: string): Promise<PeerReport> {
  const out = path.join(folder, 'out');
  mkdirSync(out, { recursive: true, mode: 0o700 });
  const plan = path.join(folder, 'plan.json');
  const commandsOf = (device: LabCliDevice): Record<string, string> => Object.fromEntries((truth[device.name] ?? []).map(({ type, command }) => [type, command]));
  writeFileSync(plan, JSON.stringify({ workers, devices: devices.map((device) => ({ ...device, commands: commandsOf(device) })) }), { mode: 0o600 });
  const { stdout } = await run('/usr/bin/python3', [path.join(PEERS, script), plan, out, ...(args ?? [])], { timeout: LONGEST_MS, maxBuffer: 2 ** 26 });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as PeerReport;
}

/** A capture that a contestant left behind. */
export function captureOf(folder: string, device: string, type: string): string | undefined {
  const file = path.join(folder, 'out', device, `${type}.txt`);
  return existsSync(file) ? readFileSync(file, 'latin1') : undefined;
}
