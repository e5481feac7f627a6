import { systemClock, systemIds } from '@capstan/kernel';
import { CUCM_11_5, CUCM_14, type CucmNode, type CucmNodeOptions, readRecording, SshGear, startCucmNode } from '@capstan/lab';
import { NODE_ACCOUNT, steadyPackets } from '../../../test/cucm-nodes';
import { capinfosCount } from '../../../test/packets';
import { eventually } from '../../../test/ssh-server';
import type { CaptureDialogue, CaptureTarget } from '../../packet-capture/capture-driver';
import { Transcript } from '../../packet-capture/transcript';
import { HttpsConnector } from '../../https/https-connector.client';
import { makeHostKeys } from '../../sftp-sink/sink-host-keys.repository';
import { SinkServer } from '../../sftp-sink/sink-server.client';
import { directTcp } from '../../ssh/socket-opener.client';
import { MODERN_ALGORITHMS } from '../../ssh/ssh-algorithms';
import { SshConnector } from '../../ssh/ssh-connector.client';
import { CucmDriver } from './cucm-driver';

const never = new AbortController().signal;
const trustAll = { knownKeyType: () => Promise.resolve(undefined), check: () => Promise.resolve() };
/** Modern lists with what old nodes need behind them. */
const WITH_LEGACY = {
  ...MODERN_ALGORITHMS,
  kex: [...MODERN_ALGORITHMS.kex, 'diffie-hellman-group14-sha1', 'diffie-hellman-group1-sha1'],
  serverHostKey: [...MODERN_ALGORITHMS.serverHostKey, 'ssh-rsa'],
  hmac: [...MODERN_ALGORITHMS.hmac, 'hmac-sha1'],
};

