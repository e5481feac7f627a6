import { execFileSync } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { checkTargets, credentialRpc, deviceEvents, taskCommands } from '@capstan/contracts';
import { freePort } from '@capstan/testing';
import { CollectorPlatform } from './collector-platform';
import { capinfosCount, countMatching, sendPackets } from './packets';
import { eventually, SshServer } from './ssh-server';

// Hooks of the file: those of a group are not waited for by tests that run side by side.
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

/** A host for one test, whose logins and processes are this test's alone; nothing may be left on it. */
async function alone<T>(work: (own: SshServer) => Promise<T>, options: Parameters<typeof SshServer.start>[0] = {}): Promise<T> {
  const own = await SshServer.start(options);
  try {
    const result = await work(own);
    await isClean(own);
    return result;
  } finally {
    await own.stop();
  }
}

const isClean = (host: SshServer): Promise<void> => eventually(() => host.processes().length === 0 && host.leftFolders().length === 0, () => JSON.stringify([host.processes(), host.leftFolders()]));

/** A device that only counts who comes. */
async function listening(work: (device: { readonly host: string; readonly port: number; connections(): number }) => Promise<void>): Promise<void> {
  let connections = 0;
  const tcp = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  try {
    await work({ host: '127.0.0.1', port: (tcp.address() as AddressInfo).port, connections: () => connections });
  } finally {
    tcp.close();
  }
}

