import { CAPTURE_TYPES, type CollectionDeviceResult, type CollectionJob, routes } from '@capstan/contracts';
import { eventually } from '@capstan/testing';
import { Client } from 'pg';
import { io, type Socket } from 'socket.io-client';
import { addDevices, collect, type LabCliDevice, ProblemError } from '../src';
import { System } from './system';

const DEVICES = 24;

interface Seen {
  readonly event: string;
  readonly payload: Record<string, unknown>;
}

describe('collecting from a fleet', () => {
  let system: System;
  let socket: Socket;
  let credentialId: string;
  /** Everything the wizard hears, in its order. */
  const seen: Seen[] = [];
  const ids = new Map<string, string>();
  let fleet: readonly LabCliDevice[];

  beforeAll(async () => {
    system = await System.start(['--hosts', '0', '--fleet', String(DEVICES), '--fleet-payload', 'small', '--fleet-think', '20,60', '--fleet-port', '20222', '--router']);
    fleet = system.lab.inventory.cli_devices.filter(({ platform }) => platform !== 'frr');
    const [{ username, password, enable } = fleet[0]!] = fleet.filter(({ enable: secret }) => secret !== undefined);
    const { credential } = await system.api.call(routes.createCredential, { body: { name: 'fleet', kind: 'password', username, password, enable_secret: enable } as never });
    credentialId = credential.credential_id;
    for (const { name, address, port, platform, site, role } of fleet) {
      const { device } = await system.api.call(routes.createDevice, { body: { name, address, port, platform, site, role, credential_id: credentialId } });
      ids.set(name, device.id);
    }
    socket = io(system.api.address, { transports: ['websocket'], auth: { token: system.api.token }, forceNew: true });
    socket.onAny((event: string, payload: Record<string, unknown>) => void seen.push({ event, payload }));
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
    expect(await socket.timeout(5_000).emitWithAck('subscribe', { channels: ['collections'] })).toMatchObject({ ok: true });
  }, 120_000);

  afterAll(async () => {
    socket.close();
    await system.stop();
  }, 60_000);

  const start = (names: readonly string[], body: object = {}): Promise<{ job_id: string; session_id: string }> =>
    system.api.call(routes.startCollection, { body: { devices: names.map((name) => ids.get(name)!), capture_types: ['version', 'configs', 'arp'], options: { max_workers: 10 }, ...body } });
  const all = (): string[] => fleet.map(({ name }) => name);
  const fault = (device: string, word: string, on: boolean): Promise<unknown> => system.lab.control({ do: 'fleet-fault', device, fault: word, on });
  const heard = (jobId: string, event?: string): Seen[] => seen.filter(({ event: name, payload }) => payload['job_id'] === jobId && (event === undefined || name === event));
  const ended = (jobId: string): Promise<{ job: CollectionJob; devices: CollectionDeviceResult[] }> =>
    eventually(
      async () => {
        const answer = await system.api.call(routes.getCollection, { params: { job_id: jobId } });
        expect([answer.job.status, heard(jobId, 'collection_complete').length, answer.devices.filter(({ status }) => status === 'queued' || status === 'running').map(({ device_name }) => device_name)]).toEqual([expect.stringMatching(/completed|partial|failed|cancelled/), 1, []]);
        return answer;
      },
      { timeoutMs: 40_000 },
    );

  it('collects every type over one login each, tells of it in the order of the first generation, and counts devices', async () => {
    const [refusing, wrong, secret] = [fleet.find(({ platform }) => platform === 'cisco_nxos')!.name, fleet.find(({ platform }) => platform === 'arista_eos')!.name, fleet.find(({ platform }) => platform === 'cisco_ios')!.name];
    await fault(refusing, 'refuse', true);
    await fault(wrong, 'wrong-password', true);
    await fault(secret, 'enable-unknown', true);
    const { job_id: jobId, session_id: sessionId } = await start(all(), { capture_types: [...CAPTURE_TYPES] });
    expect(jobId).toMatch(/^collection_[0-9a-f]{8}$/);
    const { job, devices } = await ended(jobId);
    const failures = Object.fromEntries(devices.filter(({ status }) => status === 'failed').map(({ device_name, error_class, attempts }) => [device_name, [error_class, attempts]]));
    expect(failures).toEqual({ [refusing]: ['CONN_REFUSED', 3], [wrong]: ['AUTH_FAILED', 1], [secret]: ['ENABLE_FAILED', 1] });
    expect(job).toMatchObject({ status: 'partial', device_count: DEVICES, devices_succeeded: DEVICES - 3, devices_failed: 3, devices_remaining: 0, devices_running: 0, progress: 100, loaded_to_db: true, captures_not_loaded: 0 });
    expect(job.captures_created).toMatchObject({ version: DEVICES - 2, arp: DEVICES - 2, configs: DEVICES - 3 });
    expect(await system.lab.control({ do: 'fleet-counts', device: fleet.find(({ name }) => !(name in failures))!.name })).toMatchObject({ logins: 1 });

    // The order: prepared, per device the progress first, its captures within, loading, complete, and nothing behind.
    const events = heard(jobId);
    expect(events.slice(0, 2).map(({ payload }) => payload['progress'])).toEqual([0, 5]);
    expect(events.slice(-4).map(({ event, payload }) => [event, payload['stage'], payload['progress']])).toEqual([['collection_progress', 'loading', 85], ['collection_progress', 'loading', 90], ['collection_progress', 'complete', 100], ['collection_complete', undefined, undefined]]);
    for (const { name } of fleet) {
      const mine = events.filter(({ payload }) => payload['device_name'] === name).map(({ event, payload }) => (event !== 'collection_progress' ? event : payload['device_started'] === name ? 'progress started' : 'progress completed'));
      expect([mine.slice(0, 2), mine.slice(-2), mine.slice(2, -2)]).toEqual([['progress started', 'device_started'], ['progress completed', 'device_completed'], CAPTURE_TYPES.map(() => 'capture_completed')]);
    }
    const bar = events.filter(({ event }) => event === 'collection_progress').map(({ payload }) => Number(payload['progress']));
    expect([...bar].sort((a, b) => a - b)).toEqual(bar);
    expect(events.at(-1)!.payload).toMatchObject({ success: true, devices_attempted: DEVICES, devices_failed: 3, devices_remaining: 0, failed_devices: expect.arrayContaining([{ name: refusing, error: expect.any(String), error_class: 'CONN_REFUSED' }]) });

    // Secrets are masked in what people download; the session is the engine's own.
    const { artifacts } = await system.api.call(routes.sessionArtifacts, { params: { id: sessionId } });
    expect(artifacts.filter(({ kind }) => kind === 'cli-capture').length).toBeGreaterThan(100);
    const { session } = await system.api.call(routes.getSession, { params: { id: sessionId } });
    expect([session.state, session.completed_count, session.failed_count]).toEqual(['partial', DEVICES - 3, 3]);

    // Retry: only those that failed, in a job of its own.
    for (const [name, word] of [[refusing, 'refuse'], [wrong, 'wrong-password'], [secret, 'enable-unknown']] as const) {
      await fault(name, word, false);
    }
    const retry = await system.api.call(routes.retryCollection, { params: { job_id: jobId }, body: { only: 'failed' } });
    const again = await ended(retry.job_id);
    expect(again.job).toMatchObject({ status: 'completed', device_count: 3, devices_succeeded: 3, devices_remaining: 0, retry_of: jobId });
    // The one without privileges owes its configuration only.
    expect(again.devices.find(({ device_name: name }) => name === secret)?.captures.map(({ capture_type: type }) => type)).toEqual(['configs']);
    expect(again.devices.find(({ device_name: name }) => name === refusing)?.captures).toHaveLength(CAPTURE_TYPES.length);
    await expect(system.api.call(routes.retryCollection, { params: { job_id: retry.job_id }, body: {} })).rejects.toMatchObject({ problem: { code: 'NOTHING_TO_RETRY' } });
    const { jobs } = await system.api.call(routes.listCollections, { query: {} });
    expect(jobs.map(({ job_id: name }) => name)).toEqual([retry.job_id, jobId]);
  }, 90_000);

  it('finds nothing changed where nothing changed, and the one change that was made', async () => {
    const [device] = fleet.filter(({ platform }) => platform === 'cisco_ios').slice(-1);
    await system.lab.control({ do: 'fleet-edit', device: device!.name, kind: 'config', line: 'ntp server 203.0.113.77', actor: 'ann' });
    const { job_id: jobId } = await start(all());
    const { job, devices } = await ended(jobId);
    expect(job).toMatchObject({ status: 'completed', changes_detected: 1 });
    const changed = devices.flatMap(({ device_name, captures }) => captures.filter(({ change }) => change !== 'unchanged').map(({ capture_type, change }) => [device_name, capture_type, change]));
    expect(changed).toEqual([[device!.name, 'configs', 'changed']]);
  }, 60_000);

  it('begins no login within two seconds of a cancel, and ends with nothing remaining', async () => {
    await system.lab.control({ do: 'fleet-counts', forget: true });
    const { job_id: jobId } = await start(all(), { options: { max_workers: 1 } });
    await eventually(() => Promise.resolve(expect(heard(jobId, 'device_completed').length).toBeGreaterThan(1)), { timeoutMs: 20_000 });
    await system.api.call(routes.cancelCollection, { params: { job_id: jobId } });
    const { job } = await ended(jobId);
    expect(job).toMatchObject({ status: 'cancelled', devices_remaining: 0, devices_running: 0 });
    expect(job.devices_cancelled).toBeGreaterThan(DEVICES / 2);
    const { logins } = (await system.lab.control({ do: 'fleet-counts' })) as { logins: number };
    expect(logins).toBeLessThanOrEqual(job.devices_succeeded + 2);
    await expect(system.api.call(routes.cancelCollection, { params: { job_id: jobId } })).rejects.toMatchObject({ problem: { code: 'SESSION_STATE_CONFLICT' } });
  }, 60_000);

  it('goes on where it was when its worker is killed, and records nothing twice', async () => {
    await system.lab.control({ do: 'fleet-counts', forget: true });
    const { job_id: jobId } = await start(all(), { options: { max_workers: 4 } });
    await eventually(() => Promise.resolve(expect(heard(jobId, 'device_completed').length).toBeGreaterThan(DEVICES * 0.4)), { timeoutMs: 20_000 });
    process.kill(system.stack.pids()['device-collector'] ?? 0, 'SIGKILL');
    const { job } = await ended(jobId);
    expect(job).toMatchObject({ status: 'completed', devices_succeeded: DEVICES, devices_remaining: 0, changes_detected: 0, captures_created: { version: DEVICES, configs: DEVICES, arp: DEVICES } });
    // Told of each, whoever collected it; a fact that was sent when its sender died may come twice.
    expect(new Set(heard(jobId, 'device_completed').map(({ payload }) => payload['device_name'])).size).toBe(DEVICES);
    // Those that were at work are logged in to again, the others are not.
    const { logins } = (await system.lab.control({ do: 'fleet-counts' })) as { logins: number };
    expect(logins).toBeLessThanOrEqual(DEVICES + 4);
  }, 90_000);

  it('leaves a wrong credential alone after three devices have refused it', async () => {
    const { job_id: jobId } = await start(all(), { credentials: { username: 'netops', password: 'not the password' }, capture_types: ['version'] });
    const { job, devices } = await ended(jobId);
    expect(job).toMatchObject({ status: 'failed', devices_failed: DEVICES });
    const classes = devices.map(({ error_class: each }) => each);
    expect(classes.filter((each) => each === 'AUTH_FAILED').length).toBeLessThanOrEqual(3);
    expect(new Set(classes)).toEqual(new Set(['AUTH_FAILED', 'CREDENTIAL_SUSPENDED']));
  }, 60_000);

  it('tells of a real router exactly the line that was typed at its own command line, and the route that came of it', async () => {
    const router = system.lab.inventory.cli_devices.find(({ platform }) => platform === 'frr')!;
    const [id = ''] = (await addDevices(system.api, [router])).values();
    const run = () => collect(system.api, [id], { types: CAPTURE_TYPES, workers: 1 });
    const routesNow = async (): Promise<string[]> => (await system.api.call(routes.listRoutes, { query: { device_id: id, open: 'true', per_page: 100 } })).routes.map(({ prefix }) => prefix);
    const first = await run();
    expect([first.job.status, first.devices[0]?.attempts, first.job.captures_created]).toEqual(['completed', 1, expect.objectContaining({ configs: 1, routes: 1, interfaces: 1, version: 1 })]);
    const before = await routesNow();
    await system.lab.control({ do: 'router-run', commands: ['configure terminal', 'ip route 10.98.0.0/16 192.0.2.9'] });
    const second = await run();
    expect(second.job).toMatchObject({ status: 'completed', captures_not_loaded: 0 });
    const { changes } = await system.api.call(routes.listChanges, { query: { session_id: second.job.session_id } });
    expect(changes).toMatchObject([{ device_id: id, capture_type: 'configs', added: 1, removed: 0 }]);
    expect((await routesNow()).filter((prefix) => !before.includes(prefix))).toEqual(['10.98.0.0/16']);
  }, 60_000);

  it('keeps captures that the catalogue cannot take or was not to take, says so, and loads them when told to', async () => {
    const database = new Client({ connectionString: system.stack.databaseAdminUrl });
    await database.connect();
    const reload = async (jobId: string, count: number): Promise<void> => {
      expect(await system.api.call(routes.reloadCollection, { params: { job_id: jobId } })).toMatchObject({ message: `Loading ${count} captures` });
      await eventually(async () => expect((await system.api.call(routes.getCollection, { params: { job_id: jobId } })).job).toMatchObject({ captures_not_loaded: 0 }), { timeoutMs: 20_000 });
      await expect(system.api.call(routes.reloadCollection, { params: { job_id: jobId } })).rejects.toMatchObject({ problem: { code: 'NOTHING_TO_RELOAD' } });
    };
    const recorded = async (sessionId: string): Promise<number> => (await system.api.call(routes.listCaptures, { query: { session_id: sessionId } })).total;
    try {
      // Nothing of this job comes into the table: the load fails, and only the load.
      await database.query(`ALTER TABLE device_collector.device_captures ADD CONSTRAINT nothing_more CHECK (false) NOT VALID`);
      const failing = await start(all().slice(0, 4));
      const { job, devices } = await ended(failing.job_id);
      expect(job).toMatchObject({ status: 'completed', devices_succeeded: 4, captures_not_loaded: 12, loaded_to_db: false });
      expect(devices[0]!.captures[0]).toMatchObject({ status: 'success', loaded: false, message: expect.stringContaining('saved but not loaded') });
      expect(await recorded(failing.session_id)).toBe(0);
      const { artifacts } = await system.api.call(routes.sessionArtifacts, { params: { id: failing.session_id } });
      expect(artifacts.filter(({ kind }) => kind === 'cli-capture')).toHaveLength(12);
      await database.query(`ALTER TABLE device_collector.device_captures DROP CONSTRAINT nothing_more`);
      await reload(failing.job_id, 12);
      expect(await recorded(failing.session_id)).toBe(12);
      const unwanted = await start(all().slice(0, 2), { options: { auto_load_db: false } });
      expect((await ended(unwanted.job_id)).job).toMatchObject({ status: 'completed', captures_not_loaded: 6, loaded_to_db: false });
      await reload(unwanted.job_id, 6);
    } finally {
      await database.query(`ALTER TABLE device_collector.device_captures DROP CONSTRAINT IF EXISTS nothing_more`);
      await database.end();
    }
  }, 90_000);

  it('says exactly what is wrong with an order, and begins nothing', async () => {
    const [first = ''] = ids.values();
    const stranger = '0190a8c4-1111-7222-8333-4444555566aa';
    const wrong = async (body: object): Promise<unknown> => {
      const error = await system.api.call(routes.startCollection, { body: body as never }).catch((caught: unknown) => caught);
      return (error as ProblemError).problem.errors?.map(({ path, code, message }) => [path, code, ...(code === 'TOO_SHORT' ? [message] : [])]);
    };
    expect(await wrong({ devices: [], capture_types: [] })).toEqual([['devices', 'TOO_SHORT', 'No devices selected'], ['capture_types', 'TOO_SHORT', 'No capture types selected']]);
    expect(await wrong({ devices: [first, first], capture_types: ['arp', 'arp'] })).toEqual([['devices.1', 'DUPLICATE'], ['capture_types.1', 'DUPLICATE']]);
    expect(await wrong({ devices: [first], capture_types: ['arp'], options: { max_workers: 51 } })).toEqual([['options.max_workers', 'TOO_BIG']]);
    expect(await wrong({ devices: [first, stranger], capture_types: ['arp', 'teapots'] })).toEqual([['capture_types.1', 'CAPTURE_TYPE_UNKNOWN'], ['devices.1', 'DEVICE_NOT_FOUND']]);
    expect(await wrong({ devices: [first], capture_types: ['arp'], credentials: { use_keys: true, ssh_key_path: '/root/.ssh/id_rsa' } })).toEqual([['credentials.ssh_key_path', 'NOT_SUPPORTED'], ['credentials.credential_id', 'REQUIRED']]);
    expect((await system.api.call(routes.listCollections, { query: {} })).total).toBe(10);
    const preview = await system.api.call(routes.collectionDevices, { body: { vendor: 'arista' } });
    expect(preview.devices.map(({ device_type }) => device_type)).toEqual(preview.devices.map(() => 'arista_eos'));
    expect(preview.count).toBe(fleet.filter(({ platform }) => platform === 'arista_eos').length);
  }, 30_000);
});
