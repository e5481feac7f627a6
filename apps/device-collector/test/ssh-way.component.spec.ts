import { captureBytes, ExpresswayCluster } from '@capstan/lab';
import { freePort } from '@capstan/testing';
import { CollectorPlatform } from './collector-platform';
import { sendPackets } from './packets';
import { ACCOUNTS, eventually, SshServer } from './ssh-server';

/** Known to the jump host alone. */
const BEHIND = { name: 'expressway.behind-the-jump-host.test', address: '127.0.0.41' };

describe('a device behind a jump host', () => {
  let platform: CollectorPlatform;
  let jump: SshServer;
  let device: SshServer;

  beforeAll(async () => {
    const legacy = ['KexAlgorithms diffie-hellman-group14-sha1', 'HostKeyAlgorithms ssh-rsa', 'Ciphers aes128-cbc', 'MACs hmac-sha1'];
    [platform, jump, device] = await Promise.all([CollectorPlatform.open(), SshServer.start({ hosts: [`${BEHIND.address} ${BEHIND.name}`] }), SshServer.start({ config: legacy })]);
    await platform.startCollector();
  }, 120_000);

  afterAll(async () => {
    await platform.close();
    await Promise.all([jump.stop(), device.stop()]);
  });

  it('that knows only outdated algorithms is captured on, flagged as weak, and left clean; its jump host too', async () => {
    const port = await freePort();
    const credential = await platform.createCredential('viewer', "it's $(odd) `pass`\\word");
    const task = await platform.run(device, { spec: { filter: { port }, jump: [{ host: jump.host, port: jump.port, credential_id: credential }] }, durationSec: null });
    await platform.reaches(task, 'ready');
    await platform.start([task]);
    await platform.reaches(task, 'capturing');
    expect(await platform.removalOf(credential)).toBe('CREDENTIAL_IN_USE');
    await sendPackets(port, 40);
    await platform.counts(task, 40);
    await platform.stop(task);
    await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'completed', metrics: { packets_captured: 40, weak_crypto: 1 }, message: expect.stringContaining('outdated SSH algorithms') });
    const transcript = platform.artifacts(task).find(({ kind }) => kind === 'transcript');
    const text = (await platform.read(transcript!.key)).toString();
    expect(text).toContain(`${jump.host}:${jump.port} agreed on curve25519`);
    expect(text).toContain(`${device.host}:${device.port} agreed on diffie-hellman-group14-sha1, ssh-rsa, aes128-cbc, hmac-sha1`);
    expect(text).not.toContain('pass`');
    await eventually(() => device.processes().length === 0 && device.leftFolders().length === 0);
    expect(await platform.removalOf(credential)).toBe('removed');
  });

  it('is an Expressway whose name only the jump host knows: HTTPS goes through it too', async () => {
    const account = { username: 'api-admin', password: 'Expressway-Pa55-of-the-test' };
    const cluster = await ExpresswayCluster.start({ addresses: [BEHIND.address], account, capture: () => captureBytes([]), collectMs: 50 });
    try {
      const hop = { host: jump.host, port: jump.port, credential_id: await platform.createCredential('root', ACCOUNTS.root.password) };
      const credentialId = await platform.createCredential(account.username, account.password);
      const spec = { device_type: 'expressway', interface: 'eth0' };
      const straight = await platform.run({ host: BEHIND.name, port: cluster.port }, { credentialId, spec });
      await expect(platform.ends(straight)).resolves.toMatchObject({ outcome: 'failed', error: { code: 'HOST_NOT_FOUND' } });
      const task = await platform.run({ host: BEHIND.name, port: cluster.port }, { credentialId, spec: { ...spec, jump: [hop] }, durationSec: 1 });
      await platform.reaches(task, 'ready');
      await platform.start([task]);
      await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'completed', metrics: { files: 2 } });
      const transcript = platform.artifacts(task).find(({ kind }) => kind === 'transcript');
      expect((await platform.read(transcript!.key)).toString()).toContain(`${jump.host}:${jump.port} agreed on curve25519`);
    } finally {
      await cluster.stop();
    }
  });

  it('is refused before the start when a hop names a credential that does not exist', async () => {
    const task = await platform.task(device, { spec: { jump: [{ host: jump.host, port: jump.port, credential_id: '00000000-0000-4000-8000-00000000dead' }] } });
    await expect(platform.check(task)).resolves.toEqual([{ index: 0, path: 'jump.0.credential_id', code: 'CREDENTIAL_NOT_FOUND', message: 'no such credential' }]);
  });
});
