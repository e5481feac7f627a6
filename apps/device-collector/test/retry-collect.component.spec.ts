import { AppError } from '@capstan/kernel';
import type { ObjectStore } from '@capstan/object-store';
import { OBJECT_STORE } from '@capstan/service-kit';
import { taskCommands, type RunTask } from '@capstan/contracts';
import { freePort } from '@capstan/testing';
import { CollectorPlatform } from './collector-platform';
import { capinfosCount, sendPackets } from './packets';
import { ACCOUNTS, eventually, SshServer } from './ssh-server';

describe('files that could not be collected', () => {
  let platform: CollectorPlatform;
  let server: SshServer;
  let credentialId: string;
  let kept: RunTask;

  beforeAll(async () => {
    [platform, server] = await Promise.all([CollectorPlatform.open(), SshServer.start()]);
    await platform.startCollector('collector-1', { CAPSTAN_STORE_PATIENCE_SEC: '1' });
    credentialId = await platform.createCredential('root', ACCOUNTS.root.password);
  }, 120_000);

  afterAll(async () => {
    jest.restoreAllMocks();
    await platform.close();
    await server.stop();
  });

  beforeEach(async () => {
    kept = await captureWithoutStore();
  });

  afterEach(async () => {
    await eventually(() => server.leftFolders().length === 0, () => server.leftFolders().join());
    await eventually(async () => (await platform.tableCount('device_leftovers')) === 0);
  });

  /** A capture of 60 packets whose files stay on the device, because the object store went away and did not come back. */
  async function captureWithoutStore(): Promise<RunTask> {
    const port = await freePort();
    const task = await platform.run(server, { credentialId, spec: { filter: { port } }, durationSec: null });
    await platform.reaches(task, 'ready');
    await platform.start([task]);
    await platform.reaches(task, 'capturing');
    await sendPackets(port, 60);
    await platform.counts(task, 60);
    const put = jest.spyOn(platform.instances[0]!.app.get<ObjectStore>(OBJECT_STORE), 'put');
    put.mockRejectedValue(new AppError('OBJECT_STORE_UNAVAILABLE', 'The object store is away', { retryable: true }));
    await platform.stop(task);
    const finished = await platform.ends(task);
    expect(finished).toMatchObject({ outcome: 'failed', error: { code: 'OBJECT_STORE_UNAVAILABLE', details: { collectable: true } }, message: expect.stringContaining('can be collected again') });
    expect(server.tcpdumps()).toEqual([]);
    expect(server.leftFolders()).not.toEqual([]);
    put.mockRestore();
    return task;
  }

  const collect = (spec: Record<string, unknown> = {}): Promise<RunTask> => platform.run(server, { credentialId, spec: { ...kept.spec, collect_from: kept.task_id, ...spec } });

  it('are collected later without capturing again, and the device is clean then', async () => {
    expect(await platform.removalOf(credentialId)).toBe('CREDENTIAL_IN_USE');
    const task = await collect();
    await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'completed', metrics: { packets_captured: 60 }, message: expect.stringContaining('collected afterwards') });
    expect(platform.states(task)).toEqual(['configuring', 'stopping', 'collecting']);
    const pcap = platform.artifacts(task).find(({ kind }) => kind === 'pcap');
    expect(capinfosCount(await platform.read(pcap!.key))).toBe(60);
    const again = await platform.task(server, { credentialId, spec: { collect_from: kept.task_id } });
    await expect(platform.check(again)).resolves.toMatchObject([{ path: 'collect_from', code: 'NOTHING_TO_COLLECT' }]);
  });

  it('stay where they are when that fails too, and wait for the next attempt', async () => {
    const put = jest.spyOn(platform.instances[0]!.app.get<ObjectStore>(OBJECT_STORE), 'put');
    put.mockRejectedValue(new AppError('OBJECT_STORE_UNAVAILABLE', 'The object store is away', { retryable: true }));
    const failed = await collect();
    await expect(platform.ends(failed)).resolves.toMatchObject({ outcome: 'failed', error: { details: { collectable: true } } });
    put.mockRestore();
    kept = failed;
    const task = await collect();
    await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'completed', metrics: { packets_captured: 60 } });
  });

  it('are removed from the device when their session is deleted', async () => {
    await platform.orchestrator.send(taskCommands['device-collector'].discard, { session_id: kept.session_id, key_prefix: `sessions/${kept.session_id}/` });
    await eventually(() => server.leftFolders().length === 0, () => server.leftFolders().join(), 20_000);
  });
});
