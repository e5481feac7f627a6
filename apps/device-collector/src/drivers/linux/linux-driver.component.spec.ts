import { systemClock, systemIds } from '@capstan/kernel';
import { ACCOUNTS, type AccountName, eventually, SshServer } from '../../../test/ssh-server';
import type { CaptureDialogue } from '../../packet-capture/capture-driver';
import { Transcript } from '../../packet-capture/transcript';
import { HttpsConnector } from '../../https/https-connector.client';
import { directTcp } from '../../ssh/socket-opener.client';
import { SshConnector } from '../../ssh/ssh-connector.client';
import { LinuxDriver } from './linux-driver';

const never = new AbortController().signal;
const trustAll = { knownKeyType: () => Promise.resolve(undefined), check: () => Promise.resolve() };

describe(LinuxDriver.name, () => {
  let server: SshServer;

  beforeAll(async () => {
    server = await SshServer.start();
  });

  afterAll(async () => {
    await server.stop();
  });

  afterEach(async () => {
    await eventually(() => server.processes().length === 0 && server.leftFolders().length === 0, () => JSON.stringify([server.processes(), server.leftFolders()]));
  });

  async function armed(account: AccountName, durationSec: number | null, options = {}): Promise<CaptureDialogue> {
    const { password } = ACCOUNTS[account];
    const sut = new LinuxDriver(options).open({
      taskId: systemIds.next(),
      target: { kind: 'packet-capture', device_type: 'linux', host: server.host, port: server.port, interface: 'lo', credential_id: '', mode: 'standard', size_per_file_mb: 1, max_files: 3, filter: { port: 9 }, on_unsupported: 'refuse' },
      durationSec,
      login: { username: account, password },
      ssh: new SshConnector(systemClock, directTcp, trustAll),
      https: new HttpsConnector(systemClock, directTcp, trustAll),
      start: { t0Known: false, sentAt: undefined, over: false },
      clock: systemClock,
      transcript: new Transcript(systemClock, [password]),
    });
    await sut.connect(never);
    await sut.authenticate(never);
    const { clock } = await sut.preflight(never);
    // The same machine's clock: whatever is measured must be explained by the stated uncertainty.
    expect(Math.abs(clock?.offsetMs ?? Infinity)).toBeLessThanOrEqual((clock?.uncertaintyMs ?? 0) + 5);
    sut.plan();
    await sut.configure(never);
    await sut.arm(never);
    return sut;
  }

  it('leaves nothing on a host that was armed and never started', async () => {
    const sut = await armed('root', 10);
    expect(server.leftFolders()).toHaveLength(2);
    await sut.disconnect(never);
    await eventually(() => server.leftFolders().length === 0);
  });

  it.each(['root', 'capture'] as const)('lets the host of %s end a capture that outlives its time, although nobody is there to stop it', async (account) => {
    const sut = await armed(account, 1, { graceSec: 1 });
    const plan = sut.plan();
    sut.start();
    await sut.verifyRunning(never);
    expect(server.tcpdumps()).toHaveLength(1);
    await eventually(() => server.tcpdumps().length === 0);
    await expect(sut.verifyStopped(never)).resolves.toMatchObject({ packets: 0, end: { reason: 'limit', code: 'LIMIT_REACHED' } });
    await sut.cleanup(plan, never);
    await sut.disconnect(never);
  });

  it('kills a capture that cannot be collected any more', async () => {
    const sut = await armed('capture', 60);
    const plan = sut.plan();
    sut.start();
    await sut.verifyRunning(never);
    await sut.cleanup(plan, never);
    expect(server.tcpdumps()).toEqual([]);
    await sut.disconnect(never);
  });
});
