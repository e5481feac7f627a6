import { checkTargets, credentialRpc, type RunTask } from '@capstan/contracts';
import { captureBytes, ExpresswayCluster, type ExpresswayClusterOptions, VoiceCalls } from '@capstan/lab';
import { systemClock } from '@capstan/kernel';
import { CollectorPlatform } from './collector-platform';
import { capinfosCount, countMatching } from './packets';
import { eventually } from './ssh-server';

const ACCOUNT = { username: 'api-admin', password: 'Expressway-Pa55-of-the-test' };
const EPOCH = Date.parse('2026-11-21T10:00:00Z');
const packets = [...new VoiceCalls({ seed: 5, epoch: EPOCH }).packets('expressway', EPOCH, EPOCH + 3_000)];
/** The inner card sees every packet, the outer one every other. Made once: what is captured is of no importance here. */
const FILES = { eth0: captureBytes(packets), eth1: captureBytes(packets.filter((_, index) => index % 2 === 0)) };

function capture(_peer: number, card: string): Buffer {
  return card === 'eth0' ? FILES.eth0 : FILES.eth1;
}

// Hooks of the file: those of a group are not waited for by tests that run side by side.
let platform: CollectorPlatform;
const clusters: ExpresswayCluster[] = [];

beforeAll(async () => {
  platform = await CollectorPlatform.open();
  await platform.startCollector();
}, 120_000);

afterAll(async () => {
  await Promise.all(clusters.map((cluster) => cluster.stop()));
  await platform.close();
});

