import { CAPTURE_TYPES, routes } from '@capstan/contracts';
import { addDevices, collect, type Collected } from '@capstan/deploy';
import type { Scene } from './scenario';

const WORKERS = 20;

/** What has to become of a device with a fault: what it fails with, how often it is logged in to, and how many passwords it sees. */
interface Expected {
  /** Null: it gives everything. */
  readonly errors: readonly string[] | null;
  readonly attempts: number;
  readonly refused: number;
  /** Captures of the configuration that count as a change: the fault itself is one. */
  readonly changes?: number;
}

const EXPECTED: Readonly<Record<string, Expected>> = {
  silent: { errors: ['CONNECT_TIMEOUT', 'LOGIN_TIMEOUT', 'HANDSHAKE_FAILED'], attempts: 3, refused: 0 },
  refuse: { errors: ['CONN_REFUSED'], attempts: 3, refused: 0 },
  'wrong-password': { errors: ['AUTH_FAILED'], attempts: 1, refused: 1 },
  'enable-needed': { errors: null, attempts: 1, refused: 0 },
  'pager-stuck': { errors: null, attempts: 1, refused: 0 },
  'drop-mid-config': { errors: ['DEVICE_LOST'], attempts: 3, refused: 0 },
  'quotes-prompt': { errors: null, attempts: 1, refused: 0, changes: 1 },
  pause: { errors: null, attempts: 1, refused: 0 },
  'new-host-key': { errors: ['HOSTKEY_MISMATCH'], attempts: 1, refused: 0 },
  // It was known by a modern key, and has only ssh-rsa now: with algorithms of old it is reached, and it is blocked as any other key is.
  'legacy-kex': { errors: ['HOSTKEY_MISMATCH'], attempts: 1, refused: 0 },
};

/** The usual mix of faults over devices that are known: each has its own end, nothing is told that did not happen, and what was known stays. */
export async function collectWithFaults(scene: Scene, say: (line: string) => void): Promise<boolean> {
  const api = await scene.client();
  const devices = scene.lab.inventory.cli_devices;
  const ids = [...(await addDevices(api, devices)).values()];
  const run = (): Promise<Collected> => collect(api, ids, { types: CAPTURE_TYPES, workers: WORKERS });
  const first = await run();
  const { faults } = (await scene.lab.control({ do: 'fleet-faults' })) as unknown as { faults: Record<string, string> };
  await scene.lab.control({ do: 'fleet-counts', forget: true });
  const second = await run();
  const { changes } = await api.call(routes.listChanges, { query: { session_id: second.job.session_id, per_page: 100 } });
  let good = first.job.devices_succeeded === devices.length;
  for (const device of second.devices) {
    const fault = faults[device.device_name];
    const expected = fault === undefined ? { errors: null, attempts: 1, refused: 0 } : EXPECTED[fault];
    const counts = (await scene.lab.control({ do: 'fleet-counts', device: device.device_name })) as unknown as { refused: number; logins: number };
    const told = changes.filter(({ device_name: name }) => name === device.device_name).length;
    const right =
      expected !== undefined &&
      (expected.errors === null ? device.status === 'success' : device.status === 'failed' && expected.errors.includes(device.error_class ?? '')) &&
      device.attempts === expected.attempts &&
      counts.refused === expected.refused &&
      told === (expected.changes ?? 0);
    good &&= right;
    if (fault !== undefined || !right) {
      say(`${right ? 'passed' : 'FAILED'}  ${(fault ?? 'no fault').padEnd(16)} ${device.device_name}: ${device.status}${device.error_class === null ? '' : ` ${device.error_class}`}, ${device.attempts} attempts, ${counts.logins} logins, ${counts.refused} passwords refused, ${told} changes${device.error === null ? '' : ` (${device.error.slice(0, 120)})`}`);
    }
  }
  say(`${good ? 'passed' : 'FAILED'}  the usual mix of faults: ${second.job.devices_succeeded} of ${devices.length} devices gave everything, ${Object.keys(faults).length} had a fault, ${second.wallSec.toFixed(1)} s`);
  return good;
}
