import { installPackages, missingTools } from '@capstan/backing-services';
import type { Bench, Say } from '../bench';
import { percentile } from '../figures';
import { captureOf, type Contestant, runContestant, wantedContestants } from './contestants';
import { FleetScene } from './fleet-scene';
import { judge } from './gate';

/** Devices that are spoken to at a time. */
export const WORKERS = 50;

/** One line of the table of results. */
export interface Result {
  readonly name: string;
  readonly devices: number;
  readonly right: number;
  readonly lost: number;
  readonly missing: number;
  readonly wallSec: number;
  /** The least time possible: what the devices thought, spread over all workers. */
  readonly boundSec: number;
  readonly cpuSec: number;
  readonly memoryMb: number;
  readonly logins: number;
}

/** Captures that were right, per second. */
export const capturesPerSec = ({ right, wallSec }: Result): number => right / wallSec;

export function sayResult(say: Say, result: Result): void {
  const { name, devices, right, lost, missing, wallSec, boundSec, cpuSec, memoryMb, logins } = result;
  const losses = lost === 0 ? '' : `  DISQUALIFIED: ${lost} silent losses`;
  say(`${name.padEnd(20)} ${String(devices).padStart(5)} devices  ${wallSec.toFixed(1).padStart(6)} s  ${(wallSec / boundSec).toFixed(2).padStart(5)} × bound (${boundSec.toFixed(1)} s)  ${capturesPerSec(result).toFixed(1).padStart(6)} captures/s  ${right} right, ${missing} failed  ${(logins / devices).toFixed(2)} logins/device  ${cpuSec.toFixed(1)} CPU-s  ${memoryMb.toFixed(0)} MB${losses}`);
}

/** Measures one of Debian's collectors on the fleet. */
export async function measureContestant(say: Say, scene: FleetScene, contestant: Contestant): Promise<Result | undefined> {
  await installPackages(missingTools([contestant.tool]), { log: say });
  const devices = scene.devices.slice(0, contestant.devices);
  const folder = scene.folder();
  await scene.counts();
  try {
    const report = await runContestant(contestant, devices, scene.truth, WORKERS, folder);
    const counts = await scene.counts();
    const verdict = judge(scene.truthOf(devices), (device, type) => captureOf(folder, device, type), new Set(report.failures.map(({ device }) => device)));
    const result: Result = { name: contestant.name, devices: devices.length, right: verdict.right, lost: verdict.lost.length, missing: verdict.missing, wallSec: report.wall_s, boundSec: counts.think_ms / 1_000 / WORKERS, cpuSec: report.cpu_s, memoryMb: report.rss_mb, logins: counts.logins };
    sayResult(say, result);
    say(`${''.padEnd(20)} ${report.version}; per device ${report.latencies_s.length === 0 ? 'not told' : `median ${percentile(report.latencies_s, 50).toFixed(2)} s, p95 ${percentile(report.latencies_s, 95).toFixed(2)} s`}${report.failures[0] === undefined ? '' : `; e.g. ${report.failures[0].device}: ${report.failures[0].error}`}${verdict.lost[0] === undefined ? '' : `; lost e.g. ${verdict.lost.slice(0, 3).join(', ')}`}`);
    return result;
  } catch (error) {
    say(`${contestant.name}: could not be measured (${(error as Error).message.slice(0, 300)})`);
    return undefined;
  }
}

/** Debian's collectors alone on the generated fleet: what the gate says of them, and how long they take. */
export const collectionPeers: Bench = async (say) => {
  const scene = await FleetScene.start(Number(process.argv[3] ?? 500));
  try {
    for (const contestant of wantedContestants()) {
      await measureContestant(say, scene, contestant);
    }
    return true;
  } finally {
    await scene.stop();
  }
};
