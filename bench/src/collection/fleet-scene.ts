import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type LabCliDevice, LabProcess } from '@capstan/deploy';
import type { DeviceCounts, TypeTruth } from '@capstan/lab';

/** Think times of the devices: median and 99th percentile, in milliseconds. */
export const THINK = { medianMs: 150, p99Ms: 2_000 } as const;

/** A generated fleet with its truth, and what the devices saw. */
export class FleetScene {
  private folders = 0;

  private constructor(
    readonly lab: LabProcess,
    readonly devices: readonly LabCliDevice[],
    readonly truth: Readonly<Record<string, readonly TypeTruth[]>>,
    private readonly scratch: string,
  ) {}

  static async start(count: number): Promise<FleetScene> {
    const lab = await LabProcess.start(['--hosts', '0', '--cameras', '0', '--voice-gear', '0', '--fleet', String(count), '--fleet-think', `${THINK.medianMs},${THINK.p99Ms}`]);
    const { truth } = (await lab.control({ do: 'fleet-truth' })) as unknown as { truth: Record<string, TypeTruth[]> };
    return new FleetScene(lab, lab.inventory.cli_devices, truth, mkdtempSync(path.join(tmpdir(), 'capstan-fleet-')));
  }

  /** An empty folder of its own. */
  folder(): string {
    this.folders += 1;
    return path.join(this.scratch, String(this.folders));
  }

  /** Truth of the first devices only. */
  truthOf(devices: readonly LabCliDevice[]): Record<string, readonly TypeTruth[]> {
    return Object.fromEntries(devices.map(({ name }) => [name, this.truth[name] ?? []]));
  }

  /** What the devices saw since they were asked last. */
  async counts(): Promise<DeviceCounts> {
    return (await this.lab.control({ do: 'fleet-counts', forget: true })) as unknown as DeviceCounts;
  }

  /** What is true now, after edits. */
  async truthNow(): Promise<Record<string, readonly TypeTruth[]>> {
    return ((await this.lab.control({ do: 'fleet-truth' })) as unknown as { truth: Record<string, TypeTruth[]> }).truth;
  }

  async stop(): Promise<void> {
    await this.lab.stop();
    rmSync(this.scratch, { recursive: true, force: true });
  }
}
