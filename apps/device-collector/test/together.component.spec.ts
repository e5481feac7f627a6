import { CollectorPlatform } from './collector-platform';
import { SshServer } from './ssh-server';

const CAPTURES = 20;
/** A guard against work between two start lines; how tight they are on an idle machine is the benchmark's question. */
const SPREAD_MS = 500;

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

  it(`send ${CAPTURES} start lines back to back, and none before T0`, async () => {
    const credentialId = await platform.createCredential('root', 'root-Pa55-of-the-test');
    const tasks = await Promise.all(Array.from({ length: CAPTURES }, () => platform.run(server, { credentialId, spec: { filter: { port: 9 } }, durationSec: 20 })));
    await Promise.all(tasks.map((task) => platform.reaches(task, 'ready', 60_000)));
    const t0 = await platform.start(tasks);
    await Promise.all(tasks.map((task) => platform.reaches(task, 'capturing', 60_000)));
    const sent = tasks.map((task) => Date.parse(platform.advanced(task, 'capturing')?.start_sent_at ?? ''));
    expect(Math.min(...sent)).toBeGreaterThanOrEqual(t0);
    expect(Math.max(...sent) - Math.min(...sent)).toBeLessThanOrEqual(SPREAD_MS);
    await Promise.all(tasks.map((task) => platform.stop(task)));
    const finished = await Promise.all(tasks.map((task) => platform.ends(task, 60_000)));
    expect(finished.map(({ outcome }) => outcome)).toEqual(tasks.map(() => 'completed'));
  }, 180_000);
});
