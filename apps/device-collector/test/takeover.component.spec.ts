import { taskEvents } from '@capstan/contracts';
import { freePort, TcpProxy } from '@capstan/testing';
import { CollectorPlatform } from './collector-platform';
import { sendPackets } from './packets';
import { eventually, SshServer } from './ssh-server';

describe('a task whose holder goes away', () => {
  let platform: CollectorPlatform;
  let server: SshServer;

  beforeEach(async () => {
    [platform, server] = await Promise.all([CollectorPlatform.open(), SshServer.start()]);
  }, 120_000);

  afterEach(async () => {
    await platform.close();
    await eventually(() => server.processes().length === 0 && server.leftFolders().length === 0, () => JSON.stringify([server.processes(), server.leftFolders()]));
    await server.stop();
  });

  it('goes on at another instance, with the same tcpdump, when its holder shuts down', async () => {
    const first = await platform.startCollector('first');
    const port = await freePort();
    const task = await platform.run(server, { account: 'capture', spec: { filter: { port } }, durationSec: null });
    await platform.reaches(task, 'ready');
    await platform.start([task]);
    await platform.reaches(task, 'capturing');
    await sendPackets(port, 40);
    const tcpdumps = server.tcpdumps();

    await platform.startCollector('second');
    await first.stop();
    await eventually(() => server.logins === 2, () => server.log);
    await sendPackets(port, 60);
    expect(server.tcpdumps()).toEqual(tcpdumps);
    await platform.counts(task, 100);
    await platform.stop(task);
    await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'completed', fence: 2, metrics: { packets_captured: 100 } });
    expect(platform.advanced(task, 'capturing')?.started_at).toBeDefined();
  }, 60_000);

  it('is armed anew at another instance when nothing had started', async () => {
    const first = await platform.startCollector('first');
    const port = await freePort();
    const task = await platform.run(server, { spec: { filter: { port } }, durationSec: 2 });
    await platform.reaches(task, 'ready');
    await platform.startCollector('second');
    await first.stop();
    await eventually(() => platform.states(task).filter((state) => state === 'ready').length === 2, () => platform.states(task).join());
    await platform.start([task]);
    await platform.reaches(task, 'capturing');
    await sendPackets(port, 10);
    await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'completed', metrics: { packets_captured: 10 } });
  }, 60_000);

  it('is let go by a worker that cannot reach the database, and carried on by one that can', async () => {
    const database = new URL(platform.databaseUrl);
    const proxy = await TcpProxy.start({ host: database.hostname, port: Number(database.port) });
    try {
      await platform.startCollector('cut-off', { DATABASE_URL: proxy.through(platform.databaseUrl) });
      const port = await freePort();
      const task = await platform.run(server, { spec: { filter: { port } }, durationSec: null });
      await platform.reaches(task, 'ready');
      await platform.start([task]);
      await platform.reaches(task, 'capturing');
      await sendPackets(port, 25);
      const tcpdumps = server.tcpdumps();

      await platform.startCollector('healthy');
      await proxy.refuse();
      await eventually(() => server.logins === 2, () => server.log, 30_000);
      expect(server.tcpdumps()).toEqual(tcpdumps);
      await sendPackets(port, 75);
      await platform.counts(task, 100);
      await platform.stop(task);
      await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'completed', fence: 2, metrics: { packets_captured: 100 } });
      expect(platform.facts(task, taskEvents.finished.type)).toHaveLength(1);
    } finally {
      await proxy.restore();
      await platform.instances.shift()?.stop();
      await proxy.close();
    }
  }, 90_000);

  it('survives a database that is away for some seconds', async () => {
    const database = new URL(platform.databaseUrl);
    const proxy = await TcpProxy.start({ host: database.hostname, port: Number(database.port) });
    try {
      await platform.startCollector('patient', { DATABASE_URL: proxy.through(platform.databaseUrl) });
      const port = await freePort();
      const task = await platform.run(server, { spec: { filter: { port } }, durationSec: 3 });
      await platform.reaches(task, 'ready');
      await platform.start([task]);
      await platform.reaches(task, 'capturing');
      await sendPackets(port, 25);
      await proxy.refuse();
      // Longer than what is left of the capture, shorter than a lease.
      const back = Date.now() + 6_000;
      await eventually(() => Date.now() > back);
      await proxy.restore();
      await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'completed', fence: 1, metrics: { packets_captured: 25 } });
      expect(server.logins).toBe(1);
    } finally {
      await platform.instances.shift()?.stop();
      await proxy.close();
    }
  }, 60_000);

  it('is ended by the host itself when nobody asks for it any more', async () => {
    const only = await platform.startCollector('only', { CAPSTAN_CAPTURE_SILENT_SEC: '30' });
    const task = await platform.run(server, { account: 'capture', spec: { filter: { port: await freePort() } }, durationSec: null });
    await platform.reaches(task, 'ready');
    await platform.start([task]);
    await platform.reaches(task, 'capturing');
    await only.stop();
    expect(server.tcpdumps()).toHaveLength(1);
    await eventually(() => server.tcpdumps().length === 0, () => String(server.tcpdumps()), 45_000);

    // Whoever comes later finds the file, and says what happened.
    await platform.startCollector('late');
    await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'failed', error: { code: 'DEVICE_LOST' }, capture_began: true });
    expect(platform.artifacts(task).map(({ kind }) => kind)).toEqual(['pcap', 'transcript']);
  }, 90_000);
});
