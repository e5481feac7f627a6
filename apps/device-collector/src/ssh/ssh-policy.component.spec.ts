import { generateKeyPairSync } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { AppError, systemClock } from '@capstan/kernel';
import { Server, type ServerConfig } from 'ssh2';
import { ACCOUNTS, eventually, SshServer } from '../../test/ssh-server';
import type { PresentedHostKey } from './host-key';
import { type HostKeyPolicy, type NegotiatedAlgorithms, SshConnector } from './ssh-connector.client';
import type { SshEndpoint } from './ssh-error';
import { type SshWay, wayTo } from './ssh-way';

const never = new AbortController().signal;
const { privateKey: HOST_KEY } = generateKeyPairSync('rsa', { modulusLength: 2_048, privateKeyEncoding: { type: 'pkcs1', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
const PASSWORD = 'gear-Pa55-of-the-test';

/** Gear with only what it is given, which counts every secret it is sent. */
class Gear {
  readonly secrets: string[] = [];
  readonly host = '127.0.0.1';

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(algorithms: ServerConfig['algorithms'], methods: readonly ('password' | 'keyboard-interactive')[] = ['password'], ident?: string): Promise<Gear> {
    const secrets: string[] = [];
    const server = new Server({ hostKeys: [HOST_KEY], ...(algorithms === undefined ? {} : { algorithms }), ...(ident === undefined ? {} : { ident }) }, (client) => {
      client.on('error', () => undefined);
      client.on('authentication', (context) => {
        if (context.method === 'password' && methods.includes('password')) {
          secrets.push(context.password);
          return context.password === PASSWORD ? context.accept() : context.reject([...methods]);
        }
        if (context.method === 'keyboard-interactive' && methods.includes('keyboard-interactive')) {
          return context.prompt([{ prompt: 'Password: ', echo: false }], (answers) => {
            secrets.push(...answers);
            return answers[0] === PASSWORD ? context.accept() : context.reject([...methods]);
          });
        }
        return context.reject([...methods]);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const gear = new Gear(server, (server.address() as AddressInfo).port);
    Object.assign(gear, { secrets });
    return gear;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}

class Keys implements HostKeyPolicy {
  readonly met = new Map<string, PresentedHostKey>();
  knownKeyType(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
  async check({ host, port }: SshEndpoint, presented: PresentedHostKey): Promise<void> {
    this.met.set(`${host}:${port}`, presented);
  }
}

describe('SSH policy', () => {
  const gears: Gear[] = [];
  const servers: SshServer[] = [];
  const agreed: (SshEndpoint & NegotiatedAlgorithms)[] = [];
  const keys = new Keys();

  afterEach(async () => {
    agreed.length = 0;
    await Promise.all(gears.splice(0).map((gear) => gear.stop()));
  });
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  async function gear(...wish: Parameters<typeof Gear.start>): Promise<Gear> {
    const made = await Gear.start(...wish);
    gears.push(made);
    return made;
  }

  async function sshd(options: Parameters<typeof SshServer.start>[0] = {}): Promise<SshServer> {
    const server = await SshServer.start(options);
    servers.push(server);
    return server;
  }

  function connector(way: SshWay, logins: Parameters<typeof wayTo>[1] = []): SshConnector {
    return wayTo(way, logins, { clock: systemClock, hostKeys: keys, onNegotiated: (endpoint, negotiated) => agreed.push({ ...endpoint, ...negotiated }) }).ssh;
  }

  async function refusal(work: Promise<unknown>): Promise<AppError> {
    return work.then(
      () => { throw new Error('it was not refused'); },
      (error: unknown) => error as AppError,
    );
  }

  const GROUP1 = { kex: ['diffie-hellman-group1-sha1'], cipher: ['3des-cbc'], serverHostKey: ['ssh-rsa'], hmac: ['hmac-sha1'] } satisfies ServerConfig['algorithms'];
  const GROUP14 = { kex: ['diffie-hellman-group14-sha1'], cipher: ['aes128-cbc'], serverHostKey: ['ssh-rsa'], hmac: ['hmac-sha1'] } satisfies ServerConfig['algorithms'];

  describe('on outdated algorithms', () => {
    it.each([['group1 and 3DES', GROUP1], ['group14 and CBC', GROUP14]] as const)('auto comes back with them for gear that has only %s, and says that it is weak', async (_name, algorithms) => {
      const server = await gear(algorithms, ['password'], 'Cisco-1.25');
      const pending = await connector(server).connect(server, never);
      const connection = await pending.authenticate({ username: 'admin', password: PASSWORD }, never);
      expect(pending.negotiated).toMatchObject({ kex: algorithms.kex[0], cipher: algorithms.cipher[0], weak: [algorithms.kex[0], 'ssh-rsa', algorithms.cipher[0], 'hmac-sha1'] });
      expect(server.secrets).toEqual([PASSWORD]);
      connection.destroy();
    });

    it('never refuses such gear, shows both lists and says what would help; nothing secret is sent', async () => {
      const server = await gear(GROUP14);
      const error = await refusal(connector({ ...server, host: server.host, port: server.port, legacy_crypto: 'never' }).connect(server, never));
      expect(error).toMatchObject({ code: 'KEX_MISMATCH', retryable: false, message: expect.stringContaining('legacy_crypto') });
      expect(error.details?.['device_offers']).toMatchObject({ kex: expect.arrayContaining(['diffie-hellman-group14-sha1']), cipher: ['aes128-cbc'] });
      expect((error.details?.['we_offer'] as { kex: string[] }).kex).not.toContain('diffie-hellman-group14-sha1');
      expect(server.secrets).toEqual([]);
    });

    it('auto asks a modern device for modern algorithms only, and always still prefers them', async () => {
      const server = await sshd();
      for (const legacy_crypto of ['auto', 'always'] as const) {
        const pending = await connector({ host: server.host, port: server.port, legacy_crypto }).connect(server, never);
        expect(pending.negotiated.weak).toEqual([]);
        pending.abandonUnlessLoggedIn();
      }
    });

    it('shows both lists also when not even the outdated ones are shared', async () => {
      const server = await gear({ ...GROUP14, hmac: ['hmac-md5'] });
      const error = await refusal(connector(server).connect(server, never));
      expect(error).toMatchObject({ code: 'KEX_MISMATCH', details: { device_offers: { hmac: ['hmac-md5'] } } });
      expect((error.details?.['we_offer'] as { hmac: string[] }).hmac).toContain('hmac-sha1');
    });

    it('reaches an OpenSSH server that was told to speak as gear does', async () => {
      const server = await sshd({ config: ['KexAlgorithms diffie-hellman-group14-sha1', 'HostKeyAlgorithms ssh-rsa', 'Ciphers aes128-cbc', 'MACs hmac-sha1'] });
      const pending = await connector(server).connect(server, never);
      const connection = await pending.authenticate({ username: 'root', password: ACCOUNTS.root.password }, never);
      await expect(connection.exec('echo there', never)).resolves.toMatchObject({ stdout: 'there\n' });
      expect(agreed.at(-1)?.weak).toContain('ssh-rsa');
      connection.destroy();
    });
  });

  describe('on passwords', () => {
    it.each([
      ['password', ['password']],
      ['keyboard-interactive', ['keyboard-interactive']],
      ['either', ['password', 'keyboard-interactive']],
    ] as const)('a wrong one is sent once to gear that takes %s', async (_name, methods) => {
      const server = await gear(undefined, methods);
      const pending = await connector(server).connect(server, never);
      await expect(pending.authenticate({ username: 'admin', password: 'wrong' }, never)).rejects.toMatchObject({ code: 'AUTH_FAILED', retryable: false });
      expect(server.secrets).toEqual(['wrong']);
    });

    it('answers the single question of keyboard-interactive', async () => {
      const server = await gear(undefined, ['keyboard-interactive']);
      const pending = await connector(server).connect(server, never);
      const connection = await pending.authenticate({ username: 'admin', password: PASSWORD }, never);
      expect(connection.alive).toBe(true);
      connection.destroy();
    });
  });

  describe('on host keys', () => {
    it('accepts the pinned key, with its type where the host has several', async () => {
      const server = await sshd();
      const fingerprint = execFileSync('ssh-keygen', ['-lf', join(server.folder, 'rsa.pub')], { encoding: 'utf8' }).split(' ')[1] ?? '';
      const pending = await connector({ host: server.host, port: server.port, host_key: `ssh-rsa ${fingerprint}` }).connect(server, never);
      expect(pending.negotiated.hostKey).toMatch(/^rsa-sha2/);
      pending.abandonUnlessLoggedIn();
      expect(keys.met.has(`${server.host}:${server.port}`)).toBe(false);
    });

    it('blocks any other key, and no password is sent', async () => {
      const server = await gear(undefined);
      const error = await refusal(connector({ host: server.host, port: server.port, host_key: `SHA256:${'A'.repeat(43)}` }).connect(server, never));
      expect(error).toMatchObject({ code: 'HOSTKEY_MISMATCH', details: { pinned: `SHA256:${'A'.repeat(43)}` } });
      expect(server.secrets).toEqual([]);
    });
  });

  describe('through jump hosts', () => {
    it('goes over three of them, each with its own key check and login, and leaves none behind', async () => {
      const [first, second, third, device] = [await sshd(), await sshd(), await sshd(), await sshd()] as const;
      const hop = ({ host, port }: SshServer) => ({ host, port, credential_id: '00000000-0000-4000-8000-000000000001' });
      keys.met.clear();
      const sut = connector({ host: device.host, port: device.port, jump: [hop(first), hop(second), hop(third)] }, [
        { username: 'root', password: ACCOUNTS.root.password },
        { username: 'capture', password: ACCOUNTS.capture.password },
        { username: 'viewer', password: ACCOUNTS.viewer.password },
      ]);
      const pending = await sut.connect(device, never);
      const connection = await pending.authenticate({ username: 'root', password: ACCOUNTS.root.password }, never);
      await expect(connection.exec('echo behind three', never)).resolves.toMatchObject({ stdout: 'behind three\n' });
      expect([...keys.met.keys()]).toEqual([first, second, third, device].map(({ host, port }) => `${host}:${port}`));
      expect([first, second, third, device].map(({ logins }) => logins)).toEqual([1, 1, 1, 1]);
      await connection.end(never);
      for (const server of [first, second, third]) {
        await eventually(() => /Disconnected from|Connection closed|Received disconnect|Close session|Connection reset by peer/.test(server.log), () => server.log);
      }
    });

    it('spends one password on a jump host that refuses it, and names that host', async () => {
      const [jump, device] = [await gear(undefined, ['password', 'keyboard-interactive']), await sshd()];
      const sut = connector({ host: device.host, port: device.port, jump: [{ host: jump.host, port: jump.port, credential_id: '00000000-0000-4000-8000-000000000001' }] }, [{ username: 'x', password: 'wrong' }]);
      await expect(sut.connect(device, never)).rejects.toMatchObject({ code: 'AUTH_FAILED', retryable: false, message: expect.stringContaining('Jump host'), details: { jump: `${jump.host}:${jump.port}` } });
      expect(jump.secrets).toEqual(['wrong']);
      expect(device.logins).toBe(0);
    });

    it('tells a device that the jump host cannot reach from a jump host that forwards nothing', async () => {
      const [open, closed] = [await sshd(), await sshd({ config: ['AllowTcpForwarding no'] })];
      const way = (jump: SshServer) => connector({ host: '127.0.0.1', port: 1, jump: [{ host: jump.host, port: jump.port, credential_id: '00000000-0000-4000-8000-000000000001' }] }, [{ username: 'root', password: ACCOUNTS.root.password }]);
      await expect(way(open).connect({ host: '127.0.0.1', port: 1 }, never)).rejects.toMatchObject({ code: 'CONN_REFUSED', retryable: true });
      await expect(way(closed).connect({ host: '127.0.0.1', port: 1 }, never)).rejects.toMatchObject({ code: 'JUMP_REFUSED', retryable: false });
    });

    it('blocks at a jump host with another key than the pinned one, before its login', async () => {
      const [jump, device] = [await gear(undefined), await sshd()];
      const sut = connector({ host: device.host, port: device.port, jump: [{ host: jump.host, port: jump.port, credential_id: '00000000-0000-4000-8000-000000000001', host_key: `SHA256:${'A'.repeat(43)}` }] }, [{ username: 'x', password: PASSWORD }]);
      await expect(sut.connect(device, never)).rejects.toMatchObject({ code: 'HOSTKEY_MISMATCH' });
      expect(jump.secrets).toEqual([]);
    });
  });

  it('opens an encrypted private key with its passphrase', async () => {
    const server = await sshd();
    const file = join(server.folder, 'login-key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'open sesame', '-f', file]);
    server.allowKey('root', readFileSync(`${file}.pub`, 'utf8').trim());
    const pending = await connector(server).connect(server, never);
    const connection = await pending.authenticate({ username: 'root', privateKey: readFileSync(file, 'utf8'), passphrase: 'open sesame' }, never);
    await expect(connection.exec('id -un', never)).resolves.toMatchObject({ stdout: 'root\n' });
    connection.destroy();
  });
});
