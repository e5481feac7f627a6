import { AppError, systemClock } from '@capstan/kernel';
import { ACCOUNTS, eventually, SshServer } from '../../test/ssh-server';
import { directTcp } from './socket-opener.client';
import { SshConnection } from './ssh-connection.client';
import { SshConnector } from './ssh-connector.client';

const never = new AbortController().signal;
const trustAll = { knownKeyType: () => Promise.resolve(undefined), check: () => Promise.resolve() };

describe(SshConnection.name, () => {
  let server: SshServer;
  let sut: SshConnection;

  beforeAll(async () => {
    server = await SshServer.start();
  });

  beforeEach(async () => {
    const pending = await new SshConnector(systemClock, directTcp, trustAll).connect(server, never);
    sut = await pending.authenticate({ username: 'root', password: ACCOUNTS.root.password }, never);
  });

  afterEach(() => sut.end(never));
  afterAll(() => server.stop());

  it('learns the exit code of every command, however short and however many at once', async () => {
    for (let round = 0; round < 10; round += 1) {
      const results = await Promise.all(Array.from({ length: 40 }, (_, index) => sut.exec(`echo ${index}; exit ${index}`, never)));
      expect(results.map(({ stdout, code }) => [stdout, code])).toEqual(results.map((_, index) => [`${index}\n`, index]));
    }
  });

  it('gives a command its input and nothing else', async () => {
    await expect(sut.exec('cat; echo err >&2', never, { stdin: "it's $HOME\n" })).resolves.toEqual({ stdout: "it's $HOME\n", stderr: 'err\n', code: 0 });
  });

  it('gives up a command that prints without end', async () => {
    await expect(sut.exec('yes', never, { maxOutput: 100_000 })).rejects.toMatchObject({ code: 'OUTPUT_TOO_LARGE' });
    await expect(sut.exec('echo still there', never)).resolves.toMatchObject({ stdout: 'still there\n' });
  });

  it('lets go of a command when told so', async () => {
    const abort = new AbortController();
    const running = sut.exec('sleep 60', abort.signal);
    abort.abort(new AppError('CANCELLED', 'no more'));
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('ends whatever waits when the host goes away', async () => {
    const running = sut.exec('sleep 60', never);
    const told = expect(running).rejects.toMatchObject({ code: 'DEVICE_LOST' });
    server.cutConnections();
    await told;
    await eventually(() => !sut.alive);
    await expect(sut.exec('true', never)).rejects.toMatchObject({ code: 'DEVICE_LOST' });
  });
});
