import { CollectorPlatform } from './collector-platform';
import { capinfosCount } from './packets';
import { leftOn, ROUTER_ACCOUNT, Routers } from './routers';
import { eventually } from './ssh-server';

describe('a capture on a router whose holder goes away', () => {
  let platform: CollectorPlatform;
  let routers: Routers;

  beforeEach(async () => {
    platform = await CollectorPlatform.open();
  }, 120_000);

  afterEach(async () => {
    await routers.stop();
    await platform.close();
  });

  const begin = async (instance: string) => {
    const service = await platform.startCollector(instance);
    routers = new Routers(platform, await platform.createCredential(ROUTER_ACCOUNT.username, ROUTER_ACCOUNT.password));
    return service;
  };

  it('§D.14: goes on at another instance, from the stored plan, and everything is cleaned', async () => {
    const first = await begin('first');
    const router = await routers.start({ foreign: [{ name: 'COLLEAGUE', active: true }] });
    const task = await routers.running(router, { spec: { filter: { port: 5060 } } });
    await platform.startCollector('second');
    await first.stop();
    await eventually(() => router.gear.events.filter(({ what }) => what === 'logged-in').length === 2, () => router.gear.commands.slice(-3).join());
    await platform.stop(task);
    const { finished, file } = await routers.ended(task);
    expect(finished).toMatchObject({ outcome: 'completed', fence: 2, message: expect.stringContaining('taken over') });
    expect(capinfosCount(file)).toBe(finished.metrics?.['packets_captured']);
    expect(router.gear.commands.filter((command) => command.endsWith(' start'))).toHaveLength(1);
    expect(leftOn(router, ['COLLEAGUE'])).toEqual([]);
    expect(router.state.isActive(router.state.point('COLLEAGUE'))).toBe(true);
  }, 60_000);

  it('is armed anew at another instance when nothing had started', async () => {
    const first = await begin('first');
    const router = await routers.start();
    const task = await routers.run(router, { durationSec: 1, spec: { filter: { protocol: 'udp' } } });
    await platform.reaches(task, 'ready');
    await platform.startCollector('second');
    await first.stop();
    await eventually(() => platform.states(task).filter((state) => state === 'ready').length === 2, () => platform.states(task).join());
    await platform.start([task]);
    await expect(routers.ended(task)).resolves.toMatchObject({ finished: { outcome: 'completed' } });
    expect(leftOn(router)).toEqual([]);
  }, 60_000);

  it('§D.13: is ended by the router itself when nobody asks for it any more, and collected by whoever comes later', async () => {
    const only = await begin('only');
    const router = await routers.start();
    const task = await routers.running(router, { durationSec: 5, spec: { filter: { protocol: 'udp' } } });
    await only.stop();
    const [point] = [...router.state.points.values()];
    expect(router.state.isActive(point!)).toBe(true);
    await eventually(() => !router.state.isActive(point!), () => 'still active', 30_000);
    await platform.startCollector('late');
    const { finished, file } = await routers.ended(task);
    expect(finished).toMatchObject({ outcome: 'completed', capture_began: true });
    expect(capinfosCount(file)).toBe(finished.metrics?.['packets_captured']);
    expect(leftOn(router)).toEqual([]);
  }, 60_000);
});