// Each test has an Expressway of its own and mostly waits, so they wait together.
describe('a packet capture on an Expressway', () => {
  async function start(options: Partial<ExpresswayClusterOptions> = {}): Promise<ExpresswayCluster> {
    const cluster = await ExpresswayCluster.start({ addresses: ['127.0.0.1'], account: ACCOUNT, capture, collectMs: 100, ...options });
    clusters.push(cluster);
    return cluster;
  }

  async function run(cluster: Pick<ExpresswayCluster, 'host' | 'port'>, wish: { spec?: object; durationSec?: number | null; password?: string; host?: string } = {}): Promise<RunTask> {
    const credentialId = await platform.createCredential(ACCOUNT.username, wish.password ?? ACCOUNT.password);
    return platform.run(
      { host: '127.0.0.1', port: cluster.port },
      { credentialId, spec: { device_type: 'expressway', interface: 'eth0', host: wish.host ?? cluster.host, ...wish.spec }, durationSec: wish.durationSec === undefined ? 1 : wish.durationSec },
    );
  }

  async function begun(cluster: ExpresswayCluster, wish: Parameters<typeof run>[1] = {}): Promise<RunTask> {
    const task = await run(cluster, wish);
    await platform.reaches(task, 'ready');
    await platform.start([task]);
    await platform.reaches(task, 'capturing');
    return task;
  }

  const artifactsOf = (task: RunTask) => platform.finished(task)?.artifacts ?? [];

  const kinds = (task: RunTask): string[] => artifactsOf(task).map(({ kind, name }) => `${kind} ${name}`);

  async function transcript(task: RunTask): Promise<string> {
    return (await platform.read(artifactsOf(task).find(({ kind }) => kind === 'transcript')!.key)).toString();
  }

  it.concurrent.each(['X12', 'X14.2', 'X15'] as const)('runs on %s for its duration, and keeps the capture of every network card and the log (weakness 10: only the largest was kept)', async (version) => {
    const cluster = await start({ version, clockOffsetMs: 61_250 });
    const task = await begun(cluster);
    expect(cluster.running).toBe('api');
    const finished = await platform.ends(task);
    expect(finished).toMatchObject({ outcome: 'completed', capture_began: true, metrics: { files: 2 } });
    expect(platform.states(task)).toEqual(['configuring', 'ready', 'starting', 'capturing', 'stopping', 'collecting']);
    expect(kinds(task)).toEqual(['pcap 127.0.0.1_eth0.pcap', 'pcap 127.0.0.1_eth1.pcap', 'log 127.0.0.1_log.txt', 'transcript 127.0.0.1_transcript.txt']);
    const pcaps = artifactsOf(task).filter(({ kind }) => kind === 'pcap');
    for (const { key, meta } of pcaps) {
      expect(meta['packets']).toBe(capinfosCount(await platform.read(key)));
    }
    expect(pcaps.map(({ meta }) => meta['interface'])).toEqual(['eth0', 'eth1']);
    expect(pcaps[0]?.meta['packets']).toBe(packets.length);
    expect(cluster.commands).toEqual(['start@0', 'stop@0', 'collect@0', 'download@0']);
    expect(cluster.running).toBeUndefined();

    // The clock of the device is a minute ahead, and its Date header tells only whole seconds.
    const { clock_offset_ms: offset = 0, clock_uncertainty_ms: uncertainty = 0 } = finished.metrics ?? {};
    expect(Math.abs(offset - 61_250)).toBeLessThanOrEqual(uncertainty);
    expect(uncertainty).toBeLessThan(300);
  });

  it.concurrent('leaves out of the archive what is configuration or a key, and keeps the account out of everything (weakness 16)', async () => {
    const cluster = await start();
    const task = await begun(cluster);
    await platform.ends(task);
    const stored = (await Promise.all(artifactsOf(task).map(({ key }) => platform.read(key)))).map((bytes) => bytes.toString('latin1')).join('\n');
    expect(stored).toContain('Diagnostic logging started');
    expect(stored).not.toMatch(/canary/);
    const secrets = [ACCOUNT.password, Buffer.from(`${ACCOUNT.username}:${ACCOUNT.password}`).toString('base64')];
    const everything = stored + JSON.stringify(platform.orchestrator.heard.facts) + (await platform.dump());
    expect(secrets.filter((secret) => everything.includes(secret))).toEqual([]);
    expect(await transcript(task)).toMatch(/PUT https:\/\/127\.0\.0\.1\/api\/v1\/provisioning\/common\/diagnosticlogging \{"Mode":"start","TCPDump":"on"\}/);
  });

  it('sends its start line at T0 on a connection that is open already', async () => {
    const cluster = await start();
    const task = await run(cluster);
    await platform.reaches(task, 'ready');
    const t0 = await platform.start([task]);
    await platform.reaches(task, 'capturing');
    const sentAt = Date.parse(platform.advanced(task, 'capturing')?.start_sent_at ?? '');
    const heardAt = cluster.seen.find(({ mode }) => mode === 'start')?.at ?? 0;
    expect(sentAt - t0).toBeGreaterThanOrEqual(0);
    expect(sentAt - t0).toBeLessThan(50);
    expect(heardAt - sentAt).toBeLessThan(50);
    await platform.ends(task);
  });

  it.concurrent('starts on the primary of a cluster only, and collects every card of every peer', async () => {
    const cluster = await start({ addresses: ['127.0.0.11', '127.0.0.12', '127.0.0.13'], primary: 1, version: 'X15' });
    const task = await begun(cluster, { host: '127.0.0.13' });
    await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'completed', metrics: { files: 6 } });
    expect(cluster.commands.slice(0, 2)).toEqual(['start@1', 'stop@1']);
    expect(cluster.commands.slice(2).sort()).toEqual(['collect@0', 'collect@1', 'collect@2', 'download@0', 'download@1', 'download@2']);
    expect(kinds(task).filter((kind) => kind.startsWith('pcap'))).toEqual(
      ['127.0.0.11', '127.0.0.12', '127.0.0.13'].flatMap((peer) => [`pcap 127.0.0.13_eth0_${peer}.pcap`, `pcap 127.0.0.13_eth1_${peer}.pcap`]),
    );
  });

  it.concurrent('keeps the files of the other peers when one is gone, and says which is missing', async () => {
    const cluster = await start({ addresses: ['127.0.0.21', '127.0.0.22'] });
    await cluster.loosePeer(1);
    const task = await begun(cluster);
    const finished = await platform.ends(task);
    expect(finished).toMatchObject({ outcome: 'failed', error: { code: 'EXPORT_FAILED', message: expect.stringContaining('127.0.0.22') }, metrics: { files: 2 } });
    expect(kinds(task).filter((kind) => kind.startsWith('pcap'))).toHaveLength(2);
  });

  it.concurrent('lets a second session wait until the first has the device no longer, says for whom it waits, and never mixes the two', async () => {
    const cluster = await start();
    const first = await begun(cluster, { durationSec: null });
    const second = await run(cluster);
    await eventually(() => platform.orchestrator.heard.facts.some(({ data }) => data['task_id'] === second.task_id && String(data['message']).includes(`which session ${first.session_id} uses`)));
    expect(cluster.commands).toEqual(['start@0']);
    await platform.stop(first);
    await expect(platform.ends(first)).resolves.toMatchObject({ outcome: 'completed' });
    await platform.reaches(second, 'ready');
    await platform.start([second]);
    await expect(platform.ends(second)).resolves.toMatchObject({ outcome: 'completed' });
    expect(cluster.commands).toEqual(['start@0', 'stop@0', 'collect@0', 'download@0', 'start@0', 'stop@0', 'collect@0', 'download@0']);
  });

  describe('somebody else', () => {
    it.concurrent('keeps the diagnostic run that was there before (weakness 12: it was stopped blindly)', async () => {
      const cluster = await start();
      cluster.startBySomebody();
      const task = await run(cluster);
      await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'failed', error: { code: 'ALREADY_ACTIVE' }, capture_began: false });
      expect(cluster.running).toBe('somebody');
      expect(cluster.commands).toEqual([]);
    });

    it.concurrent('loses it when takeover is asked for', async () => {
      const cluster = await start();
      cluster.startBySomebody();
      const task = await begun(cluster, { spec: { takeover: true } });
      const finished = await platform.ends(task);
      expect(finished).toMatchObject({ outcome: 'completed', message: expect.stringContaining('somebody else') });
      expect(cluster.commands).toEqual(['stop@0', 'start@0', 'stop@0', 'collect@0', 'download@0']);
    });

    it.concurrent('may be faster while the capture is armed, and keeps what is theirs', async () => {
      const cluster = await start();
      const task = await run(cluster);
      await platform.reaches(task, 'ready');
      cluster.startBySomebody();
      await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'failed', error: { code: 'ALREADY_ACTIVE' }, capture_began: false });
      expect(cluster.running).toBe('somebody');
    });

    it.concurrent('may end the run of a capture; what there was is kept', async () => {
      const cluster = await start();
      const task = await begun(cluster, { durationSec: null });
      cluster.stopBySomebody();
      await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'failed', error: { code: 'DEVICE_LOST', message: expect.stringContaining('somebody ended') }, metrics: { files: 2 } });
      expect(cluster.commands).toEqual(['start@0', 'collect@0', 'download@0']);
    });
  });

  describe('a filter', () => {
    const filter = { protocol: 'udp', expression: { any: [{ port: 5_060 }, { host: '203.0.113.99' }] } };

    it.concurrent('is a 422 naming every condition, never dropped in silence (weakness 7)', async () => {
      const cluster = await start();
      const { spec } = await platform.task({ host: '127.0.0.1', port: cluster.port }, { credentialId: await platform.createCredential('a', 'b') });
      const check = (changes: object) => platform.orchestrator.rpc.call(checkTargets['device-collector'], { targets: [{ kind: 'packet-capture', spec: { ...spec, device_type: 'expressway', interface: 'eth0', ...changes } }] });
      const { errors } = await check({ filter });
      expect(errors.map(({ path, code }) => `${path} ${code}`)).toEqual([
        'filter.protocol UNSUPPORTED_FILTER',
        'filter.expression.any.0.port UNSUPPORTED_FILTER',
        'filter.expression.any.1.host UNSUPPORTED_FILTER',
      ]);
      expect((await check({ filter, on_unsupported: 'post_filter' })).errors).toEqual([]);
      expect((await check({ filter: { host: 'pbx.example' }, on_unsupported: 'post_filter' })).errors).toEqual([expect.objectContaining({ path: 'filter.host', code: 'UNSUPPORTED_FILTER' })]);
    });

    it.concurrent('is applied afterwards when asked for: the raw capture is kept, and a filtered copy stands beside it', async () => {
      const cluster = await start();
      const task = await begun(cluster, { spec: { filter, on_unsupported: 'post_filter' } });
      await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'completed' });
      const [raw, copy] = ['pcap', 'filtered-pcap'].map((kind) => artifactsOf(task).find((artifact) => artifact.kind === kind && artifact.name.includes('eth0')));
      const [rawFile, copyFile] = [await platform.read(raw!.key), await platform.read(copy!.key)];
      const expected = countMatching(rawFile, 'udp and (port 5060 or host 203.0.113.99)');
      expect(expected).toBeGreaterThan(0);
      expect(expected).toBeLessThan(capinfosCount(rawFile));
      expect(capinfosCount(copyFile)).toBe(expected);
      expect(countMatching(copyFile, 'udp and (port 5060 or host 203.0.113.99)')).toBe(expected);
      expect(copy).toMatchObject({ name: '127.0.0.1_eth0_filtered.pcap', meta: { packets: expected, filtered_from: '127.0.0.1_eth0.pcap', display_filter: expect.stringContaining('5060') } });
    });
  });

  it.concurrent.each([
    ['rotating mode (weakness 9: it became 300 s in silence)', { mode: 'rotating' }, 'mode UNSUPPORTED_MODE'],
    ['a network card', { interface: 'eth1' }, 'interface UNSUPPORTED_INTERFACE'],
    ['an option of routers', { buffer: 'circular' }, 'buffer UNSUPPORTED_OPTION'],
    ['a newline in the host (weakness 17)', { host: 'exp1\r\nX-Evil: 1' }, 'host INVALID_FORMAT'],
  ])('is refused with %s', async (_name, changes, expected) => {
    const { spec } = await platform.task({ host: '127.0.0.1', port: 443 }, { credentialId: await platform.createCredential('a', 'b') });
    const { errors } = await platform.orchestrator.rpc.call(checkTargets['device-collector'], { targets: [{ kind: 'packet-capture', spec: { ...spec, device_type: 'expressway', interface: 'eth0', ...changes } }] });
    expect(errors.map(({ path, code }) => `${path} ${code}`)).toEqual([expected]);
  });

  describe('its certificate', () => {
    it.concurrent('is trusted on first use, and a change blocks before the account is sent, until somebody trusts the new one (weakness 15)', async () => {
      const cluster = await start();
      await platform.ends(await begun(cluster));
      cluster.renewCertificate();
      const before = cluster.seen.length;
      const blocked = await platform.ends(await run(cluster));
      expect(blocked).toMatchObject({ outcome: 'failed', error: { code: 'HOSTKEY_MISMATCH', details: { shown: cluster.fingerprint } }, capture_began: false });
      expect(cluster.seen.length).toBe(before);

      const { host_keys: changed } = await platform.orchestrator.rpc.call(credentialRpc.hostKeys, { status: 'changed' });
      const shown = changed.find(({ port }) => port === cluster.port);
      expect(shown).toMatchObject({ kind: 'tls', fingerprint: cluster.fingerprint, algorithm: 'x509-ec-prime256v1' });
      await platform.orchestrator.rpc.call(credentialRpc.trustHostKey, { host_key_id: shown!.host_key_id, requested_by: { type: 'user', id: '1', name: 'tester' } });
      await expect(platform.ends(await begun(cluster))).resolves.toMatchObject({ outcome: 'completed' });
    });

    it.concurrent('blocks in the middle of a capture too', async () => {
      const cluster = await start();
      const task = await begun(cluster, { durationSec: 60 });
      cluster.renewCertificate();
      const before = cluster.seen.length;
      await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'failed', error: { code: 'HOSTKEY_MISMATCH' }, message: expect.stringContaining('CLEANUP_FAILED') });
      expect(cluster.seen.length).toBe(before);
    });

    it.concurrent('must be the pinned one where one is pinned', async () => {
      const cluster = await start();
      const wrong = await platform.ends(await run(cluster, { spec: { tls_fingerprint: 'ab'.repeat(32) } }));
      expect(wrong).toMatchObject({ outcome: 'failed', error: { code: 'HOSTKEY_MISMATCH' } });
      expect(cluster.seen).toEqual([]);
      await expect(platform.ends(await begun(cluster, { spec: { tls_fingerprint: cluster.fingerprint.toLowerCase().replaceAll(':', '') } }))).resolves.toMatchObject({ outcome: 'completed' });
    });
  });

  it.concurrent('sends a wrong password exactly once', async () => {
    const cluster = await start();
    const finished = await platform.ends(await run(cluster, { password: 'wrong-Pa55' }));
    expect(finished).toMatchObject({ outcome: 'failed', error: { code: 'AUTH_FAILED', retryable: false } });
    expect(cluster.refusedLogins).toBe(1);
  });

  describe('faults', () => {
    it.concurrent('waits for a device that is too busy now and then', async () => {
      const cluster = await start();
      cluster.faults.add('busy');
      await expect(platform.ends(await begun(cluster))).resolves.toMatchObject({ outcome: 'completed', metrics: { files: 2 } });
    });

    it.concurrent('is patient with a slow device', async () => {
      const cluster = await start();
      cluster.faults.add('slow');
      await expect(platform.ends(await begun(cluster), 60_000)).resolves.toMatchObject({ outcome: 'completed' });
    }, 60_000);

    it.concurrent('gives the reason when the device refuses to start', async () => {
      const cluster = await start();
      cluster.faults.add('start-refused');
      const task = await run(cluster);
      await platform.reaches(task, 'ready');
      await platform.start([task]);
      await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'failed', error: { code: 'START_FAILED', message: expect.stringContaining('Insufficient disk space') }, capture_began: false });
    });

    it.concurrent.each([
      ['no-pcap', 'FILE_MISSING'],
      ['collect-refused', 'EXPORT_FAILED'],
      ['truncated-archive', 'FILE_TRUNCATED'],
    ] as const)('fails with the truth: %s', async (fault, code) => {
      const cluster = await start();
      cluster.faults.add(fault);
      const task = await begun(cluster);
      await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'failed', error: { code }, capture_began: true });
      if (fault === 'truncated-archive') {
        expect(kinds(task)).toContain('pcap 127.0.0.1_eth0.pcap');
      }
      expect(cluster.running).toBeUndefined();
    });

    it.concurrent('leaves the archive on the device when it cannot be had, and collects it later without capturing again', async () => {
      const cluster = await start();
      cluster.faults.add('collect-refused');
      const task = await begun(cluster);
      await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'failed', error: { code: 'EXPORT_FAILED', details: { collectable: true } } });
      cluster.faults.delete('collect-refused');
      const again = await run(cluster, { spec: { collect_from: task.task_id } });
      await expect(platform.ends(again)).resolves.toMatchObject({ outcome: 'completed', metrics: { files: 2 }, message: expect.stringContaining('collected afterwards') });
      expect(cluster.commands).toEqual(['start@0', 'stop@0', 'collect@0', 'collect@0', 'download@0']);
    });

    it.concurrent('collects later what a peer did not give, beside what was had at once', async () => {
      const cluster = await start({ addresses: ['127.0.0.31', '127.0.0.32'] });
      const task = await begun(cluster, { durationSec: null });
      cluster.deafPeers.add(1);
      await platform.stop(task);
      await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'failed', error: { code: 'EXPORT_FAILED', details: { collectable: true } }, metrics: { files: 2 } });
      cluster.deafPeers.clear();
      await expect(platform.ends(await run(cluster, { spec: { collect_from: task.task_id } }))).resolves.toMatchObject({ outcome: 'completed', metrics: { files: 4 } });
    });

    it.concurrent.each([
      ['still runs', false],
      ['is over', true],
    ])('takes nothing of somebody else’s run that has overwritten its own and %s, and does not touch it', async (_name, over) => {
      const shifted: { ms: number } = { ms: 0 };
      const cluster = await start({ capture: () => captureBytes([...new VoiceCalls({ seed: 5, epoch: EPOCH }).packets('expressway', EPOCH, EPOCH + 500)].map((packet) => ({ ...packet, deviceTime: packet.deviceTime + shifted.ms }))) });
      cluster.faults.add('collect-refused');
      const task = await begun(cluster);
      await platform.ends(task);
      cluster.faults.delete('collect-refused');
      cluster.startBySomebody();
      shifted.ms = systemClock.now() + 60_000 - EPOCH;
      if (over) {
        cluster.stopBySomebody();
      }
      const again = await run(cluster, { spec: { collect_from: task.task_id } });
      await expect(platform.ends(again)).resolves.toMatchObject({ outcome: 'failed', error: { code: 'FILE_MISSING' } });
      expect(kinds(again).filter((kind) => kind.startsWith('pcap'))).toEqual([]);
      expect(cluster.running).toBe(over ? undefined : 'somebody');
      expect(cluster.commands.filter((command) => command.startsWith('st'))).toEqual(['start@0', 'stop@0']);
    });

    it.concurrent('fetches the archive again when its transfer broke', async () => {
      const cluster = await start();
      cluster.faults.add('broken-transfer');
      const task = await begun(cluster);
      await eventually(() => cluster.commands.includes('download@0'), () => JSON.stringify(cluster.commands));
      cluster.faults.delete('broken-transfer');
      await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'completed', metrics: { files: 2 } });
    });

    it.concurrent('gives harmless names to members with evil ones, and takes no link (weakness 17)', async () => {
      const cluster = await start();
      cluster.faults.add('evil-names');
      const task = await begun(cluster);
      await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'completed', metrics: { files: 3 } });
      const pcaps = artifactsOf(task).filter(({ kind }) => kind === 'pcap');
      expect(pcaps.map(({ name }) => name)).toEqual(['127.0.0.1_eth0.pcap', '127.0.0.1_eth1.pcap', '127.0.0.1_eth0_02.pcap']);
      expect(pcaps.every(({ key }) => key.startsWith(task.key_prefix))).toBe(true);
    });
  });

  it('is found again by another instance when its holder goes away, and collected there (weakness 14: a restart orphaned it)', async () => {
    const cluster = await start();
    const task = await begun(cluster, { durationSec: null });
    await platform.startCollector(`next-${systemClock.now()}`);
    await platform.instances.shift()?.stop();
    await eventually(() => platform.states(task).filter((state) => state === 'capturing').length === 2, () => platform.states(task).join());
    expect(cluster.running).toBe('api');
    await platform.stop(task);
    await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'completed', fence: 2, metrics: { files: 2 } });
    expect(cluster.commands).toEqual(['start@0', 'stop@0', 'collect@0', 'download@0']);
  }, 60_000);

  it.concurrent('goes on after its connections were cut', async () => {
    const cluster = await start();
    const task = await begun(cluster, { durationSec: null });
    cluster.cutConnections();
    await platform.stop(task);
    await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'completed', metrics: { files: 2 } });
    expect(cluster.commands).toEqual(['start@0', 'stop@0', 'collect@0', 'download@0']);
  });

  it.concurrent('ends its run on the device and stores nothing when it is cancelled', async () => {
    const cluster = await start();
    const task = await begun(cluster, { durationSec: null });
    await platform.cancel(task);
    await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'cancelled' });
    expect(cluster.running).toBeUndefined();
    expect(cluster.commands).toEqual(['start@0', 'stop@0']);
    expect(artifactsOf(task)).toEqual([]);
  });
});
