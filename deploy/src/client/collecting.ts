import { type AnswerOf, routes, type ServerMessages } from '@capstan/contracts';
import { AppError, Deferred, systemClock, systemIds, withTimeout } from '@capstan/kernel';
import { io } from 'socket.io-client';
import type { LabCliDevice } from '../lab/lab-process';
import type { ApiClient } from './api-client';

/** What became of a collection. */
export type Collected = AnswerOf<typeof routes.getCollection> & {
  /** From the order to the message that it is complete. */
  readonly wallSec: number;
  /** From the order to its answer. */
  readonly orderSec: number;
};

/** Options of {@link collect}. */
export interface CollectOptions {
  readonly types: readonly string[];
  /** Devices at work at once. */
  readonly workers: number;
  readonly name?: string;
  readonly timeoutMs?: number;
  /** Told how far it is, in percent of the devices. */
  readonly onProgress?: (percent: number) => void;
}

const PATIENCE_MS = 10 * 60_000;

/** Puts devices of the lab into the inventory, with the credentials they need. @returns their ids by their names */
export async function addDevices(api: ApiClient, devices: readonly LabCliDevice[]): Promise<Map<string, string>> {
  const credentials = new Map<string, string>();
  for (const { username, password, enable } of devices) {
    const key = `${username} ${password} ${enable ?? ''}`;
    if (!credentials.has(key)) {
      const { credential } = await api.call(routes.createCredential, { body: { name: `lab ${username} ${systemIds.next().slice(-12)}`, kind: 'password', username, password, ...(enable === undefined ? {} : { enable_secret: enable }) } });
      credentials.set(key, credential.credential_id);
    }
  }
  const rows = devices.map(({ name, address, port, platform, site, role, username, password, enable }) => ({ name, address, port, platform, site, role, credential_id: credentials.get(`${username} ${password} ${enable ?? ''}`) }));
  const answer = await api.call(routes.importDevices, { body: { format: 'json', data: Buffer.from(JSON.stringify({ devices: rows })).toString('base64'), skip_duplicates: false, all_or_nothing: true } });
  if (answer.error_count > 0) {
    throw new AppError('IMPORT_FAILED', answer.errors.slice(0, 5).map(({ row, field, error }) => `row ${row ?? '-'} ${field}: ${error}`).join('; '));
  }
  return new Map(answer.rows.flatMap(({ name, device_id: id }): [string, string][] => (id === null ? [] : [[name, id]])));
}

/** Collects from devices and waits for the end, following the first generation's events. @throws AppError `TIMEOUT` */
export async function collect(api: ApiClient, deviceIds: readonly string[], { types, workers, name, timeoutMs = PATIENCE_MS, onProgress = () => undefined }: CollectOptions): Promise<Collected> {
  const socket = io(api.address, { transports: ['websocket'], auth: { token: api.token } });
  try {
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('connect_error', reject));
    await socket.timeout(10_000).emitWithAck('subscribe', { channels: ['collections'] });
    const complete = new Map<string, number>();
    const wanted = new Deferred<number>();
    let jobId = '';
    socket.on('collection_complete', (message: ServerMessages['collection_complete']) => {
      complete.set(message.job_id, systemClock.monotonic());
      if (message.job_id === jobId) {
        wanted.resolve(systemClock.monotonic());
      }
    });
    socket.on('collection_progress', ({ job_id: id, progress }: ServerMessages['collection_progress']) => id === jobId && onProgress(progress));
    const began = systemClock.monotonic();
    const started = await api.call(routes.startCollection, { body: { devices: [...deviceIds], capture_types: [...types], options: { max_workers: workers }, ...(name === undefined ? {} : { name }) } });
    const orderSec = (systemClock.monotonic() - began) / 1_000;
    jobId = started.job_id;
    const at = complete.get(started.job_id) ?? (await withTimeout(systemClock, timeoutMs, 'TIMEOUT', `The collection did not end within ${timeoutMs / 1_000} s`, () => wanted.promise));
    return { ...(await api.call(routes.getCollection, { params: { job_id: started.job_id } })), wallSec: (at - began) / 1_000, orderSec };
  } finally {
    socket.close();
  }
}
