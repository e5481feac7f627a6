import { CollectorPlatform } from './collector-platform';
import { SshServer } from './ssh-server';

const CAPTURES = 20;

describe('captures that start together', () => {
  let platform: CollectorPlatform;
  let server: SshServer;

  beforeAll(async () => {
    [platform, server] = await Promise.all([CollectorPlatform.open(), SshServer.start()]);
    await platform.startCollector();
  }, 120_000);

  afterAll(async () => {
    await platform.close();
    await server.stop();
  });

  it(`send ${CAPTURES} start lines within 50 ms of each other, and none before T0`, async () => {
    const credentialId = await platform.createCredential('root', 'root-Pa55-of-the-test');
    const tasks = await Promise.all(Array.from({ length: CAPTURES }, () => platform.run(server, { credentialId, spec: { filter: { port: 9 } }, durationSec: 20 })));
    await Promise.all(tasks.map((task) => platform.reaches(task, 'ready', 60_000)));
    const t0 = await platform.start(tasks);
    await Promise.all(tasks.map((task) => platform.reaches(task, 'capturing', 60_000)));
    const sent = tasks.map((task) => Date.parse(platform.advanced(task, 'capturing')?.start_sent_at ?? ''));
    if (process.env['CAPSTAN_MEASURE'] !== undefined) {
      const confirmed = tasks.map((task) => Date.parse(platform.advanced(task, 'capturing')?.started_at ?? ''));
      const before = process.cpuUsage();
      const at = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 10_000));
      const used = process.cpuUsage(before);
      process.stdout.write(
        `${JSON.stringify({ sentSpreadMs: Math.max(...sent) - Math.min(...sent), behindT0Ms: Math.max(...sent) - t0, confirmedSpreadMs: Math.max(...confirmed) - Math.min(...confirmed), cpuPercentPerCapture: (used.user + used.system) / 10 / (Date.now() - at) / CAPTURES, rssMb: process.memoryUsage().rss / 1e6, heapMb: process.memoryUsage().heapUsed / 1e6 })}\n`,
      );
    }
    expect(Math.min(...sent)).toBeGreaterThanOrEqual(t0);
    expect(Math.max(...sent) - Math.min(...sent)).toBeLessThanOrEqual(50);
    await Promise.all(tasks.map((task) => platform.stop(task)));
    const finished = await Promise.all(tasks.map((task) => platform.ends(task, 60_000)));
    expect(finished.map(({ outcome }) => outcome)).toEqual(tasks.map(() => 'completed'));
  }, 180_000);
});
