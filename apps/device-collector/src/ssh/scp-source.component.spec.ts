import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { AppError, systemClock } from '@capstan/kernel';
import { ACCOUNTS, SshServer } from '../../test/ssh-server';
import { openScpSource } from './scp-source.client';
import { directTcp } from './socket-opener.client';
import type { SshConnection } from './ssh-connection.client';
import { SshConnector } from './ssh-connector.client';

const never = new AbortController().signal;
const trustAll = { knownKeyType: () => Promise.resolve(undefined), check: () => Promise.resolve() };
const hashOf = async (body: Readable): Promise<string> => {
  const hash = createHash('sha256');
  for await (const chunk of body) {
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
};

describe(`${openScpSource.name} against OpenSSH's scp -f`, () => {
  let server: SshServer;
  let connection: SshConnection;

  beforeAll(async () => {
    server = await SshServer.start();
    const pending = await new SshConnector(systemClock, directTcp, trustAll).connect(server, never);
    connection = await pending.authenticate({ username: 'root', password: ACCOUNTS.root.password }, never);
  });

  afterAll(async () => {
    await connection.end(AbortSignal.timeout(1_000));
    await server.stop();
  });

  it.each([0, 1, 32_767, 32_768, 32_769, 5_000_003])('reads a file of %d bytes exactly', async (size) => {
    const path = `/var/tmp/scp-${size}.bin`;
    const expected = server.inside(`head -c ${size} /dev/urandom > ${path}; sha256sum ${path}`).split(' ')[0];
    const file = await openScpSource(connection, path, never);
    expect(file).toMatchObject({ size, name: `scp-${size}.bin` });
    await expect(hashOf(file.body)).resolves.toBe(expected);
  });

  it('tells that there is no such file, and that a folder is none', async () => {
    await expect(openScpSource(connection, '/var/tmp/nothing', never)).rejects.toMatchObject({ code: 'FILE_MISSING' });
    await expect(openScpSource(connection, '/var/tmp', never)).rejects.toMatchObject({ code: expect.stringMatching(/SCP_UNAVAILABLE|FILE_MISSING/) });
  });

  it('lets go when it is told to, and the connection lives on', async () => {
    server.inside('head -c 20000000 /dev/zero > /var/tmp/large.bin');
    const abort = new AbortController();
    const file = await openScpSource(connection, '/var/tmp/large.bin', abort.signal);
    const reading = hashOf(file.body);
    abort.abort(new AppError('CANCELLED', 'no more'));
    await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' });
    const again = await openScpSource(connection, '/var/tmp/scp-1.bin', never);
    expect(again.size).toBe(1);
    again.body.destroy();
  });

  it('sends no path that a shell could take for more than one word', async () => {
    await expect(openScpSource(connection, '/var/tmp/x; reboot', never)).rejects.toMatchObject({ code: 'UNSAFE_ARGUMENT' });
  });
});
