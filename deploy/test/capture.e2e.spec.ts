import { execFileSync, spawnSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { routes } from '@capstan/contracts';
import { eventually } from '@capstan/testing';
import { extractMember, inspectBundle } from '../src';
import { problemOf, System, targetOf } from './system';
import { TraceReceiver } from './trace-receiver';

const CANARY = 'canary-7f3e-Password!';

/** Every file below a folder. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? filesBelow(path.join(folder, entry.name)) : entry.isFile() ? [path.join(folder, entry.name)] : []));
}

describe('a capture on real hosts', () => {
  let system: System;
  let traces: TraceReceiver;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'capstan-e2e-files-'));
    traces = await TraceReceiver.start();
    system = await System.start(['--hosts', '4', '--faults', '4=small-tmp'], { ownBroker: true, environment: { OTEL_EXPORTER_OTLP_ENDPOINT: traces.url, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' } });
  }, 120_000);

  afterAll(async () => {
    await system.stop();
    await traces.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  async function download(id: string): Promise<string> {
    const file = path.join(folder, `${id}.zip`);
    const response = await system.api.fetch(routes.downloadCaptureSession, { params: { id } });
    await pipeline(Readable.fromWeb(response.body as never), createWriteStream(file));
    return file;
  }

  async function countIn(bundle: string, name: string): Promise<number> {
    const file = path.join(folder, 'member.pcap');
    await extractMember(bundle, name, file);
    return Number(execFileSync('capinfos', ['-Mrc', '-T', file], { encoding: 'utf8' }).trim().split('\t').at(-1));
  }

  it('starts three hosts together and ends in a bundle whose counts, sums and manifest agree', async () => {
    const hosts = [1, 2, 3].map((n) => system.host(n));
    const id = await system.capture(hosts.map(targetOf), { name: 'three hosts' });
    const { socket, seen } = await system.follow(id);
    const session = await system.ended(id);
    socket.close();

    expect(session.status).toBe('completed');
    expect(session.start_spread_ms).toBeLessThan(1_000);
    expect(seen['session:snapshot']).toHaveLength(1);
    expect(seen['session:progress']?.length).toBeGreaterThan(5);
    const sequences = (seen['session:state'] ?? []).map((message) => message.sequence);
    expect(sequences).toEqual([...sequences].sort((a, b) => a - b));

    const bundle = await download(id);
    const { members, differences } = await inspectBundle(bundle);
    expect(differences).toEqual([]);
    for (const target of session.targets) {
      const member = members.find(({ name }) => name.endsWith(target.filename ?? '?'));
      expect(target.packets_captured).toBeGreaterThan(0);
      expect(await countIn(bundle, member?.name ?? '')).toBe(target.packets_captured);
    }
    for (const host of hosts) {
      expect((await system.processes(host)).filter((command) => command.includes('tcpdump'))).toEqual([]);
    }
  }, 90_000);

  it('leaves one trace from the request through the broker to the steps on the device', async () => {
    await eventually(
      () => {
        const [start] = traces.spans.filter(({ name }) => name === 'device verify_running');
        const way: string[] = [];
        for (let span = start; span !== undefined; span = traces.spans.find(({ spanId }) => spanId === span?.parentSpanId)) {
          way.unshift(`${span.service.replace('capstan-', '')}: ${span.name}`);
        }
        expect(way).toEqual([
          expect.stringMatching(/^gateway: POST/),
          'gateway: capture-orchestrator.create-session.v1 call',
          'capture-orchestrator: capture-orchestrator.create-session.v1 answer',
          'device-collector: device-collector.commands process',
          'device-collector: task packet-capture',
          'device-collector: device verify_running',
        ]);
      },
      { timeoutMs: 30_000 },
    );
    expect([...traces.addresses]).toEqual(['/v1/traces']);
  }, 40_000);

  it('merges what the hosts saw into one capture, and tells of the calls in it', async () => {
    const id = await system.capture([1, 2, 3].map((n) => targetOf(system.host(n))), { name: 'calls', duration_sec: 12 });
    const session = await system.ended(id);
    const report = await eventually(async () => await system.api.call(routes.voiceReport, { params: { id } }), { timeoutMs: 60_000, everyMs: 500 });
    expect(report.interfaces.map(({ device_type, clock }) => [device_type, clock.method])).toEqual([1, 2, 3].map(() => ['linux', expect.stringMatching(/constant|linear/)]));
    expect(report.summary.packets).toBe(session.targets.reduce((sum, { packets_captured }) => sum + (packets_captured ?? 0), 0));
    // Both ends of a call were captured: its INVITE is one message that two hosts saw, at the same time.
    const shared = report.calls.flatMap(({ messages }) => messages).filter(({ method, seen_by }) => method === 'INVITE' && seen_by.length === 2);
    expect(shared.length).toBeGreaterThan(0);
    for (const { seen_by } of shared) {
      const [first, second] = seen_by;
      const stated = seen_by.reduce((sum, seen) => sum + (report.interfaces[seen.interface]?.clock.uncertainty_ms ?? 0), 0);
      expect((second?.at ?? 0) - (first?.at ?? 0)).toBeLessThanOrEqual(stated + 5);
    }
    expect(report.summary).toMatchObject({ streams: expect.any(Number), worst_mos: expect.any(Number) });

    const { url } = await system.api.call(routes.mergedCaptureUrl, { params: { id } });
    const file = path.join(folder, 'merged.pcapng');
    await pipeline(Readable.fromWeb((await fetch(`${system.api.address}${url}`)).body as never), createWriteStream(file));
    const read = spawnSync('tshark', ['-n', '-r', file, '-T', 'fields', '-e', 'frame.interface_name'], { encoding: 'utf8', maxBuffer: 1 << 28 });
    expect(read.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('Running as user'))).toEqual([]);
    expect(new Set(read.stdout.trim().split('\n')).size).toBe(3);
    expect((await inspectBundle(await download(id))).members.map(({ name }) => name)).toEqual(expect.arrayContaining([expect.stringContaining('merged.pcapng'), expect.stringContaining('voice-report.json')]));
  }, 120_000);

  it('keeps what was captured when it is stopped', async () => {
    const id = await system.capture([targetOf(system.host(1))], { duration_sec: 300 });
    await system.capturing(id);
    await eventually(async () => expect((await system.session(id)).targets[0]?.metrics['packets_captured']).toBeGreaterThan(0), { timeoutMs: 15_000 });
    await system.api.call(routes.stopCaptureSession, { params: { id } });
    const session = await system.ended(id);
    expect(session).toMatchObject({ status: 'completed', targets: [{ status: 'completed' }] });
    expect(session.targets[0]?.packets_captured).toBeGreaterThan(0);
    await expect(system.api.call(routes.stopCaptureSession, { params: { id } })).resolves.toMatchObject({ status: 'completed' });
  }, 60_000);

  it('throws everything away and cleans the host when it is cancelled', async () => {
    const id = await system.capture([targetOf(system.host(2))], { duration_sec: 300 });
    await system.capturing(id);
    await system.api.call(routes.cancelSession, { params: { id } });
    await expect(system.ended(id)).resolves.toMatchObject({ status: 'cancelled', targets: [{ status: 'cancelled' }] });
    expect(await problemOf(download(id))).toMatchObject({ status: 404, code: 'NO_CAPTURES_FOUND' });
    expect((await system.processes(system.host(2))).filter((command) => command.includes('tcpdump'))).toEqual([]);
  }, 60_000);

  it('names the host that failed and keeps the others: a wrong password is tried exactly once', async () => {
    const before = await system.passwordAttempts(system.host(3));
    const id = await system.capture([targetOf(system.host(1)), { ...targetOf(system.host(3)), password: CANARY }, { ...targetOf(system.host(2)), host: system.lab.inventory.network.unused }]);
    const session = await system.ended(id, 120_000);
    expect(session.status).toBe('partial');
    expect(session.targets.map(({ status, error_code, message }) => `${status} ${error_code}: ${message}`)).toEqual([
      expect.stringMatching(/^completed null: /),
      expect.stringMatching(/^failed AUTH_FAILED: /),
      expect.stringMatching(/^failed (CONNECT_TIMEOUT|HOST_UNREACHABLE): /),
    ]);
    const after = await system.passwordAttempts(system.host(3));
    expect(after.failed - before.failed).toBe(1);
    expect(after.accepted).toBe(before.accepted);
  }, 150_000);

  it('sends no password to a host whose key has changed', async () => {
    const host = system.host(3);
    await system.lab.control({ do: 'new-host-key', host: host.name });
    const before = await system.passwordAttempts(host);
    const id = await system.capture([targetOf(host)]);
    await expect(system.ended(id)).resolves.toMatchObject({ status: 'failed', targets: [{ error_code: 'HOSTKEY_MISMATCH' }] });
    expect(await system.passwordAttempts(host)).toEqual(before);
    const { host_keys: keys } = await system.api.call(routes.listHostKeys, { query: { status: 'changed' } });
    expect(keys.map((key) => key.host)).toContain(host.host);
    await system.api.call(routes.trustHostKey, { params: { id: keys.find((key) => key.host === host.host)?.host_key_id ?? '' } });
    const again = await system.capture([targetOf(host)]);
    await expect(system.ended(again)).resolves.toMatchObject({ status: 'completed' });
  }, 90_000);

  it('tells the truth about a full disk on the host', async () => {
    const id = await system.capture([{ ...targetOf(system.host(4)) }], { mode: 'standard', duration_sec: 30 });
    const session = await system.ended(id, 90_000);
    const target = session.targets[0];
    if (target?.status === 'completed') {
      // The little space sufficed: then the file must hold every packet that was counted.
      const bundle = await download(id);
      const { members, differences } = await inspectBundle(bundle);
      expect(differences).toEqual([]);
      expect(await countIn(bundle, members.find(({ name }) => name.endsWith(target.filename ?? '?'))?.name ?? '')).toBe(target.packets_captured);
    } else {
      expect(target?.error_code).toMatch(/^(DISK_LOW|FILE_TRUNCATED|LIMIT_REACHED)$/);
    }
  }, 120_000);

  it('keeps a canary password nowhere but in the vault', async () => {
    const stored = await system.api.call(routes.createCredential, { body: { name: 'canary', username: 'root', password: CANARY } });
    expect(JSON.stringify(stored)).not.toContain(CANARY);
    const id = await system.capture([{ device_type: 'linux', host: system.host(1).host, credential_id: stored.credential.credential_id }]);
    const during = execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
    const session = await system.ended(id);
    expect(session.targets[0]?.error_code).toBe('AUTH_FAILED');
    const answers = JSON.stringify([
      session,
      await system.session(id),
      await system.api.call(routes.sessionEvents, { params: { id } }),
      await system.api.call(routes.listCredentials),
      await system.api.call(routes.audit),
      await system.api.call(routes.system),
    ]);
    expect(answers).not.toContain(CANARY);
    expect(during).not.toContain(CANARY);
    // Logs, broker and database folders, stored objects: everything there is on disk.
    const needles = [Buffer.from(CANARY), Buffer.from(CANARY, 'utf16le'), Buffer.from(Buffer.from(CANARY).toString('base64').replace(/=+$/, '')), Buffer.from(encodeURIComponent(CANARY))];
    const files = filesBelow(system.dataDir).filter((file) => statSync(file).size < 256 * 1024 * 1024);
    const found = files.filter((file) => {
      const bytes = readFileSync(file);
      return needles.some((needle) => bytes.includes(needle));
    });
    expect(files.length).toBeGreaterThan(100);
    expect(found).toEqual([]);
  }, 90_000);

  it('stops, cleans and deletes a session that still runs', async () => {
    const id = await system.capture([targetOf(system.host(1))], { duration_sec: 300 });
    await system.capturing(id);
    await system.api.call(routes.deleteCaptureSession, { params: { id } });
    expect(await problemOf(system.api.call(routes.getSession, { params: { id } }))).toMatchObject({ status: 404, code: 'SESSION_NOT_FOUND' });
    await eventually(async () => expect((await system.processes(system.host(1))).filter((command) => command.includes('tcpdump'))).toEqual([]), { timeoutMs: 20_000 });
    await eventually(() => expect(filesBelow(path.join(system.dataDir, 'objects')).filter((file) => file.includes(id))).toEqual([]), { timeoutMs: 30_000 });
  }, 60_000);
});
