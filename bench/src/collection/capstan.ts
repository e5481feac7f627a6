import { readFileSync } from 'node:fs';
import { CAPTURE_TYPES, routes } from '@capstan/contracts';
import { addDevices, collect, type Collected } from '@capstan/deploy';
import { Gate } from '@capstan/kernel';
import type { TypeTruth } from '@capstan/lab';
import type { BenchStack } from '../bench';
import type { FleetScene } from './fleet-scene';
import { answerIn, judge, type Verdict } from './gate';
import { type Result, WORKERS } from './peers.bench';

const HERTZ_OF_TICKS = 100;
const READING_TOGETHER = 8;
/** Devices that are collected from before anything is measured, and never again: every contestant's first run is discarded. */
export const WARM_UP = 40;

/** Capstan as a contestant: a running stack whose inventory is the fleet. */
export class CapstanContestant {
  private constructor(
    private readonly bench: BenchStack,
    private readonly scene: FleetScene,
    private readonly ids: ReadonlyMap<string, string>,
  ) {}

  static async prepare(bench: BenchStack, scene: FleetScene): Promise<CapstanContestant> {
    const ids = await addDevices(bench.api, scene.devices);
    const warm = scene.devices.slice(-WARM_UP).flatMap(({ name }) => ids.get(name) ?? []);
    await collect(bench.api, warm, { types: CAPTURE_TYPES, workers: WORKERS });
    return new CapstanContestant(bench, scene, ids);
  }

  /**
   * One collection of every type, from the order over HTTP to the message that all is done.
   * @param every reads back the captures of every so manieth device only
   */
  async run(names: readonly string[], every = 1): Promise<{ result: Result; collected: Collected; verdict: Verdict }> {
    await this.scene.counts();
    const before = usage(this.bench);
    const collected = await collect(this.bench.api, names.map((name) => this.id(name)), { types: CAPTURE_TYPES, workers: WORKERS });
    const after = usage(this.bench);
    const counts = await this.scene.counts();
    const truth = await this.scene.truthNow();
    const read = names.filter((_, index) => index % every === 0);
    const verdict = await this.check(Object.fromEntries(read.map((name) => [name, truth[name] ?? []])), { ...collected, devices: collected.devices.filter(({ device_name: name }) => read.includes(name)) });
    const result: Result = {
      name: 'Capstan',
      devices: names.length,
      right: every === 1 ? verdict.right : Object.values(collected.job.captures_created).reduce((sum, count) => sum + count, 0),
      lost: verdict.lost.length,
      missing: verdict.missing,
      wallSec: collected.wallSec,
      boundSec: counts.think_ms / 1_000 / WORKERS,
      cpuSec: after.cpuSec - before.cpuSec,
      memoryMb: after.peakMb,
      logins: counts.logins,
    };
    return { result, collected, verdict };
  }

  private id(name: string): string {
    const id = this.ids.get(name);
    if (id === undefined) {
      throw new Error(`${name} is not in the inventory`);
    }
    return id;
  }

  /** Reads every capture back through the API, with its secrets, and holds it against the truth. */
  private async check(truth: Readonly<Record<string, readonly TypeTruth[]>>, { devices }: Collected): Promise<Verdict> {
    const texts = new Map<string, string>();
    const gate = new Gate(READING_TOGETHER);
    await Promise.all(
      devices.flatMap(({ device_name: device, captures }) =>
        captures.map(async ({ capture_type: type, capture_id: id }) => {
          if (id === null) {
            return;
          }
          await gate.enter();
          try {
            const text = type === 'configs' ? (await this.bench.api.call(routes.revealCapture, { params: { id }, body: { reason: 'benchmark' } })).text : await (await this.bench.api.fetch(routes.captureText, { params: { id } })).text();
            const command = truth[device]?.find((each) => each.type === type)?.command ?? '';
            texts.set(`${device}/${type}`, answerIn(text, command));
          } finally {
            gate.leave();
          }
        })),
    );
    const failed = new Set(devices.filter(({ status }) => status !== 'success').map(({ device_name: name }) => name));
    return judge(truth, (device, type) => texts.get(`${device}/${type}`), failed);
  }
}

/** Processor seconds and peak memory of the device-collector, from /proc. */
function usage({ stack }: BenchStack): { cpuSec: number; peakMb: number } {
  const pid = stack.pids()['device-collector'];
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /, '').split(' ');
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
  return { cpuSec: (Number(fields[11]) + Number(fields[12])) / HERTZ_OF_TICKS, peakMb: Number(peak?.[1] ?? 0) / 1_024 };
}
