import { readFileSync } from 'node:fs';
import { addDevices, collect } from '@capstan/deploy';
import { systemClock } from '@capstan/kernel';
import type { Scene } from './scenario';

const MEGABYTES = 12;
const SILENT_SEC = 45;
/** What the collector may take beyond what it had: the text a few times over, as read, as compared, as packed. */
const MOST_GROWTH_MB = 300;
const LOOK_EVERY_MS = 100;

/** A configuration of 12 MB whose device falls silent for 45 s in its middle: it is collected whole, over one login, and the collector stays small. */
export async function collectHugeConfig(scene: Scene, say: (line: string) => void): Promise<boolean> {
  const api = await scene.client();
  const [device] = scene.lab.inventory.cli_devices.slice(-1);
  if (device === undefined) {
    throw new Error('the lab has no fleet');
  }
  const ids = [...(await addDevices(api, [device])).values()];
  const run = () => collect(api, ids, { types: ['configs', 'version'], workers: 1 });
  // The first collection of a process loads what every later one finds loaded.
  await run();
  for (const fault of [`huge-config:${MEGABYTES}`, `pause:${SILENT_SEC}`]) {
    await scene.lab.control({ do: 'fleet-fault', device: device.name, fault, on: true });
  }
  await scene.lab.control({ do: 'fleet-counts', device: device.name, forget: true });
  const before = residentMb(scene);
  let most = before;
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      most = Math.max(most, residentMb(scene));
      await systemClock.sleep(LOOK_EVERY_MS, over.signal).catch(() => undefined);
    }
  })();
  const { devices, wallSec } = await run();
  over.abort();
  await watching;
  const { truth } = (await scene.lab.control({ do: 'fleet-truth', device: device.name })) as unknown as { truth: Record<string, { type: string; bytes: number }[]> };
  const { logins } = (await scene.lab.control({ do: 'fleet-counts', device: device.name })) as unknown as { logins: number };
  const capture = devices[0]?.captures.find(({ capture_type: type }) => type === 'configs');
  const said = truth[device.name]?.find(({ type }) => type === 'configs')?.bytes ?? 0;
  // Blank lines at the ends belong to nobody.
  const whole = capture !== undefined && Math.abs(capture.bytes - said) <= 4;
  const good = devices[0]?.status === 'success' && whole && logins === 1 && most - before <= MOST_GROWTH_MB;
  say(`${good ? 'passed' : 'FAILED'}  a configuration of ${MEGABYTES} MB with ${SILENT_SEC} s of silence: ${devices[0]?.status ?? 'nothing'}${devices[0]?.error === null || devices[0] === undefined ? '' : ` (${devices[0].error})`}, ${capture?.bytes ?? 0} of ${said} bytes, ${logins} logins, ${wallSec.toFixed(1)} s; the collector grew from ${before.toFixed(0)} to ${most.toFixed(0)} MB`);
  return good;
}

function residentMb({ stack }: Scene): number {
  const status = readFileSync(`/proc/${stack.pids()['device-collector']}/status`, 'latin1');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024;
}
