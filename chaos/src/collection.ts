import { CAPTURE_TYPES, type ChangeView, routes } from '@capstan/contracts';
import { addDevices, type ApiClient, collect } from '@capstan/deploy';
import { systemClock } from '@capstan/kernel';
import { patiently, type Scene, settled } from './scenario';

const WORKERS = 10;
/** Every so manieth device is edited before the collection that is disturbed. */
const EDITED_EVERY = 20;
/** How far the collection is when its worker dies, in percent. */
const KILLED_AT = 40;

/** Kills the device-collector at 40 % of a collection: it must go on where it was, tell every change once, and count right. */
export async function killWhileCollecting(scene: Scene, say: (line: string) => void): Promise<boolean> {
  const began = systemClock.monotonic();
  const api = await scene.client();
  const devices = scene.lab.inventory.cli_devices;
  const ids = await addDevices(api, devices);
  const run = (onProgress?: (percent: number) => void) => collect(api, [...ids.values()], { types: CAPTURE_TYPES, workers: WORKERS, ...(onProgress === undefined ? {} : { onProgress }) });
  const first = await run();
  const edited = devices.filter((_, index) => index % EDITED_EVERY === 0).map(({ name }) => name);
  for (const device of edited) {
    await scene.lab.control({ do: 'fleet-edit', device, kind: 'config', line: 'ntp server 203.0.113.9', actor: 'ann' });
  }
  await scene.lab.control({ do: 'fleet-counts', forget: true });
  let killedAt: number | undefined;
  const { job } = await run((percent) => {
    const pid = scene.stack.pids()['device-collector'];
    if (percent >= KILLED_AT && killedAt === undefined && pid !== undefined) {
      killedAt = percent;
      process.kill(pid, 'SIGKILL');
    }
  });
  const { logins } = (await scene.lab.control({ do: 'fleet-counts' })) as unknown as { logins: number };
  const changes = await changesOf(api, job.session_id);
  const captures = await capturesOf(api, job.session_id);
  const defects: string[] = [];
  const expect = (good: boolean, defect: string): void => {
    if (!good) {
      defects.push(defect);
    }
  };
  expect(first.job.devices_succeeded === devices.length, `the undisturbed collection got ${first.job.devices_succeeded} of ${devices.length} devices`);
  expect(killedAt !== undefined, 'nothing was killed');
  expect(job.status === 'completed' && job.devices_succeeded === devices.length && job.devices_remaining === 0, `the job is ${job.status}: ${job.devices_succeeded} succeeded, ${job.devices_failed} failed, ${job.devices_remaining} remain`);
  expect(captures.length === devices.length * CAPTURE_TYPES.length && new Set(captures).size === captures.length, `${captures.length} captures, ${new Set(captures).size} different ones, of ${devices.length * CAPTURE_TYPES.length}`);
  const told = changes.map(({ device_name: name, capture_type: type }) => `${name}/${type}`).sort();
  expect(JSON.stringify(told) === JSON.stringify(edited.map((name) => `${name}/configs`).sort()), `changes told: ${told.join(', ') || 'none'}; made: ${edited.join(', ')}`);
  // Those that were at work are logged in to again; nobody else is.
  expect(logins >= devices.length && logins <= devices.length + WORKERS, `${logins} logins for ${devices.length} devices with ${WORKERS} at work`);
  const system = await settled(api);
  system.services.filter((service) => !service.ready || (service.parked ?? 0) > 0).forEach((service) => defects.push(`${service.service}: ready ${service.ready}, parked ${service.parked}`));
  say(`${defects.length === 0 ? 'passed' : 'FAILED'}  kill -9 of device-collector at ${killedAt?.toFixed(0) ?? '-'} % of a collection: ${job.status}, ${captures.length} captures, ${changes.length} changes, ${logins} logins for ${devices.length} devices, ${((systemClock.monotonic() - began) / 1_000).toFixed(1)} s`);
  defects.forEach((defect) => say(`        ${defect}`));
  return defects.length === 0;
}

async function changesOf(api: ApiClient, sessionId: string): Promise<ChangeView[]> {
  return patiently('changes', 30_000, async () => (await api.call(routes.listChanges, { query: { session_id: sessionId, per_page: 100 } })).changes);
}

/** Device and type of every capture of a session, once for each time it is there. */
async function capturesOf(api: ApiClient, sessionId: string): Promise<string[]> {
  const found: string[] = [];
  for (let page = 1; ; page += 1) {
    const { captures, total } = await api.call(routes.listCaptures, { query: { session_id: sessionId, per_page: 100, page } });
    found.push(...captures.map(({ device_name: name, capture_type: type }) => `${name}/${type}`));
    if (captures.length === 0 || found.length >= total) {
      return found;
    }
  }
}
