import { CUCM_11_5, CUCM_12_5, CUCM_14, CUCM_15, type CucmNodeOptions, nodePackets, VoiceCalls } from '@capstan/lab';
import { systemClock } from '@capstan/kernel';
import { CollectorPlatform } from './collector-platform';
import { APP_ACCOUNT, CucmNodes, filesOn, NODE_ACCOUNT, steadyPackets } from './cucm-nodes';
import { capinfosCount, countMatching } from './packets';
import { eventually } from './ssh-server';

const LOG_LINE = 'Message from syslogd@cucm-pub: disk 0 is fine';

// Hooks of the file: those of a group are not waited for by tests that run side by side.
let platform: CollectorPlatform;
let nodes: CucmNodes;
let appCredentialId: string;

beforeAll(async () => {
  platform = await CollectorPlatform.open();
  await platform.startCollector('collector-1', { CAPSTAN_SFTP_SINK_LISTEN: '127.0.0.1', CAPSTAN_SFTP_SINK_ADDRESS: '127.0.0.1' });
  nodes = new CucmNodes(platform, await platform.createCredential(NODE_ACCOUNT.username, NODE_ACCOUNT.password));
  appCredentialId = await platform.createCredential(APP_ACCOUNT.username, APP_ACCOUNT.password);
}, 120_000);

afterAll(async () => {
  await nodes.stop();
  await platform.close();
});

