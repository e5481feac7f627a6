import { systemClock, systemIds } from '@capstan/kernel';
import { capinfosCount, sendPackets } from '../../../test/packets';
import { ACCOUNTS, type AccountName, eventually, freePort, SshServer } from '../../../test/ssh-server';
import type { CaptureDialogue, CaptureSample, CaptureTarget } from '../../packet-capture/capture-driver';
import { Transcript } from '../../packet-capture/transcript';
import { directTcp } from '../../ssh/socket-opener.client';
import { SshConnector } from '../../ssh/ssh-connector.client';
import { LinuxDriver } from './linux-driver';
import { LINUX_DEFAULTS } from './linux-dialogue';

const never = new AbortController().signal;
const trustAll = { knownKeyType: () => Promise.resolve(undefined), check: () => Promise.resolve() };

describe(LinuxDriver.name, () => {
  let server: SshServer;
  let transcript: Transcript;

  beforeAll(async () => {
    server = await SshServer.start();
  });
  afterAll(async () => {
    await server.stop();
  });

  function open(account: AccountName, wish: Partial<CaptureTarget> = {}, options = {}): CaptureDialogue {
    const { password } = ACCOUNTS[account];
    transcript = new Transcript(systemClock, [password]);
    return new LinuxDriver({ ...LINUX_DEFAULTS, workFolders: ['/var/tmp'], ...options }).open({
      taskId: systemIds.next(),
      target: { kind: 'packet-capture', device_type: 'linux', host: server.host, port: server.port, interface: 'lo', credential_id: systemIds.next(), mode: 'standard', size_per_file_mb: 1, max_files: 3, filter: undefined, ...wish },
      durationSec: null,
      login: { username: account, password },
      ssh: new SshConnector(systemClock, directTcp, trustAll),
      clock: systemClock,
      transcript,
    });
  }

  it.each(['root', 'capture'] as const)('captures as %s exactly the packets that capinfos counts', async (account) => {
    const port = await freePort();
    const sut = open(account, { filter: { protocol: 'udp', port } });
    await sut.connect(never);
    await sut.authenticate(never);
    const report = await sut.preflight(never);
    const plan = sut.plan();
    await sut.configure(never);
    await sut.arm(never);
    const sentAt = sut.start();
    const startedAt = await sut.verifyRunning(never);
    const stopPolling = new AbortController();
    const samples: CaptureSample[] = [];
    const polling = sut.poll((sample) => samples.push(sample), stopPolling.signal).catch(() => 'stopped');
    await sendPackets(port, 500);
    await eventually(() => samples.some((sample) => sample.packets === 500), () => JSON.stringify(samples));
    stopPolling.abort(new Error('stop'));
    await polling;
    await sut.stop(never);
    const stopped = await sut.verifyStopped(never);
    const files: Buffer[] = [];
    for await (const file of sut.retrieve(never)) {
      files.push(Buffer.concat(await file.body.toArray() as Buffer[]));
    }
    await sut.cleanup(plan, never);
    await sut.disconnect(never);
    console.log(transcript.toString(), JSON.stringify({ report, stopped, samples: samples.slice(-2), spread: startedAt - sentAt }));
    expect(stopped.packets).toBe(500);
    expect(capinfosCount(files[0]!)).toBe(500);
    expect(server.leftFolders()).toEqual([]);
    expect(server.processes()).toEqual([]);
  });
});

