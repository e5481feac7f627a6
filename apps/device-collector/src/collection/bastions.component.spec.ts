import type { Duplex } from 'node:stream';
import { AppError, systemClock } from '@capstan/kernel';
import { ACCOUNTS, eventually, SshServer } from '../../test/ssh-server';
import type { SshLogin } from '../ssh/auth-plan';
import { type Bastion, type BastionPorts, Bastions } from './bastions.client';

const never = new AbortController().signal;
const DEVICES = 20;

describe(Bastions.name, () => {
  const servers: SshServer[] = [];
  const made: Bastions[] = [];

  afterEach(() => made.splice(0).forEach((bastions) => bastions.close()));
  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  async function sshd(config: readonly string[] = []): Promise<SshServer> {
    const server = await SshServer.start({ config });
    servers.push(server);
    return server;
  }

  function bastions(): Bastions {
    const sut = new Bastions(systemClock);
    made.push(sut);
    return sut;
  }

  const hop = ({ host, port }: SshServer, credentialId = 'right'): Bastion => ({ host, port, credentialId });
  const ports: BastionPorts = {
    clock: systemClock,
    hostKeys: { knownKeyType: () => Promise.resolve(undefined), check: () => Promise.resolve() },
    login: (credentialId): Promise<SshLogin> => Promise.resolve({ username: 'capture', password: credentialId === 'right' ? ACCOUNTS.capture.password : 'wrong' }),
  };

  /** The first words of whoever is reached. */
  const greeting = (stream: Duplex): Promise<string> => new Promise((resolve, reject) => stream.once('data', (chunk: Buffer) => resolve(chunk.toString('latin1'))).once('error', reject));

  it('are logged in to once, however many devices behind them are reached at the same moment', async () => {
    const [bastion, device] = [await sshd(), await sshd()];
    const sut = bastions();
    const streams = await Promise.all(Array.from({ length: DEVICES }, () => sut.through([hop(bastion)], ports).open(device, never)));
    expect(new Set((await Promise.all(streams.map(greeting))).map((words) => words.slice(0, 8)))).toEqual(new Set(['SSH-2.0-']));
    expect(bastion.logins).toBe(1);
    streams.forEach((stream) => stream.destroy());
    // Nobody uses it for a moment; the next device finds it open.
    expect(await greeting(await sut.through([hop(bastion)], ports).open(device, never))).toMatch(/^SSH-2\.0-/);
    expect(bastion.logins).toBe(1);
  }, 30_000);

  it('that lead to further ones share the part of the way they have in common', async () => {
    const [first, second, device] = [await sshd(), await sshd(), await sshd()];
    const sut = bastions();
    const streams = await Promise.all([...Array.from({ length: 5 }, () => [hop(first), hop(second)]), ...Array.from({ length: 5 }, () => [hop(first)])].map((chain) => sut.through(chain, ports).open(device, never)));
    await Promise.all(streams.map(greeting));
    expect([first.logins, second.logins]).toEqual([1, 1]);
  }, 30_000);

  it('get a refused password once, and everybody behind them is told of it', async () => {
    const bastion = await sshd();
    const sut = bastions();
    const reach = (): Promise<unknown> => sut.through([hop(bastion, 'wrong')], ports).open(bastion, never).catch((error: unknown) => error);
    const errors = [...(await Promise.all(Array.from({ length: DEVICES }, reach))), await reach()] as AppError[];
    expect(new Set(errors.map(({ code, retryable }) => `${code} ${retryable}`))).toEqual(new Set(['JUMP_AUTH_FAILED false']));
    await eventually(() => bastion.refusedPasswords > 0, () => bastion.log);
    expect(bastion.refusedPasswords).toBe(1);
  }, 30_000);

  it('that forward nothing fail each device with that reason, and are asked to run nothing instead', async () => {
    const bastion = await sshd(['AllowTcpForwarding no']);
    await expect(bastions().through([hop(bastion)], ports).open(bastion, never)).rejects.toMatchObject({ code: 'JUMP_REFUSED' });
    expect(bastion.log).not.toMatch(/Starting session/);
  }, 30_000);

  it('are logged in to again when their connection was lost', async () => {
    const [bastion, device] = [await sshd(), await sshd()];
    const sut = bastions();
    const lost = await sut.through([hop(bastion)], ports).open(device, never);
    const closed = new Promise((resolve) => lost.once('close', resolve));
    lost.on('error', () => undefined).resume();
    bastion.cutConnections();
    await closed;
    expect(await greeting(await sut.through([hop(bastion)], ports).open(device, never))).toMatch(/^SSH-2\.0-/);
    expect(bastion.logins).toBe(2);
  }, 30_000);
});
