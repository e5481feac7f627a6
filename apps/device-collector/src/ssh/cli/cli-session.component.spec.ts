import { generateKeyPairSync } from 'node:crypto';
import { AppError, systemClock } from '@capstan/kernel';
import { Server, type ServerChannel } from 'ssh2';
import { directTcp } from '../socket-opener.client';
import type { SshConnection } from '../ssh-connection.client';
import { SshConnector } from '../ssh-connector.client';
import { CliSession } from './cli-session.client';

const never = new AbortController().signal;
const trustAll = { knownKeyType: () => Promise.resolve(undefined), check: () => Promise.resolve() };

/** A device with a terminal, as small as one can be. */
class TinyDevice {
  private readonly server: Server;
  terminal: { cols: number; rows: number; term: string } | undefined;
  channel: ServerChannel | undefined;
  answers: Record<string, string> = {};

  private constructor() {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048, privateKeyEncoding: { type: 'pkcs1', format: 'pem' }, publicKeyEncoding: { type: 'pkcs1', format: 'pem' } });
    this.server = new Server({ hostKeys: [privateKey], ident: 'Cisco-1.25' }, (client) => {
      client.on('error', () => undefined);
      client.on('authentication', (context) => context.accept());
      client.on('session', (accept) => {
        const session = accept();
        session.on('pty', (acceptPty, _reject, info) => {
          this.terminal = { cols: info.cols, rows: info.rows, term: (info as unknown as { term: string }).term };
          acceptPty();
        });
        session.on('shell', (acceptShell) => this.serve(acceptShell()));
      });
    });
  }

  static async start(): Promise<TinyDevice> {
    const device = new TinyDevice();
    await new Promise<void>((resolve) => device.server.listen(0, '127.0.0.1', () => resolve()));
    return device;
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }

  stop(): Promise<void> {
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private serve(channel: ServerChannel): void {
    this.channel = channel;
    channel.write('\r\nUnauthorised access is prohibited. Ask dept #\r\n\r\nR1>');
    channel.on('data', (data: Buffer) => {
      for (const line of data.toString().split(/(?<=\n)/)) {
        channel.write(this.answers[line.trim()] ?? `${line.trim()}\r\nR1>`);
      }
    });
  }
}

describe(CliSession.name, () => {
  let device: TinyDevice;
  let connection: SshConnection;
  let sut: CliSession;

  beforeEach(async () => {
    device = await TinyDevice.start();
    const pending = await new SshConnector(systemClock, directTcp, trustAll).connect({ host: '127.0.0.1', port: device.port }, never);
    connection = await pending.authenticate({ username: 'admin', password: 'x' }, never);
    sut = new CliSession(await connection.shell(never), systemClock, { host: 'r1' });
    await sut.sync(5_000, never);
  });

  afterEach(async () => {
    await connection.end(AbortSignal.timeout(1_000));
    await device.stop();
  });

  it('asks for a terminal wide and high enough, and learns the prompt', () => {
    expect(device.terminal).toEqual({ cols: 512, rows: 1_000, term: 'vt100' });
    expect(sut.prompt).toBe('R1>');
  });

  it('reads megabytes through a consumer', async () => {
    const lines = Array.from({ length: 40_000 }, (_, index) => `${index} `.padEnd(50, 'x'));
    device.answers['show tech'] = `show tech\r\n${lines.join('\r\n')}\r\nR1>`;
    let count = 0;
    await sut.run('show tech', never, { onLine: () => (count += 1) });
    expect(count).toBe(40_000);
  });

  it('tells that the device ended the session, and that the connection broke', async () => {
    device.answers['exit'] = '';
    const running = sut.run('exit', never);
    setImmediate(() => device.channel?.end());
    await expect(running).rejects.toMatchObject({ code: 'DEVICE_LOST' });
    await expect(sut.run('show clock', never)).rejects.toMatchObject({ code: 'DEVICE_LOST' });
  });

  it('leaves politely, and does not wait for a device that stays', async () => {
    device.answers['exit'] = 'exit\r\n';
    const before = systemClock.monotonic();
    await sut.leave('exit', 100);
    expect(systemClock.monotonic() - before).toBeLessThan(2_000);
    await expect(sut.closed).resolves.toBeInstanceOf(AppError);
  });
});
