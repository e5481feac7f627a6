import { IOS_15, IOS_XE_16, IOS_XE_17, IOS_XE_17_LOCATION, type IosXeRouter, type IosXeRouterOptions } from '@capstan/lab';
import { checkTargets } from '@capstan/contracts';
import { CollectorPlatform, type RunWish } from './collector-platform';
import { capinfosCount, countMatching } from './packets';
import { ROUTER_ACCOUNT, startRouter } from './routers';
import { eventually } from './ssh-server';

describe('a packet capture on an IOS-XE router', () => {
  let platform: CollectorPlatform;
  let credentialId: string;
  const routers: IosXeRouter[] = [];

  beforeAll(async () => {
    platform = await CollectorPlatform.open();
    await platform.startCollector();
    credentialId = await platform.createCredential(ROUTER_ACCOUNT.username, ROUTER_ACCOUNT.password);
  }, 120_000);

  afterAll(() => platform.close());
  afterEach(async () => {
    await Promise.all(routers.splice(0).map(({ gear }) => gear.stop()));
  });

  const start = async (options: Parameters<typeof startRouter>[0] = {}): Promise<IosXeRouter> => {
    const router = await startRouter(options);
    routers.push(router);
    return router;
  };
  const run = (router: IosXeRouter, wish: RunWish = {}) =>
    platform.run(router.gear, { credentialId, ...wish, spec: { device_type: 'csr1000v', interface: 'GigabitEthernet1', ...wish.spec } });
  /** From the order to the end, with a capture of so many seconds. */
  const capture = async (router: IosXeRouter, wish: RunWish = {}) => {
    const task = await run(router, { durationSec: 2, ...wish });
    await platform.reaches(task, 'ready');
    await platform.start([task]);
    const finished = await platform.ends(task);
    return { task, finished, pcap: platform.artifacts(task).find(({ kind }) => kind === 'pcap') };
  };
  const transcriptOf = async (task: Parameters<typeof platform.artifacts>[0]): Promise<string> => (await platform.read(platform.artifacts(task).find(({ kind }) => kind === 'transcript')!.key)).toString();
  const isClean = ({ state }: IosXeRouter): void => {
    expect([...state.points.keys()]).toEqual([]);
    expect([...state.lists.keys()]).toEqual([]);
    expect([...state.flash.keys()]).toEqual([]);
  };

  it.each([
    ['XE 16', { edition: IOS_XE_16 }],
    ['XE 17', { edition: IOS_XE_17 }],
    ['XE 17 with export location, answered early', { edition: IOS_XE_17_LOCATION }],
    ['XE 16 that logs to the terminal', { edition: IOS_XE_16, device: { logs: 'always' } }],
  ] satisfies [string, Partial<IosXeRouterOptions>][])('runs on %s, and stores exactly what the router counted', async (_name, options) => {
    const router = await start(options);
    const { finished, pcap, task } = await capture(router, { spec: { filter: { protocol: 'udp' } } });
    expect(finished).toMatchObject({ outcome: 'completed', capture_began: true });
    expect(platform.states(task)).toEqual(['configuring', 'ready', 'starting', 'capturing', 'stopping', 'collecting']);
    const file = await platform.read(pcap!.key);
    expect(capinfosCount(file)).toBe(finished.metrics?.['packets_captured']);
    expect(finished.metrics?.['packets_captured']).toBeGreaterThan(50);
    expect(pcap).toMatchObject({ meta: { verified: true, truncated: false, link_type: 1 } });
    expect(Math.abs(Number(pcap?.meta['clock_offset_ms']))).toBeLessThan(Number(pcap?.meta['clock_uncertainty_ms']) + 5);
    isClean(router);
  });
});