describe(CucmDriver.name, () => {
  const taskId = systemIds.next();
  const nodes: CucmNode[] = [];
  let sink: SinkServer;

  beforeAll(async () => {
    const keys = await makeHostKeys();
    sink = new SinkServer({ listenHost: '127.0.0.1', listenPort: 0, advertisedHost: '127.0.0.1' }, () => Promise.resolve(keys), systemClock);
  });

  afterEach(() => Promise.all(nodes.splice(0).map((node) => node.stop())));
  afterAll(() => sink.stop());

  async function start(options: Partial<CucmNodeOptions> = {}): Promise<CucmNode> {
    const node = await startCucmNode({ accounts: [NODE_ACCOUNT], traffic: steadyPackets(), edition: CUCM_14, ...options });
    nodes.push(node);
    return node;
  }

  async function open(gear: { readonly host: string; readonly port: number }, wish: Partial<CaptureTarget> = {}): Promise<CaptureDialogue> {
    const sut = new CucmDriver({ sizeEveryMs: 100 }).open({
      taskId,
      target: { kind: 'packet-capture', device_type: 'cucm', host: gear.host, port: gear.port, interface: 'eth0', credential_id: '', mode: 'standard', size_per_file_mb: 1, max_files: 3, on_unsupported: 'refuse', filter: undefined, ...wish },
      durationSec: null,
      login: NODE_ACCOUNT,
      ssh: new SshConnector(systemClock, directTcp, trustAll, { algorithms: WITH_LEGACY }),
      https: new HttpsConnector(systemClock, directTcp, trustAll),
      start: { t0Known: false, sentAt: undefined, over: false },
      sftpSink: sink,
      clock: systemClock,
      transcript: new Transcript(systemClock, [NODE_ACCOUNT.password]),
    });
    await sut.connect(never);
    await sut.authenticate(never);
    await sut.syncPrompt?.(never);
    return sut;
  }

  async function running(node: CucmNode, wish: Partial<CaptureTarget> = {}): Promise<CaptureDialogue> {
    const sut = await open(node.gear, wish);
    await sut.preflight(never);
    sut.plan();
    await sut.configure(never);
    await sut.arm(never);
    sut.start();
    await sut.verifyRunning(never);
    return sut;
  }

  async function collect(sut: CaptureDialogue): Promise<Buffer[]> {
    const files: Buffer[] = [];
    for await (const { body } of sut.retrieve(never)) {
      files.push(Buffer.concat((await body.toArray()) as Buffer[]));
    }
    return files;
  }

  it('captures on a node of 11.5, which knows SHA-1 and keyboard-interactive only, and counts with it', async () => {
    const node = await start({ edition: CUCM_11_5 });
    const sut = await running(node);
    await eventually(() => (node.files.find('*')[0]?.bytes.length ?? 0) > 24);
    await sut.stop(never);
    const report = await sut.verifyStopped(never);
    const [file] = await collect(sut);
    expect(report.packets).toBeGreaterThan(0);
    expect(capinfosCount(file!)).toBe(report.packets);
    expect(sut.expectation()).toMatchObject({ packets: report.packets });
    await sut.cleanup(sut.plan(), never);
    expect(node.files.find('*')).toEqual([]);
    await sut.disconnect(never);
  });

  it('§D.14: finds what a lost holder left on the node, collects it and cleans up', async () => {
    const node = await start();
    const lost = await running(node);
    await eventually(() => (node.files.find('*')[0]?.bytes.length ?? 0) > 24);
    node.gear.cutConnections();
    await eventually(() => node.running === 0);
    const sut = await open(node.gear);
    await expect(sut.attach(lost.plan(), never, true)).resolves.toBe('ended');
    await expect(sut.verifyStopped(never)).resolves.toMatchObject({ packets: null, end: { reason: 'died', code: 'DEVICE_LOST' } });
    const [file] = await collect(sut);
    expect(capinfosCount(file!)).toBeGreaterThan(0);
    await sut.cleanup(lost.plan(), never);
    await expect(sut.attach(lost.plan(), never, true)).resolves.toBe('absent');
    await sut.disconnect(never);
    await lost.disconnect(never);
  });

  it('ends the command that captures when it is cleaned up in the middle of it', async () => {
    const node = await start();
    const sut = await running(node, { mode: 'rotating' });
    await sut.cleanup(sut.plan(), never);
    expect([node.running, node.files.find('*')]).toEqual([0, []]);
    await sut.disconnect(never);
  });

  it('captures on although a second session is not let in, and says why there are no sizes', async () => {
    const node = await start({ faults: [{ fault: { fault: 'max-sessions', sessions: 1 } }] });
    const sut = await running(node);
    const samples: (string | undefined)[] = [];
    const over = new AbortController();
    const polled = sut.poll(({ warning }) => void samples.push(warning), over.signal);
    await eventually(() => samples.length > 0);
    over.abort(new Error('enough'));
    await expect(polled).rejects.toThrow('enough');
    expect(samples).toEqual([expect.stringContaining('cannot be shown')]);
    await sut.stop(never);
    await sut.verifyStopped(never);
    await sut.cleanup(sut.plan(), never);
    await sut.disconnect(never);
  });

  it('warns before the start when the node can hardly reach the sink', async () => {
    const node = await start();
    const keys = await makeHostKeys();
    const bridged = new SinkServer({ listenHost: '127.0.0.1', listenPort: 0, advertisedHost: '172.17.0.2' }, () => Promise.resolve(keys), systemClock);
    sink = Object.assign(bridged, { previous: sink });
    const sut = await open(node.gear);
    const { warnings } = await sut.preflight(never);
    expect(warnings).toEqual([expect.stringContaining("looks like a container's address")]);
    await sut.disconnect(never);
    sink = (sink as unknown as { previous: SinkServer }).previous;
  });

  it('reads a recorded session of a node, cut as the network cut it', async () => {
    const cast = [
      JSON.stringify({ version: 2, width: 512, height: 1_000, title: 'written by hand in the form of a recording' }),
      ...[
        [0, 'o', '\r\nCommand Line Interface is starting up, please wait ...\r\n\r\n   Welcome to the Platform Command Line Interface\r\n\r\nadm'],
        [0.01, 'o', 'in:'],
        [1, 'i', '\r'],
        [1.1, 'o', '\r\nadmin:'],
        [2, 'i', 'set cli pagination off\r'],
        [2.01, 'o', 'set cli pagi'],
        [2.02, 'o', 'nation off\r\nAutomatic pagination is turned off\r\nadmin:'],
        [3, 'i', 'file list activelog platform/cli/capstan0123456789abcdef0123456789abcdef* detail\r'],
        [3.1, 'o', 'file list activelog platform/cli/capstan0123456789abcdef0123456789abcdef* detail\r\n02 Dec,2025 16:30:12      12,3'],
        [3.2, 'o', '45  capstan0123456789abcdef0123456789abcdef.cap\r\ndir count = 0, file count = 1\r\nadmin:'],
        [4, 'i', 'exit\r'],
        [4.1, 'o', 'exit\r\n'],
      ].map((event) => JSON.stringify(event)),
    ].join('\n');
    const gear = await SshGear.start({ script: { ...toyScript }, create: () => ({ values: {}, hooks: {} }) }, { accounts: [NODE_ACCOUNT], recordings: [readRecording(cast)] });
    const sut = await open(gear);
    await expect(sut.attach({ driver: 'cucm', task_id: taskId, name: `capstan${taskId.replaceAll('-', '')}` }, never, true)).resolves.toBe('ended');
    await sut.disconnect(never);
    await gear.stop();
  });
});

/** Only how it speaks SSH matters to a replayed session. */
const toyScript = {
  name: 'recorded',
  ssh: { ident: 'OpenSSH_7.4', algorithms: 'modern', methods: ['password'], question: 'Password: ' },
  device: {},
  session: {},
  greeting: [],
  prompts: {},
  firstMode: '',
  commands: [],
  unknown: [],
  pager: { prompt: '', variable: '', keys: { line: '', page: '', quit: '' } },
} as const;
