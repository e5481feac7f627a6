import { CAPTURE_TYPES, routes } from '@capstan/contracts';
import { addDevices, collect, type Collected } from '../client/collecting';
import { say } from '../terminal';
import type { DemoContext, DemoPart } from './demo-part';
import { scheduledDevice } from './schedules';

/** One more than is collected here: that one belongs to the schedule. */
const FLEET = 41;
const WORKERS = 20;
/** What is typed at the router between two collections: one line that is a route. */
const ROUTE = { prefix: '10.99.0.0/16', via: '192.0.2.9' } as const;
const EDIT = ['configure terminal', `ip route ${ROUTE.prefix} ${ROUTE.via}`] as const;

/** Arguments of the lab that this part needs. */
export const COLLECTION_LAB_ARGS = ['--fleet', String(FLEET), '--fleet-think', '20,200', '--router'] as const;

/**
 * Collects everything from a generated fleet and from a real router, changes one line of the router's configuration at its
 * own command line, and collects again: exactly that change and that route must be told.
 */
export const collectFleet: DemoPart = async (context) => {
  const { api, lab } = context;
  const devices = lab.inventory.cli_devices.filter(({ name }) => name !== scheduledDevice(lab)?.name);
  const router = devices.find(({ platform }) => platform === 'frr');
  const ids = await addDevices(api, devices);
  const routerId = ids.get(router?.name ?? '');
  const run = async (title: string): Promise<Collected> => {
    const collected = await collect(api, [...ids.values()], { types: CAPTURE_TYPES, workers: WORKERS, name: title });
    const { job, wallSec } = collected;
    say(`  ${title}: ${job.devices_succeeded} of ${job.device_count} devices, ${Object.values(job.captures_created).reduce((sum, count) => sum + count, 0)} captures in ${wallSec.toFixed(1)} s, ${job.changes_detected} changes`);
    for (const { device_name: name, status, error } of collected.devices.filter((device) => device.status !== 'success')) {
      say(`    ${name}: ${status}: ${error ?? ''}`);
    }
    return collected;
  };
  const first = await run('Demo: before');
  if (router === undefined || routerId === undefined) {
    say('  There is no router in this lab, so nothing can be changed.');
    return false;
  }
  const routes1 = await currentRoutes(context, routerId);
  await lab.control({ do: 'router-run', commands: EDIT });
  say(`  At ${router.name}: ${EDIT.join(' / ')}`);
  const second = await run('Demo: after');
  const added = (await currentRoutes(context, routerId)).filter((route) => !routes1.includes(route));
  const { changes } = await api.call(routes.listChanges, { query: { session_id: second.job.session_id } });
  say(`  Changes of the second collection: ${changes.length}`);
  for (const change of changes) {
    say(`    ${change.device_name} ${change.capture_type}: ${change.added} added, ${change.removed} removed (${change.severity})`);
    const { diff } = await api.call(routes.changeDiff, { params: { id: change.change_id }, query: {} });
    diff.hunks.flatMap(({ lines }) => lines).filter(({ op }) => op !== ' ').forEach(({ op, text }) => say(`      ${op} ${text}`));
  }
  say(`  Routes added: ${added.join(', ') || 'none'}`);
  const complete = [first, second].every(({ job }) => job.devices_succeeded === devices.length && job.loaded_to_db);
  return complete && changes.length === 1 && changes[0]?.device_name === router.name && changes[0].added === 1 && changes[0].removed === 0 && added.length === 1 && added[0]?.startsWith(`${ROUTE.prefix} `) === true;
};

/** The routes of a device that are there now, in words. */
async function currentRoutes({ api }: DemoContext, deviceId: string): Promise<string[]> {
  const { routes: found } = await api.call(routes.listRoutes, { query: { device_id: deviceId, open: 'true', per_page: 100 } });
  return found.map(({ prefix, protocol }) => `${prefix} (${protocol})`);
}
