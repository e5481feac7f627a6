import { IOS_15, IOS_XE_16, IOS_XE_17, IOS_XE_17_LOCATION, type IosXeRouterOptions } from '@capstan/lab';
import { checkTargets } from '@capstan/contracts';
import { CollectorPlatform } from './collector-platform';
import { capinfosCount, countMatching } from './packets';
import { leftOn, ROUTER_ACCOUNT, Routers, steadyTraffic } from './routers';
import { eventually } from './ssh-server';

const LOG = '*Feb  2 23:57:24.079: %SYS-5-CONFIG_I: Configured from console by somebody on vty1 (192.0.2.77)';

// Hooks of the file: those of a group are not waited for by tests that run side by side.
let platform: CollectorPlatform;
let routers: Routers;

beforeAll(async () => {
  platform = await CollectorPlatform.open();
  await platform.startCollector('collector-1', { CAPSTAN_SFTP_SINK_ADDRESS: '127.0.0.1' });
  routers = new Routers(platform, await platform.createCredential(ROUTER_ACCOUNT.username, ROUTER_ACCOUNT.password));
}, 120_000);

afterAll(async () => {
  await routers.stop();
  await platform.close();
});

// Each test has a router of its own and mostly waits, so they wait together.
describe('a packet capture on an IOS-XE router', () => {
  it.concurrent.each([
    ['XE 16', { edition: IOS_XE_16 }],
    ['XE 17', { edition: IOS_XE_17 }],
    ['XE 17 with export location, answered early', { edition: IOS_XE_17_LOCATION }],
    ['XE 16 that logs to the terminal', { edition: IOS_XE_16, device: { logs: 'always' } }],
  ] satisfies [string, Partial<IosXeRouterOptions>][])('runs on %s, and stores exactly what the router counted', async (_name, options) => {
    const router = await routers.start(options);
    const { finished, pcap, file, task } = await routers.capture(router, { spec: { filter: { protocol: 'udp' } } });
    expect(finished).toMatchObject({ outcome: 'completed', capture_began: true });
    expect(platform.states(task)).toEqual(['configuring', 'ready', 'starting', 'capturing', 'stopping', 'collecting']);
    expect(capinfosCount(file)).toBe(finished.metrics?.['packets_captured']);
    expect(finished.metrics?.['packets_captured']).toBeGreaterThan(50);
    expect(pcap).toMatchObject({ meta: { verified: true, truncated: false, link_type: 1 } });
    expect(leftOn(router)).toEqual([]);
  });

  it.concurrent('tells how far the clock of the router is off, with the uncertainty of that', async () => {
    const router = await routers.start({ device: { clock_offset_ms: 4_321, clock_zone: 'CEST', clock_zone_minutes: 120, clock_mark: '*', clock_config: 'clock timezone CET 1 0\nclock summer-time CEST recurring' } });
    const { finished, pcap } = await routers.capture(router);
    const { clock_offset_ms: offset, clock_uncertainty_ms: uncertainty, clock_offset_after_ms: after } = pcap?.meta ?? {};
    expect(Math.abs(Number(offset) - 4_321)).toBeLessThanOrEqual(Number(uncertainty) + 1);
    expect(Math.abs(Number(after) - 4_321)).toBeLessThan(50);
    expect(finished.message).toContain('the clock of the router is not synchronised');
  });

  it.concurrent('§D.7: filters both directions by an access list, without its own session as the router sees it, and leaves nothing of it', async () => {
    // Behind a jump host: the router knows another address than our own.
    const router = await routers.start({ device: { client_address: '10.99.0.9' } });
    const task = await routers.running(router, { spec: { filter: { expression: { any: [{ protocol: 'tcp' }, { port: 5060 }] } } } });
    expect([...router.state.lists.values()][0]?.slice(0, 2)).toEqual(['deny tcp host 10.99.0.9 any eq 22', 'deny tcp any eq 22 host 10.99.0.9']);
    await eventually(() => (router.state.points.values().next().value?.counted.packets ?? 0) > 5);
    await platform.stop(task);
    const { finished, file, transcript } = await routers.ended(task);
    expect(finished).toMatchObject({ outcome: 'completed' });
    expect(countMatching(file, 'udp port 5060')).toBe(capinfosCount(file));
    expect(countMatching(file, 'udp src port 5060 and src host 192.0.2.5')).toBeGreaterThan(0);
    expect(countMatching(file, 'udp dst port 5060 and dst host 192.0.2.5')).toBeGreaterThan(0);
    expect(leftOn(router)).toEqual([]);
    expect(transcript).toMatch(/configure +> ip access-list extended CS\w{6}_A/);
    expect(transcript).toMatch(/cleanup +> no ip access-list extended CS\w{6}_A/);
    const audited = platform.orchestrator.heard.facts.filter(({ type, data }) => type === 'audit.recorded.v1' && JSON.stringify(data).includes(task.target_id)).map(({ data }) => JSON.stringify(data));
    expect(audited.some((fact) => fact.includes('ip access-list extended'))).toBe(true);
    expect(audited.some((fact) => fact.includes('no ip access-list extended'))).toBe(true);
  });

  it.concurrent('captures everything without a filter, and says that its own session is in it', async () => {
    const router = await routers.start();
    const { finished, file } = await routers.capture(router);
    expect(finished.message).toContain('own session');
    expect(countMatching(file, 'tcp port 22')).toBeGreaterThan(0);
  });

  it.concurrent('§D.12: touches no capture point of anybody else, however much it looks like its own', async () => {
    const foreign = [
      { name: 'COLLEAGUE', active: true },
      { name: 'CSAAAAAA', active: true },
      { name: 'OLD', active: false },
    ];
    const router = await routers.start({ foreign });
    const names = foreign.map(({ name }) => name);
    const { finished } = await routers.capture(router, { spec: { filter: { protocol: 'udp' } } });
    expect(finished.message).toContain('3 other capture points');
    const cancelled = await routers.running(router);
    await platform.cancel(cancelled);
    await expect(platform.ends(cancelled)).resolves.toMatchObject({ outcome: 'cancelled' });
    expect(leftOn(router, names)).toEqual([]);
    expect(foreign.map(({ name, active }) => [name, router.state.isActive(router.state.point(name)) === active])).toEqual(names.map((name) => [name, true]));
    expect(router.gear.commands.filter((command) => names.some((name) => command.includes(name)))).toEqual([]);
  });

  it.concurrent('§D.20: runs twice on one router at the same time, and each collects its own', async () => {
    const router = await routers.start();
    const [sip, rtp] = await Promise.all([routers.running(router, { spec: { filter: { port: 5060 } } }), routers.running(router, { spec: { filter: { expression: { all: [{ protocol: 'udp' }, { not: { port: 5060 } }] } } } })]);
    await eventually(() => [...router.state.points.values()].every(({ counted }) => counted.packets > 5));
    await Promise.all([platform.stop(sip), platform.stop(rtp)]);
    const [first, second] = [await routers.ended(sip), await routers.ended(rtp)];
    expect(countMatching(first.file, 'udp port 5060')).toBe(capinfosCount(first.file));
    expect(countMatching(second.file, 'udp port 5060')).toBe(0);
    expect(capinfosCount(second.file)).toBe(second.finished.metrics?.['packets_captured']);
    expect(leftOn(router)).toEqual([]);
  });

  it.concurrent('§D.5: waits for a slow export, and keeps every answer with its command', async () => {
    const router = await routers.start({ device: { export_ms: 3_000 } });
    const { finished, transcript } = await routers.capture(router, { durationSec: 1 });
    expect(finished).toMatchObject({ outcome: 'completed' });
    expect(transcript).toMatch(/retrieve +> monitor capture CS\w{6} export flash:CS\w{6}\.pcap\n.*< Exported Successfully\n/);
  });

  it.concurrent.each([
    ['log messages in the middle of everything', [{ fault: { fault: 'syslog', line: LOG, everyMs: 40 } }]],
    ['answers in the smallest pieces', [{ fault: { fault: 'split-echo', bytes: 24 } }]],
    ['a pager that does not let itself be told off', [{ fault: { fault: 'pager', lines: 3 } }]],
    ['a late banner, and keyboard-interactive only', [{ fault: { fault: 'slow-login', ms: 4_000 } }, { fault: { fault: 'keyboard-interactive-only' } }]],
  ] satisfies [string, IosXeRouterOptions['faults']][])('is not disturbed by %s', async (_name, faults) => {
    const router = await routers.start({ faults });
    const { finished, file } = await routers.capture(router, { spec: { filter: { port: 5060 } } });
    expect(finished).toMatchObject({ outcome: 'completed' });
    expect(capinfosCount(file)).toBe(finished.metrics?.['packets_captured']);
    expect(leftOn(router)).toEqual([]);
  });

  it.concurrent('reaches a router that knows SHA-1 only, says so, and does not where the target forbids it', async () => {
    const router = await routers.start({ faults: [{ fault: { fault: 'legacy-kex-only' } }] });
    const { finished, transcript } = await routers.capture(router);
    expect(finished).toMatchObject({ outcome: 'completed' });
    expect(transcript).toMatch(/diffie-hellman-group(?:14|1)-sha1/);
    const strict = await routers.start({ faults: [{ fault: { fault: 'legacy-kex-only' } }] });
    const refused = await routers.run(strict, { spec: { legacy_crypto: 'never' } });
    await expect(platform.ends(refused)).resolves.toMatchObject({ outcome: 'failed', error: { code: 'KEX_MISMATCH' } });
    expect(strict.gear.passwordsSeen).toBe(0);
  });

  it.concurrent('has its file pushed to us when the flash is full', async () => {
    const router = await routers.start({ device: { flash_free: 500_000 } });
    const { finished, file, transcript } = await routers.capture(router, { spec: { filter: { protocol: 'udp' } } });
    expect(finished).toMatchObject({ outcome: 'completed' });
    expect(capinfosCount(file)).toBe(finished.metrics?.['packets_captured']);
    expect(transcript).toContain('DISK_LOW');
    expect(transcript).toMatch(/export sftp:\/\/capstan-\w+@127\.0\.0\.1:\d+\/in\/CS\w{6}\.pcap/);
    expect(leftOn(router)).toEqual([]);
  });

  it.concurrent.each([
    ['is off', { device: { scp_server: 'off' } }],
    ['is not reached over a second channel either', { files: false }],
  ] satisfies [string, Partial<IosXeRouterOptions>][])('has its file pushed to us when the SCP server of the router %s', async (_name, options) => {
    const router = await routers.start(options);
    const { finished, file, transcript } = await routers.capture(router, { spec: { filter: { protocol: 'udp' } } });
    expect(finished).toMatchObject({ outcome: 'completed' });
    expect(capinfosCount(file)).toBe(finished.metrics?.['packets_captured']);
    expect(transcript).toMatch(/SCP_UNAVAILABLE|CHANNEL_REFUSED/);
    expect(leftOn(router)).toEqual([]);
  });

  it.concurrent.each([
    ['words of four bytes', IOS_XE_16],
    ['bytes', IOS_XE_17],
  ])('reads the packets off the screen as the last resort, listed in %s, and marks their times', async (_name, edition) => {
    const router = await routers.start({ edition, device: { export_says: '%Error: export failed' } });
    const { finished, pcap, file } = await routers.capture(router, { durationSec: 1, spec: { filter: { port: 5060 } } });
    expect(finished).toMatchObject({ outcome: 'completed' });
    expect(pcap).toMatchObject({ meta: { timestamps: 'synthetic' } });
    expect(capinfosCount(file)).toBe(finished.metrics?.['packets_captured']);
    expect(countMatching(file, 'udp port 5060')).toBe(capinfosCount(file));
  });

  it.concurrent('§D.4: keeps the capture on the router when there is no way to bring it here, and collects it later without capturing again', async () => {
    const router = await routers.start({ device: { buffer_says: 'Wireshark operation failure' } });
    const refuses = router.gear.faults.begin({ fault: { fault: 'state', name: 'export_says', value: '%Error: export failed' } });
    const { finished, pcap, task } = await routers.capture(router, { spec: { filter: { port: 5060 } } });
    expect(finished).toMatchObject({ outcome: 'failed', error: { code: 'EXPORT_FAILED', details: { collectable: true } }, message: expect.stringContaining('can be collected again') });
    expect(pcap).toBeUndefined();
    expect([...router.state.points.values()].map((point) => router.state.isActive(point))).toEqual([false]);
    refuses();
    const again = await routers.ended(await routers.run(router, { spec: { collect_from: task.task_id } }));
    expect(again.finished).toMatchObject({ outcome: 'completed', message: expect.stringContaining('collected afterwards') });
    expect(countMatching(again.file, 'udp port 5060')).toBe(again.finished.metrics?.['packets_captured']);
    expect(again.finished.metrics?.['packets_captured']).toBeGreaterThan(0);
    expect(router.gear.commands.filter((command) => command.endsWith(' start'))).toHaveLength(1);
    expect(leftOn(router)).toEqual([]);
  });

  it.concurrent.each([
    ['into the interface', { direction: 'in' }, / interface GigabitEthernet1 in$/],
    ['out of the interface', { direction: 'out' }, / interface GigabitEthernet1 out$/],
    ['to and from the router itself', { control_plane: true }, / control-plane both$/],
  ])('captures what goes %s, as it is told', async (_name, spec, command) => {
    const router = await routers.start();
    const { finished } = await routers.capture(router, { spec });
    expect(finished).toMatchObject({ outcome: 'completed' });
    expect(router.gear.commands.filter((line) => / interface | control-plane /.test(line) && line.startsWith('monitor capture'))).toEqual([expect.stringMatching(command)]);
    expect(leftOn(router)).toEqual([]);
  });

  it.concurrent.each([
    ['17', IOS_XE_17, ['voip_trace', 'active_calls', 'logging'], undefined],
    ['16, which knows no trace', IOS_XE_16, ['active_calls', 'logging'], 'does not know "show voip trace all"'],
  ] as const)('keeps what a CUBE tells besides, on XE %s, and switches nothing on for it', async (_name, edition, told, remark) => {
    const router = await routers.start({ edition });
    const { finished, task } = await routers.capture(router, { spec: { device_type: 'cube', extras: ['voip_trace', 'active_calls', 'logging'] } });
    expect(finished).toMatchObject({ outcome: 'completed' });
    const logs = platform.artifacts(task).filter(({ kind }) => kind === 'log');
    expect(logs.map(({ name }) => name)).toEqual(told.map((extra) => `127.0.0.1_log_${extra}.txt`));
    expect((await platform.read(logs.at(-1)!.key)).toString()).toContain('show logging\n');
    expect(finished.message?.includes(remark ?? 'does not know')).toBe(remark !== undefined);
    expect(router.gear.commands.filter((command) => /debug/.test(command))).toEqual([]);
  });

  it.concurrent('goes on with the same capture after the router was off the network', async () => {
    const router = await routers.start();
    const task = await routers.running(router);
    const startedAt = [...router.state.points.values()][0]?.startedAt;
    router.gear.faults.begin({ fault: { fault: 'vanish' }, forMs: 1_500 });
    await eventually(() => router.gear.events.filter(({ what }) => what === 'logged-in').length === 2, () => JSON.stringify(router.gear.commands.slice(-5)));
    await platform.stop(task);
    const { finished, file } = await routers.ended(task);
    expect(finished).toMatchObject({ outcome: 'completed' });
    expect(capinfosCount(file)).toBe(finished.metrics?.['packets_captured']);
    expect(router.gear.commands.filter((command) => command.endsWith(' start'))).toHaveLength(1);
    expect(startedAt).toBeDefined();
    expect(leftOn(router)).toEqual([]);
  });

  it.concurrent('§D.9: keeps the newest packets in a ring until it is stopped', async () => {
    const router = await routers.start({ traffic: steadyTraffic(1_400, 1) });
    const task = await routers.running(router, { spec: { mode: 'rotating', size_per_file_mb: 1, max_files: 2, filter: { protocol: 'udp' } } });
    await eventually(() => (router.state.points.values().next().value?.counted.bytes ?? 0) > 2.5 * 1_048_576, () => 'filling', 20_000);
    expect(platform.states(task).at(-1)).toBe('capturing');
    await platform.stop(task);
    const { finished, file } = await routers.ended(task);
    expect(finished).toMatchObject({ outcome: 'completed' });
    expect(file.length).toBeLessThanOrEqual(2 * 1_048_576 + 24);
    expect(capinfosCount(file)).toBe(finished.metrics?.['packets_captured']);
  });

  it.concurrent('§D.13: notices the end of a linear buffer at once', async () => {
    const router = await routers.start({ traffic: steadyTraffic(1_400, 1) });
    const { finished, file } = await routers.capture(router, { durationSec: 60, spec: { buffer_mb: 1, filter: { protocol: 'udp' } } });
    expect(finished).toMatchObject({ outcome: 'completed', message: expect.stringContaining('the end of its buffer of 1 MB') });
    expect(capinfosCount(file)).toBe(finished.metrics?.['packets_captured']);
  });

  it.concurrent('notices its own packet limit at once', async () => {
    const router = await routers.start();
    const { finished } = await routers.capture(router, { durationSec: 60, spec: { packet_limit: 100, filter: { protocol: 'udp' } } });
    expect(finished).toMatchObject({ outcome: 'completed', metrics: { packets_captured: 100 }, message: expect.stringContaining('limit of 100 packets') });
  });

  it.concurrent('tells when somebody else has ended the capture, and when somebody has removed it', async () => {
    const router = await routers.start();
    const stopped = await routers.running(router);
    [...router.state.points.values()].forEach((point) => router.state.stop(point));
    await expect(platform.ends(stopped)).resolves.toMatchObject({ outcome: 'failed', error: { code: 'DEVICE_LOST', message: expect.stringContaining('by somebody else') } });
    expect(platform.artifacts(stopped).map(({ kind }) => kind)).toEqual(['pcap', 'transcript']);
    const removed = await routers.running(router);
    router.state.points.clear();
    await expect(platform.ends(removed)).resolves.toMatchObject({ outcome: 'failed', error: { code: 'FILE_MISSING' } });
  });

  it.concurrent('shows no count where the router cannot tell one, and goes on', async () => {
    const router = await routers.start({ device: { buffer_says: 'Wireshark operation failure' } });
    const { finished, file } = await routers.capture(router, { durationSec: 3 });
    expect(finished).toMatchObject({ outcome: 'completed' });
    expect(capinfosCount(file)).toBeGreaterThan(0);
  });

  it.concurrent.each([
    ['a capture point that cannot be activated', { device: { start_says: 'Unable to activate Capture.' } }, {}, 'START_FAILED'],
    ['a start that is not supported', { device: { start_says: 'Capture is not Supported' } }, {}, 'START_FAILED'],
    ['one that is running already', { device: { start_says: 'Capture point is already active' } }, {}, 'ALREADY_ACTIVE'],
    ['an interface that is not there', {}, { interface: 'GigabitEthernet9' }, 'BAD_INTERFACE'],
    ['classic IOS', { edition: IOS_15 }, {}, 'UNSUPPORTED'],
  ] satisfies [string, Partial<IosXeRouterOptions>, Record<string, unknown>, string][])('fails for %s, and cleans up', async (_name, options, spec, code) => {
    const router = await routers.start(options);
    const task = await routers.run(router, { durationSec: 2, spec: { filter: { port: 5060 }, ...spec } });
    await eventually(() => platform.states(task).includes('ready') || platform.finished(task) !== undefined);
    if (platform.finished(task) === undefined) {
      await platform.start([task]);
    }
    await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'failed', error: { code }, capture_began: false });
    expect(leftOn(router)).toEqual([]);
  });

  it.concurrent('sends a wrong password exactly once', async () => {
    const router = await routers.start();
    const task = await routers.run(router, { credentialId: await platform.createCredential('admin', 'wrong-Pa55') });
    await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'failed', error: { code: 'AUTH_FAILED', retryable: false } });
    expect(router.gear.passwordsSeen).toBe(1);
  });

  describe('of an account without privileges', () => {
    const SECRET = 'enable-S3cret-of-the-test';
    const secretOf = (secret: string | undefined) =>
      platform.sealCredential(ROUTER_ACCOUNT.username, 'password', { password: ROUTER_ACCOUNT.password, ...(secret === undefined ? {} : { enable_secret: secret }) });
    const device = { privilege: 1, enable_secret: SECRET };

    it.concurrent('becomes privileged with the enable secret, which is in no transcript and no table', async () => {
      const router = await routers.start({ device });
      const { finished, transcript } = await routers.capture(router, { durationSec: 1, credentialId: await secretOf(SECRET) });
      expect(finished).toMatchObject({ outcome: 'completed' });
      expect(transcript).toContain('privileged');
      expect(transcript).not.toContain(SECRET);
      expect(router.gear.commands.join()).not.toContain(SECRET);
      await expect(platform.dump()).resolves.not.toContain(SECRET);
    });

    it.concurrent.each([
      ['without an enable secret', undefined, 'has none'],
      ['with a wrong one, tried once', 'wrong-S3cret', 'did not accept'],
    ])('fails %s', async (_name, secret, message) => {
      const router = await routers.start({ device });
      const task = await routers.run(router, { credentialId: await secretOf(secret) });
      await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'failed', error: { code: 'PRIV_INSUFFICIENT', message: expect.stringContaining(message) } });
      expect(router.gear.commands.filter((command) => command === 'enable')).toHaveLength(1);
      expect(router.gear.commands.filter((command) => command.startsWith('monitor'))).toEqual([]);
    });
  });

  it.concurrent('§D.16: keeps every password out of commands, transcripts, audit and tables', async () => {
    const router = await routers.start({ device: { scp_server: 'off' } });
    const { transcript } = await routers.capture(router, { durationSec: 1 });
    const pushed = /export sftp:\/\/(capstan-\w+)@/.exec(transcript)?.[1];
    expect(pushed).toBeDefined();
    const said = [router.gear.commands.join('\n'), transcript, JSON.stringify(platform.orchestrator.heard.facts), await platform.dump()].join('\n');
    expect(said).not.toContain(ROUTER_ACCOUNT.password);
    expect(said).not.toMatch(/(?:sftp|scp):\/\/[^@\s]*:[^@\s]*@/);
  });

  it.concurrent('§D.17: never lets a target become a command of its own', async () => {
    const router = await routers.start();
    for (const spec of [{ interface: 'GigabitEthernet1\nreload' }, { interface: 'GigabitEthernet1 | redirect flash:x' }, { filter: { host: '10.0.0.1\nreload' } }, { filter: { expression: { src: '10.0.0.1 any' } } }, { buffer_mb: '10\nreload' }]) {
      const target = { ...(await platform.task(router.gear)).spec, device_type: 'csr1000v', ...spec };
      const { errors } = await platform.orchestrator.rpc.call(checkTargets['device-collector'], { targets: [{ kind: 'packet-capture', spec: target }] });
      expect(errors.length).toBeGreaterThan(0);
      const task = await routers.run(router, { spec });
      await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'failed', capture_began: false });
    }
    expect(router.gear.events.filter(({ what }) => what === 'connected')).toEqual([]);
  });

  it.concurrent('gives options that a device type does not know, and filters that it cannot express, their own codes', async () => {
    const { spec } = await platform.task({ host: '192.0.2.1', port: 22 }, { credentialId: await platform.createCredential('x', 'y-Pa55word') });
    const check = async (extra: Record<string, unknown>) => (await platform.orchestrator.rpc.call(checkTargets['device-collector'], { targets: [{ kind: 'packet-capture', spec: { ...spec, ...extra } }] })).errors.map(({ path, code }) => [path, code]);
    await expect(check({ buffer_mb: 10 })).resolves.toEqual([['buffer_mb', 'UNSUPPORTED_OPTION']]);
    await expect(check({ device_type: 'cube', buffer_mb: 10, buffer: 'circular', packet_limit: 5, direction: 'in', control_plane: true, extras: ['voip_trace'] })).resolves.toEqual([]);
    await expect(check({ device_type: 'csr1000v', extras: ['voip_trace'] })).resolves.toEqual([['extras', 'UNSUPPORTED_OPTION']]);
    expect((await check({ device_type: 'cube', extras: ['show running-config'] })).map(([path]) => path)).toEqual(['extras.0']);
    await expect(check({ device_type: 'cube', filter: { protocol: 'arp' } })).resolves.toEqual([['filter.protocol', 'UNSUPPORTED_FILTER']]);
  });
});