// Each test has a node of its own and mostly waits, so they wait together.
describe('a packet capture on a CUCM node', () => {
  it.concurrent.each([
    ['12.5', CUCM_12_5],
    ['15', CUCM_15],
  ])('§D.2, §D.3: runs on %s until it is stopped by Ctrl-C, which keeps the file, says every state once and in order, and stores what the node has', async (_, edition) => {
    const node = await nodes.start({ edition, clockOffsetMs: -7_000 });
    const { finished, files, task, transcript, pcaps } = await nodes.capture(node, { spec: { filter: { port: 5060 } } });
    expect(finished).toMatchObject({ outcome: 'completed', capture_began: true, metrics: { files: 1 } });
    expect(platform.states(task)).toEqual(['configuring', 'ready', 'starting', 'capturing', 'stopping', 'collecting']);
    expect(platform.facts(task, 'task.finished.v1')).toHaveLength(1);
    expect(capinfosCount(files[0]!)).toBe(finished.metrics?.['packets_captured']);
    expect(finished.metrics?.['packets_captured']).toBeGreaterThan(20);
    expect(countMatching(files[0]!, 'port 5060')).toBe(finished.metrics?.['packets_captured']);
    expect(pcaps[0]).toMatchObject({ name: `${node.gear.host}_eth0.pcap`, meta: { verified: true, truncated: false } });
    const { clock_offset_ms: offset, clock_uncertainty_ms: uncertainty } = pcaps[0]?.meta ?? {};
    expect(Math.abs(Number(offset) + 7_000)).toBeLessThanOrEqual(Number(uncertainty));
    expect(transcript).toMatch(/stop +> Ctrl-C/);
    expect([filesOn(node), node.running, node.gear.passwordsSeen]).toEqual([[], 0, 2]);
  });

  it.concurrent('ends a standard capture after its duration', async () => {
    const node = await nodes.start();
    const task = await nodes.running(node, { durationSec: 1 });
    const { finished } = await nodes.ended(task);
    expect(finished).toMatchObject({ outcome: 'completed' });
    expect(finished.metrics?.['packets_captured']).toBeGreaterThan(80);
  });

  it.concurrent.each([
    ['plain', CUCM_12_5],
    ['zero-padded', CUCM_14],
  ])('§D.9: stores every file of a rotating capture, in order of time, names %s', async (_, edition) => {
    const node = await nodes.start({ edition, traffic: steadyPackets(20_000) });
    const task = await nodes.running(node, { durationSec: null, spec: { mode: 'rotating', size_per_file_mb: 1, max_files: 11 } });
    await eventually(() => filesOn(node).length >= 3);
    await platform.stop(task);
    const { finished, files, pcaps } = await nodes.ended(task);
    expect(finished).toMatchObject({ outcome: 'completed', metrics: { files: files.length } });
    expect(files.length).toBeGreaterThanOrEqual(3);
    expect(pcaps.map(({ name }) => name.slice(-8))).toEqual(files.map((_file, index) => `_${String(index + 1).padStart(2, '0')}.pcap`));
    expect(files.reduce((sum, file) => sum + capinfosCount(file), 0)).toBe(finished.metrics?.['packets_captured']);
    const firsts = pcaps.map(({ meta }) => String(meta['first_packet_at']));
    expect(firsts).toEqual([...firsts].sort());
    expect(filesOn(node)).toEqual([]);
  });

  it.concurrent('notices at once that the packet limit is reached, and collects', async () => {
    const node = await nodes.start();
    const task = await nodes.running(node, { durationSec: 300, spec: { packet_limit: 60 } });
    const { finished, files } = await nodes.ended(task, 15_000);
    expect(finished).toMatchObject({ outcome: 'completed', message: expect.stringContaining('limit of 60 packets') });
    expect(capinfosCount(files[0]!)).toBe(60);
  });

  it.concurrent('shows from a second session how the file grows', async () => {
    const node = await nodes.start();
    const task = await nodes.running(node, { durationSec: null });
    const seen = () => platform.orchestrator.heard.progress.filter(({ target_id: id }) => id === task.target_id).map(({ metrics }) => metrics['bytes'] ?? 0);
    await eventually(() => seen().some((bytes) => bytes > 24));
    await platform.stop(task);
    await nodes.ended(task);
    expect(node.gear.commands.filter((line) => line.startsWith('file list')).length).toBeGreaterThan(2);
  });

  it.concurrent('fetches over DIME when there is an application credential, without any push and without one wrong login', async () => {
    const node = await nodes.start({ edition: CUCM_15, applicationUsers: [APP_ACCOUNT], traffic: nodePackets(new VoiceCalls({ seed: 5, epoch: systemClock.now() - 20_000 })) });
    node.dime?.trouble.push(503, 429);
    const { finished, files, transcript } = await nodes.capture(node, { captureMs: 1_500, spec: { app_credential_id: appCredentialId } });
    expect(finished).toMatchObject({ outcome: 'completed' });
    expect(countMatching(files[0]!, 'port 5060')).toBeGreaterThan(0);
    expect(node.gear.commands.filter((line) => line.startsWith('file get'))).toEqual([]);
    expect([node.dime?.requests, node.dime?.refusals]).toEqual([3, 0]);
    expect(transcript).toContain('GetOneFile /var/log/active/platform/cli/capstan');
    expect(transcript).not.toContain(APP_ACCOUNT.password);
  });

  it.concurrent('has the file pushed when the log collection service does not take the application credential, which is offered once', async () => {
    const node = await nodes.start({ applicationUsers: [{ username: 'other', password: 'other' }] });
    const { finished, transcript } = await nodes.capture(node, { spec: { app_credential_id: appCredentialId } });
    expect(finished).toMatchObject({ outcome: 'completed' });
    expect(node.dime?.refusals).toBe(1);
    expect(transcript).toContain('EXPORT_AUTH_FAILED');
    expect(node.gear.commands.filter((line) => line.startsWith('file get'))).toHaveLength(1);
  });

  it.concurrent.each<[string, Partial<CucmNodeOptions>]>([
    ['a login of six seconds', { faults: [{ fault: { fault: 'slow-login', ms: 6_000 } }] }],
    ['a pager that cannot be turned off, and answers in pieces', { faults: [{ fault: { fault: 'pager', lines: 7 } }, { fault: { fault: 'split-echo', bytes: 40 } }] }],
    // Seldom: on a busy machine more lines bring a step to the end of its time now and then, as if one behind a prompt hid it. That defect is open.
    ['log lines', { faults: [{ fault: { fault: 'syslog', line: LOG_LINE, everyMs: 3_000 } }] }],
    ['keyboard-interactive only', { faults: [{ fault: { fault: 'keyboard-interactive-only' } }] }],
    ['a clock that follows nobody', { device: { ntp: 'off' } }],
  ])('stands %s', async (what, options) => {
    const node = await nodes.start(options);
    const { finished, files } = await nodes.capture(node);
    expect(finished).toMatchObject({ outcome: 'completed' });
    expect(capinfosCount(files[0]!)).toBe(finished.metrics?.['packets_captured']);
    expect(finished.message?.includes('time server')).toBe(what.includes('clock'));
    expect(filesOn(node)).toEqual([]);
  });

  it.concurrent('offers a wrong password exactly once, and never again', async () => {
    const node = await nodes.start({ faults: [{ fault: { fault: 'wrong-password' } }] });
    const task = await nodes.run(node);
    await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'failed', error: { code: 'AUTH_FAILED', retryable: false } });
    expect(node.gear.passwordsSeen).toBe(1);
  });

  it.concurrent.each<[string, string, Partial<CucmNodeOptions>]>([
    ['DISK_LOW', 'before the start', { device: { disk_used: 86 } }],
    ['DISK_LOW', 'by the refusal of the node', { faults: [{ fault: { fault: 'state', name: 'disk_used', value: 90 }, from: { command: 'utils ntp' } }] }],
  ])('§D.11: fails with %s %s', async (code, _, options) => {
    const node = await nodes.start(options);
    const task = await nodes.run(node);
    await eventually(() => platform.states(task).includes('ready') || platform.finished(task) !== undefined);
    await platform.start([task], 100);
    await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'failed', error: { code } });
    expect(platform.states(task)).not.toContain('capturing');
    expect(filesOn(node)).toEqual([]);
  });

  it.concurrent('§D.4: fails with EXPORT_UNREACHABLE when the node cannot reach the sink, leaves the file on the node, and collects it later', async () => {
    const node = await nodes.start();
    const away = node.gear.faults.begin({ fault: { fault: 'state', name: 'sink_away', value: 'yes' } });
    const { finished, pcaps, transcript, task } = await nodes.capture(node);
    expect(finished).toMatchObject({ outcome: 'failed', error: { code: 'EXPORT_UNREACHABLE', retryable: true, message: expect.stringContaining('CAPSTAN_SFTP_SINK_ADDRESS') } });
    expect(pcaps).toEqual([]);
    expect(transcript).toContain('Connection refused');
    expect([filesOn(node).length, node.running]).toEqual([1, 0]);
    away();
    const again = await nodes.ended(await nodes.run(node, { spec: { collect_from: task.task_id } }));
    expect(again.finished).toMatchObject({ outcome: 'completed', metrics: { files: 1 } });
    expect(capinfosCount(again.files[0]!)).toBeGreaterThan(20);
    expect(filesOn(node)).toEqual([]);
  });

  it.concurrent('tries a node that knows SHA-1 only with outdated algorithms as well, and says so; and does not when that is forbidden', async () => {
    const node = await nodes.start({ edition: CUCM_11_5 });
    const { finished, files, transcript } = await nodes.capture(node);
    expect(finished).toMatchObject({ outcome: 'completed' });
    expect(capinfosCount(files[0]!)).toBe(finished.metrics?.['packets_captured']);
    expect(transcript).toContain('diffie-hellman-group14-sha1');
    const forbidden = await nodes.run(node, { spec: { legacy_crypto: 'never' } });
    await expect(platform.ends(forbidden)).resolves.toMatchObject({ outcome: 'failed', error: { code: 'KEX_MISMATCH' } });
  });

  it.concurrent('gives up a question that is asked again and again, and names it', async () => {
    const node = await nodes.start({ device: { sftp_ip_accepted: '^never$' } });
    const { finished } = await nodes.capture(node);
    expect(finished).toMatchObject({ outcome: 'failed', error: { code: 'EXPORT_FAILED', message: expect.stringContaining('sftp-server-ip'), details: { prompt: 'sftp-server-ip' } } });
    expect(node.gear.commands.filter((line) => line.startsWith('file get'))).toHaveLength(1);
  });

  it.concurrent('§D.15: pushes to nobody else: a host key that is not the key of the sink is refused', async () => {
    const node = await nodes.start({ device: { shown_fingerprint: `SHA256:${'A'.repeat(43)}` } });
    const { finished, pcaps } = await nodes.capture(node);
    expect(finished).toMatchObject({ outcome: 'failed', error: { code: 'HOSTKEY_MISMATCH' } });
    expect(pcaps).toEqual([]);
  });

  it.concurrent('§D.16: tells no password to transcript, log, message or fact', async () => {
    const node = await nodes.start({ applicationUsers: [APP_ACCOUNT] });
    const { transcript, finished } = await nodes.capture(node, { spec: { app_credential_id: appCredentialId } });
    const everything = [transcript, JSON.stringify(finished), JSON.stringify(platform.orchestrator.heard), await platform.dump()].join('\n');
    expect([NODE_ACCOUNT.password, APP_ACCOUNT.password].filter((secret) => everything.includes(secret))).toEqual([]);
    expect(transcript).toContain('show status');
  });

  it.concurrent('§D.20: takes no file of a capture whose name begins alike, and leaves it where it is', async () => {
    const node = await nodes.start();
    const task = await nodes.running(node, { durationSec: null });
    const own = filesOn(node)[0] ?? '';
    const others = [own.replace('.cap', '0.cap'), own.replace('.cap', '_2.cap.txt'), 'packets.cap'];
    others.forEach((name) => node.files.create(name, systemClock.now()));
    await platform.stop(task);
    const { finished } = await nodes.ended(task);
    expect(finished.metrics?.['files']).toBe(1);
    expect(finished.message).not.toContain('CLEANUP_FAILED');
    expect(filesOn(node)).toEqual([...others].sort());
  });

  it.concurrent('collects what there is when the connection that captures breaks, and says that it broke', async () => {
    const node = await nodes.start();
    const task = await nodes.running(node, { durationSec: null });
    await eventually(() => (node.files.find('*')[0]?.bytes.length ?? 0) > 24);
    node.gear.cutConnections();
    const { finished, files } = await nodes.ended(task);
    expect(finished).toMatchObject({ outcome: 'failed', error: { code: 'DEVICE_LOST' }, metrics: { files: 1 } });
    expect(capinfosCount(files[0]!)).toBeGreaterThan(0);
    expect(filesOn(node)).toEqual([]);
  });

  it.concurrent('leaves nothing behind when it is cancelled', async () => {
    const node = await nodes.start();
    const task = await nodes.running(node, { durationSec: null });
    await platform.cancel(task);
    await expect(platform.ends(task)).resolves.toMatchObject({ outcome: 'cancelled' });
    await eventually(() => filesOn(node).length === 0 && node.running === 0 && node.gear.open === 0, () => JSON.stringify([filesOn(node), node.running, node.gear.open]));
    expect(platform.artifacts(task)).toEqual([]);
  });
});
