import { CollectorPlatform } from './collector-platform';
import { capinfosCount, sendPackets } from './packets';
import { eventually, freePort, SshServer } from './ssh-server';

describe('a packet capture on a linux host', () => {
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

  it.each(['root', 'capture'] as const)('runs for %s until its duration is over, and stores exactly what capinfos counts', async (account) => {
    const port = await freePort();
    const task = await platform.run(server, { account, spec: { filter: { protocol: 'udp', port } }, durationSec: 3 });
    await platform.reaches(task, 'ready');
    const t0 = await platform.start([task]);
    await platform.reaches(task, 'capturing');
    await sendPackets(port, 500);
    const finished = await platform.ends(task);

    expect(finished).toMatchObject({ outcome: 'completed', capture_began: true, metrics: { packets_captured: 500, packets_dropped: 0, files: 1 } });
    expect(platform.states(task)).toEqual(['configuring', 'ready', 'starting', 'capturing', 'stopping', 'collecting']);
    const sentAt = Date.parse(platform.advanced(task, 'capturing')?.start_sent_at ?? '');
    expect(sentAt - t0).toBeGreaterThanOrEqual(0);
    expect(sentAt - t0).toBeLessThan(50);
    const pcap = platform.artifacts(task).find(({ kind }) => kind === 'pcap');
    expect(pcap).toMatchObject({ name: '127.0.0.1_lo.pcap', meta: { packets: 500, verified: true, truncated: false } });
    expect(capinfosCount(await platform.read(pcap!.key))).toBe(500);
    expect(server.leftFolders()).toEqual([]);
    await eventually(() => server.processes().length === 0, () => JSON.stringify(server.processes()));
  }, 60_000);
});