// Most tests wait for a capture to pass, so they wait together.
describe('a packet capture on a linux host', () => {
  it.concurrent.each(['root', 'capture'] as const)('runs for %s until its duration is over, and stores exactly what capinfos counts', async (account) => {
    const port = await freePort();
    const task = await platform.run(server, { account, spec: { filter: { protocol: 'udp', port } }, durationSec: 3 });
    await platform.reaches(task, 'ready');
    await platform.start([task]);
    await platform.reaches(task, 'capturing');
    await sendPackets(port, 500);
    const finished = await platform.ends(task);

    expect(finished).toMatchObject({ outcome: 'completed', capture_began: true, metrics: { packets_captured: 500, packets_dropped: 0, files: 1 } });
    expect(platform.states(task)).toEqual(['configuring', 'ready', 'starting', 'capturing', 'stopping', 'collecting']);
    const pcap = platform.artifacts(task).find(({ kind }) => kind === 'pcap');
    expect(pcap).toMatchObject({ name: '127.0.0.1_lo.pcap', meta: { packets: 500, verified: true, truncated: false } });
    expect(capinfosCount(await platform.read(pcap!.key))).toBe(500);
  });

  it.concurrent('keeps what there is when it is told to stop, and shows numbers on the way', async () => {
    const port = await freePort();
    const task = await platform.run(server, { spec: { filter: { port } }, durationSec: null });
    await platform.reaches(task, 'ready');
    await platform.start([task]);
    await platform.reaches(task, 'capturing');
    await sendPackets(port, 120);
    await platform.counts(task, 120);
    await platform.stop(task);
    await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'completed', metrics: { packets_captured: 120 } });
    expect(platform.artifacts(task).map(({ kind }) => kind)).toEqual(['pcap', 'transcript']);
    expect(platform.finished(task)?.artifacts).toEqual(platform.artifacts(task));
  });

  it.concurrent('stores nothing when it is cancelled, and cleans the host', async () => {
    const port = await freePort();
    const task = await platform.run(server, { account: 'capture', spec: { filter: { port } } });
    await platform.reaches(task, 'ready');
    await platform.start([task]);
    await platform.reaches(task, 'capturing');
    await platform.cancel(task);
    await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'cancelled' });
    expect(platform.artifacts(task)).toEqual([]);
    const stored: string[] = [];
    for await (const { key } of platform.store.list(task.key_prefix)) {
      stored.push(key);
    }
    expect(stored).toEqual([]);
  });

  it.concurrent('is cancelled when it is told to stop before it has begun', async () => {
    const task = await platform.run(server);
    await platform.reaches(task, 'ready');
    await platform.stop(task);
    await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'cancelled', capture_began: false });
  });

  it.concurrent('is over at once when its cancellation came before it', () =>
    alone(async (own) => {
      const task = await platform.task(own);
      await platform.cancel(task);
      await eventually(async () => (await platform.tableCount('task_tombstones')) > 0);
      await platform.orchestrator.send(taskCommands['device-collector'].run, task);
      await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'cancelled', capture_began: false });
      expect(own.logins).toBe(0);
    }));

  it.concurrent('is worked on once when its order comes twice', async () => {
    const task = await platform.task(server, { durationSec: 1 });
    await platform.orchestrator.send(taskCommands['device-collector'].run, task);
    await platform.orchestrator.send(taskCommands['device-collector'].run, task);
    await platform.reaches(task, 'ready');
    await platform.start([task]);
    await platform.ends(task);
    expect(platform.states(task).filter((state) => state === 'ready')).toHaveLength(1);
  });

  it.concurrent('§A5: is one of two on the same host, each with its own end: the failure of one is written on that one', async () => {
    const port = await freePort();
    const good = await platform.run(server, { spec: { filter: { port } }, durationSec: null });
    const bad = await platform.run(server, { spec: { interface: 'eth99' } });
    await expect(platform.ends(bad)).resolves.toMatchObject({ outcome: 'failed', error: { code: 'BAD_INTERFACE' } });
    await platform.reaches(good, 'ready');
    await platform.start([good]);
    await platform.reaches(good, 'capturing');
    await sendPackets(port, 20);
    await platform.counts(good, 20);
    await platform.stop(good);
    await expect(platform.ends(good)).resolves.toMatchObject({ outcome: 'completed', metrics: { packets_captured: 20 } });
  });

  it.concurrent('completes with a remark when no packet matched', async () => {
    const task = await platform.run(server, { spec: { filter: { port: await freePort() } }, durationSec: 1 });
    await platform.reaches(task, 'ready');
    await platform.start([task]);
    const finished = await platform.ends(task);
    expect(finished).toMatchObject({ outcome: 'completed', metrics: { packets_captured: 0 } });
    expect(finished.message).toContain('no packet matched');
    expect(platform.artifacts(task)[0]).toMatchObject({ kind: 'pcap', size: 24 });
  });

  it.concurrent('holds no packet of its own SSH connection', () =>
    alone(async (own) => {
      const port = await freePort();
      const task = await platform.run(own, { spec: { filter: { host: '127.0.0.1', protocol: 'ip' } }, durationSec: 3 });
      await platform.reaches(task, 'ready');
      await platform.start([task]);
      await platform.reaches(task, 'capturing');
      await sendPackets(port, 30);
      await platform.ends(task);
      const pcap = platform.artifacts(task).find(({ kind }) => kind === 'pcap');
      const file = await platform.read(pcap!.key);
      expect(countMatching(file, `udp port ${port}`)).toBe(30);
      expect(countMatching(file, `tcp port ${own.port}`)).toBe(0);
    }));

  it.concurrent('goes on after its SSH connection was cut', () =>
    alone(async (own) => {
      const port = await freePort();
      const task = await platform.run(own, { account: 'capture', spec: { filter: { port } }, durationSec: null });
      await platform.reaches(task, 'ready');
      await platform.start([task]);
      await platform.reaches(task, 'capturing');
      await sendPackets(port, 40);
      const [before] = own.tcpdumps();
      const logins = own.logins;
      own.cutConnections();
      await eventually(() => own.logins > logins, () => own.log);
      await sendPackets(port, 60);
      expect(own.tcpdumps()).toEqual([before]);
      await platform.stop(task);
      await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'completed', metrics: { packets_captured: 100 } });
    }));

  it.concurrent('tells when somebody on the host ended tcpdump, and keeps the file', () =>
    alone(async (own) => {
      const port = await freePort();
      const task = await platform.run(own, { spec: { filter: { port } }, durationSec: null });
      await platform.reaches(task, 'ready');
      await platform.start([task]);
      await platform.reaches(task, 'capturing');
      await sendPackets(port, 10);
      await platform.counts(task, 10);
      own.inside(`kill -INT ${own.tcpdumps().join(' ')}`);
      const finished = await platform.ends(task);
      expect(finished).toMatchObject({ outcome: 'failed', error: { code: 'DEVICE_LOST' }, capture_began: true, metrics: { packets_captured: 10 } });
      expect(platform.artifacts(task)[0]).toMatchObject({ kind: 'pcap', meta: { packets: 10, verified: true } });
    }));

  it.concurrent('sends a wrong password exactly once', () =>
    alone(async (own) => {
      const task = await platform.run(own, { password: 'wrong-Pa55' });
      await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'failed', error: { code: 'AUTH_FAILED', retryable: false }, capture_began: false });
      expect(own.refusedPasswords).toBe(1);
      const transcript = await platform.read(platform.artifacts(task)[0]!.key);
      expect(transcript.toString()).not.toContain('wrong-Pa55');
    }));

  it.concurrent('tells a user without rights which line sudoers needs', async () => {
    const task = await platform.run(server, { account: 'viewer' });
    const finished = await platform.ends(task);
    expect(finished).toMatchObject({ outcome: 'failed', error: { code: 'PRIV_INSUFFICIENT' } });
    expect(finished.error?.message).toContain('viewer ALL=(root) NOPASSWD: /usr/bin/tcpdump');
  });

  it.concurrent.each([
    ['an interface that is not there', { interface: 'eth99' }, 'BAD_INTERFACE', /it has .*lo/],
    ['a host name in the filter that the device does not know', { filter: { host: 'nosuch.invalid' } }, 'UNSUPPORTED_FILTER', /nosuch\.invalid/],
    ['a closed port', { port: 1 }, 'CONN_REFUSED', /refused/],
    ['an unknown host', { host: 'nosuch.invalid' }, 'HOST_NOT_FOUND', /not a known host name|could not be looked up/],
  ])('fails for %s', async (_name, spec, code, message) => {
    const task = await platform.run(server, { spec });
    const finished = await platform.ends(task);
    expect(finished).toMatchObject({ outcome: 'failed', error: { code }, capture_began: false });
    expect(finished.error?.message).toMatch(message);
  });

  it.concurrent.each([
    ['a newline in the interface', { interface: 'eth0\nreboot' }],
    ['a command in the filter', { filter: { host: '$(touch /tmp/injected)' } }],
    ['a quote in the filter', { filter: { src: "1.1.1.1' or '" } }],
    ['an option as the host', { host: '-oProxyCommand=reboot' }],
    ['an unknown field', { command: 'reboot' }],
  ])('never reaches a device with %s', async (_name, spec) => {
    const { errors } = await platform.orchestrator.rpc.call(checkTargets['device-collector'], { targets: [{ kind: 'packet-capture', spec: { ...(await platform.task(server)).spec, ...spec } }] });
    expect(errors.length).toBeGreaterThan(0);
    await listening(async (device) => {
      const task = await platform.run(device, { spec });
      await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'failed', capture_began: false });
      expect(device.connections()).toBe(0);
    });
  });

  it.concurrent('gives what a device type cannot do, an unknown credential and an unknown kind their own codes', async () => {
    const { spec } = await platform.task(server);
    const { errors } = await platform.orchestrator.rpc.call(checkTargets['device-collector'], {
      targets: [
        { kind: 'packet-capture', spec },
        { kind: 'packet-capture', spec: { ...spec, device_type: 'cucm', interface: 'eth7' } },
        { kind: 'packet-capture', spec: { ...spec, credential_id: '01890000-0000-7000-8000-000000000000' } },
        { kind: 'x-ray', spec },
        { kind: 'packet-capture', spec: { ...spec, filter: { src: '10.0.0.1', dest: '2001:db8::1' } } },
      ],
    });
    expect(errors.map(({ index, path, code }) => [index, path, code])).toEqual([
      [1, 'interface', 'UNSUPPORTED_OPTION'],
      [2, 'credential_id', 'CREDENTIAL_NOT_FOUND'],
      [3, 'kind', 'KIND_UNKNOWN'],
      [4, 'filter.dest', 'UNSUPPORTED_FILTER'],
    ]);
  });

  it.concurrent('sends no password to a host whose key has changed, until the new key is trusted', async () => {
    const first = await SshServer.start();
    const credentialId = await platform.createCredential('root', 'root-Pa55-of-the-test');
    const known = await platform.run(first, { credentialId, durationSec: 1 });
    await platform.reaches(known, 'ready');
    await platform.cancel(known);
    await platform.ends(known);
    await first.stop();

    const impostor = await SshServer.start({ port: first.port });
    try {
      const task = await platform.run(impostor, { credentialId });
      const finished = await platform.ends(task);
      expect(finished).toMatchObject({ outcome: 'failed', error: { code: 'HOSTKEY_MISMATCH' } });
      expect(impostor.refusedPasswords + impostor.logins).toBe(0);
      expect(impostor.log).not.toMatch(/for root/);
      await eventually(() => platform.orchestrator.heard.facts.some(({ type, data }) => type === deviceEvents.hostKeyChanged.type && (data['host_key'] as { port: number }).port === first.port));

      const { host_keys: changed } = await platform.orchestrator.rpc.call(credentialRpc.hostKeys, { status: 'changed' });
      const shown = changed.find(({ port }) => port === first.port);
      await platform.orchestrator.rpc.call(credentialRpc.trustHostKey, { host_key_id: shown!.host_key_id, requested_by: { type: 'user', id: '1', name: 'tester' } });
      const again = await platform.run(impostor, { credentialId });
      await platform.reaches(again, 'ready');
      await platform.cancel(again);
      await platform.ends(again);
    } finally {
      await impostor.stop();
    }
  });

  it.concurrent('speaks with servers that know keyboard-interactive only, and sends a wrong password there once too', async () => {
    const strict = await SshServer.start({ config: ['UsePAM yes', 'PasswordAuthentication no', 'KbdInteractiveAuthentication yes'] });
    try {
      const task = await platform.run(strict);
      await platform.reaches(task, 'ready');
      await platform.cancel(task);
      await platform.ends(task);
      const wrong = await platform.run(strict, { password: 'wrong-Pa55' });
      await expect(platform.ends(wrong)).resolves.toMatchObject({ error: { code: 'AUTH_FAILED' } });
      expect(strict.log.split('\n').filter((line) => line.includes('authentication failure') || line.includes('Failed keyboard-interactive')).length).toBe(1);
    } finally {
      await strict.stop();
    }
  });

  it.concurrent('reads files without SFTP, and logs in with a key', async () => {
    const plain = await SshServer.start({ sftp: false, config: ['PasswordAuthentication no'], shell: '/bin/dash' });
    try {
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'open sesame', '-f', `${plain.folder}/user`]);
      const credentialId = await platform.createKeyCredential('root', `${plain.folder}/user`, 'open sesame', (publicKey) => plain.allowKey('root', publicKey));
      const port = await freePort();
      const task = await platform.run(plain, { credentialId, spec: { filter: { port } }, durationSec: 3 });
      await platform.reaches(task, 'ready');
      await platform.start([task]);
      await platform.reaches(task, 'capturing');
      await sendPackets(port, 25);
      await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'completed', metrics: { packets_captured: 25 } });
    } finally {
      await plain.stop();
    }
  });

  it.concurrent('tells both sides lists when there is no algorithm in common', async () => {
    const old = await SshServer.start({ config: ['KexAlgorithms diffie-hellman-group14-sha1'] });
    try {
      const task = await platform.run(old, { spec: { legacy_crypto: 'never' } });
      const finished = await platform.ends(task);
      expect(finished).toMatchObject({ outcome: 'failed', error: { code: 'KEX_MISMATCH', details: { device_offers: { kex: expect.arrayContaining(['diffie-hellman-group14-sha1']) } } } });
    } finally {
      await old.stop();
    }
  });

  // Behind the others and one at a time: a kernel that is kept from its work drops packets.
  it('starts at T0, and keeps the newest files of a ring, oldest first', async () => {
    const port = await freePort();
    const task = await platform.run(server, { account: 'capture', spec: { filter: { port }, mode: 'rotating', size_per_file_mb: 1, max_files: 3 }, durationSec: null });
    await platform.reaches(task, 'ready');
    const t0 = await platform.start([task]);
    await platform.reaches(task, 'capturing');
    const sentAt = Date.parse(platform.advanced(task, 'capturing')?.start_sent_at ?? '');
    expect(sentAt - t0).toBeGreaterThanOrEqual(0);
    expect(sentAt - t0).toBeLessThan(50);
    await sendPackets(port, 4_500, 1_000);
    await platform.counts(task, 4_500);
    await platform.stop(task);
    const finished = await platform.ends(task);
    expect(finished).toMatchObject({ outcome: 'completed', metrics: { files: 3 } });
    const files = platform.artifacts(task).filter(({ kind }) => kind === 'pcap');
    expect(files.map(({ name }) => name)).toEqual(['127.0.0.1_lo_01.pcap', '127.0.0.1_lo_02.pcap', '127.0.0.1_lo_03.pcap']);
    const firsts = files.map(({ meta }) => Date.parse(String(meta['first_packet_at'])));
    expect([...firsts].sort((a, b) => a - b)).toEqual(firsts);
    const counts = await Promise.all(files.map(async ({ key }) => capinfosCount(await platform.read(key))));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(finished.metrics?.['packets_captured']);
    expect(files.map(({ meta }) => meta['packets'])).toEqual(counts);
  });

  it('tells the truth about a disk that ran full', async () => {
    const small = await SshServer.start({ varTmpMiB: 4 });
    try {
      const port = await freePort();
      const task = await platform.run(small, { spec: { filter: { port } }, durationSec: null });
      await platform.reaches(task, 'ready');
      await platform.start([task]);
      await platform.reaches(task, 'capturing');
      await sendPackets(port, 6_000, 1_000);
      await eventually(() => platform.orchestrator.heard.progress.some((sample) => sample.target_id === task.target_id && sample.message?.includes('full') === true));
      await platform.stop(task);
      const finished = await platform.ends(task);
      expect(finished).toMatchObject({ outcome: 'failed', error: { code: 'FILE_TRUNCATED', details: { disk_full: true } }, capture_began: true });
      // A busy kernel may drop some before tcpdump sees them.
      const counted = Number(finished.error?.details?.['packets_counted_by_device']);
      expect(counted).toBeGreaterThan(1_000);
      expect(finished.error?.message).toContain('the disk of the device was full');
      const pcap = platform.artifacts(task).find(({ kind }) => kind === 'pcap');
      expect(pcap).toMatchObject({ meta: { verified: false, truncated: true } });
      expect(finished.metrics?.['packets_captured']).toBeLessThan(counted);
      expect(small.leftFolders()).toEqual([]);
    } finally {
      await small.stop();
    }
  });

  it('has left nothing on the host', () => isClean(server));
});
