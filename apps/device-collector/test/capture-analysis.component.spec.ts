import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CaptureAnalysis, captureAnalysisRpc, type SessionArtifact, sessionArtifactEvents, sessionEvents, type SessionView, taskCommands, voiceReport, type VoiceReport } from '@capstan/contracts';
import { captureBytes, deviceTime, rotatedCaptureBytes, VOICE_ADDRESSES, VOICE_DEVICES, type VoiceDevice, VoiceCalls } from '@capstan/lab';
import { Client } from 'pg';
import { CollectorPlatform } from './collector-platform';
import { eventually } from './ssh-server';
import { type RecordedFile, recordSession, type RecordedTarget } from './recorded-session';

const EPOCH = Date.UTC(2026, 10, 1, 9);
const END = EPOCH + 20_000;

/** Wrong clocks, and how well they could be measured. */
const CLOCKS = {
  expressway: { offsetMs: 230, driftPpm: 0, uncertaintyMs: 300 },
  cucm: { offsetMs: 1_500.3, driftPpm: 0, uncertaintyMs: 6 },
  cube: { offsetMs: -40, driftPpm: 900, uncertaintyMs: 1 },
  csr1000v: { offsetMs: -3_700, driftPpm: 0, uncertaintyMs: 1 },
  linux: { offsetMs: 0.2, driftPpm: 0, uncertaintyMs: 0.6 },
} as const satisfies Record<VoiceDevice, { offsetMs: number; driftPpm: number; uncertaintyMs: number }>;

const HOSTS: Readonly<Record<VoiceDevice, string>> = { expressway: VOICE_ADDRESSES.expressway, cucm: VOICE_ADDRESSES.cucm, cube: VOICE_ADDRESSES.cubeInside, csr1000v: '192.0.2.1', linux: VOICE_ADDRESSES.linux };

const calls = new VoiceCalls({ seed: 21, epoch: EPOCH, clocks: Object.fromEntries(VOICE_DEVICES.map((device) => [device, { ...CLOCKS[device], since: EPOCH }])) });

/** Measured before and after with an error that the stated uncertainty covers. */
function clockMeta(device: VoiceDevice): Record<string, unknown> {
  const { uncertaintyMs } = CLOCKS[device];
  const offsetAt = (at: number): number => deviceTime({ ...CLOCKS[device], since: EPOCH }, at) - at;
  return {
    clock_offset_ms: offsetAt(EPOCH - 2_000) + uncertaintyMs * 0.6,
    clock_uncertainty_ms: uncertaintyMs,
    clock_measured_at: new Date(EPOCH - 2_000).toISOString(),
    clock_offset_after_ms: offsetAt(END + 2_000) - uncertaintyMs * 0.6,
    clock_uncertainty_after_ms: uncertaintyMs,
    clock_measured_after_at: new Date(END + 2_000).toISOString(),
  };
}

function target(device: VoiceDevice, files: readonly RecordedFile[]): RecordedTarget {
  return { deviceType: device, host: HOSTS[device], interface: device === 'linux' ? 'any' : 'eth0', files: files.map((file) => ({ ...file, meta: { ...clockMeta(device), ...file.meta } })), ...(device === 'cube' ? { filter: { port: 5060 } } : {}) };
}

function fiveDevices(): RecordedTarget[] {
  const packets = (device: VoiceDevice) => calls.packets(device, EPOCH, END);
  return [
    target('expressway', [{ name: 'expressway.pcap', bytes: captureBytes(packets('expressway')) }]),
    // A rotating capture: several files that follow one another.
    target('cucm', rotatedCaptureBytes(packets('cucm'), { fileBytes: 40_000 }).map((bytes, index) => ({ name: `cucm_${index}.pcap`, bytes }))),
    target('cube', [{ name: 'cube.pcap', bytes: captureBytes(packets('cube')) }]),
    target('csr1000v', [{ name: 'csr.pcap', bytes: captureBytes(packets('csr1000v')) }]),
    target('linux', [{ name: 'linux.pcap', bytes: captureBytes(packets('linux'), { link: 'linux-cooked', resolution: 'nanoseconds' }) }]),
  ];
}

describe('the analysis of a session’s captures', () => {
  let platform: CollectorPlatform;
  let scratch: string;
  let folder: string;

  beforeAll(async () => {
    platform = await CollectorPlatform.open();
    scratch = mkdtempSync(join(tmpdir(), 'capstan-scratch-'));
    folder = mkdtempSync(join(tmpdir(), 'capstan-merged-'));
    await platform.startCollector('collector-1', { CAPSTAN_ANALYSIS_DIR: scratch, CAPSTAN_ANALYSIS_SCRATCH_MB: '200' });
  }, 120_000);

  afterAll(async () => {
    await platform.close();
    rmSync(scratch, { recursive: true });
    rmSync(folder, { recursive: true });
  });

  afterEach(() => {
    expect(readdirSync(scratch)).toEqual([]);
  });

  async function finish(targets: readonly RecordedTarget[]): Promise<SessionView> {
    const recorded = await recordSession(platform.store, targets);
    platform.orchestrator.sessions.set(recorded.session.session_id, recorded);
    await platform.orchestrator.send(sessionEvents.finished, { session: recorded.session });
    return recorded.session;
  }

  async function ended(session: SessionView, since?: string): Promise<CaptureAnalysis> {
    let analysis: CaptureAnalysis | undefined;
    await eventually(
      async () => {
        ({ analysis } = await platform.orchestrator.rpc.call(captureAnalysisRpc.get, { session_id: session.session_id }));
        return (analysis.state === 'done' || analysis.state === 'failed') && analysis.finished_at !== since;
      },
      () => JSON.stringify(analysis),
      30_000,
    );
    return analysis!;
  }

  async function bytesOf(analysis: CaptureAnalysis, kind: SessionArtifact['kind']): Promise<Buffer> {
    const artifact = analysis.artifacts.find((candidate) => candidate.kind === kind);
    const bytes = await platform.read(artifact?.key ?? '');
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(artifact?.sha256);
    return bytes;
  }

  async function reportOf(analysis: CaptureAnalysis): Promise<VoiceReport> {
    return voiceReport.parse(JSON.parse((await bytesOf(analysis, 'voice-report')).toString('utf8')));
  }

  function saved(bytes: Buffer): string {
    const path = join(folder, `${createHash('sha256').update(bytes).digest('hex')}.pcapng`);
    writeFileSync(path, bytes);
    return path;
  }

  const tshark = (path: string, ...args: string[]): { stdout: string; stderr: string } => {
    const { stdout, stderr } = spawnSync('tshark', ['-n', '-r', path, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
    return { stdout, stderr: stderr.split('\n').filter((line) => line !== '' && !line.startsWith('Running as user')).join('\n') };
  };

  it('ends in one merged capture with corrected clocks, and a voice report that agrees with the truth', async () => {
    const session = await finish(fiveDevices());
    const analysis = await ended(session);
    expect(analysis).toMatchObject({ state: 'done', error: null });
    const merged = saved(await bytesOf(analysis, 'merged-pcap'));
    const report = await reportOf(analysis);
    const truth = calls.truth(EPOCH, END);

    // Sound: nothing to say, in order of time, every packet of every file.
    const read = tshark(merged, '-T', 'fields', '-e', 'frame.interface_name');
    expect(read.stderr).toBe('');
    const expected = VOICE_DEVICES.reduce((sum, device) => sum + [...calls.packets(device, EPOCH, END)].length, 0);
    expect(report.summary.packets).toBe(expected);
    expect(read.stdout.trim().split('\n')).toHaveLength(expected);
    const info = execFileSync('capinfos', ['-o', '-I', '-k', merged], { encoding: 'utf8' });
    expect(info).toMatch(/Strict time order:\s+True/);
    expect(info).toMatch(/Number of interfaces in file: 5/);

    // It explains itself.
    expect([...new Set(read.stdout.trim().split('\n'))].sort()).toEqual(['csr1000v 192.0.2.1 eth0', 'cube 10.10.30.5 eth0', 'cucm 10.10.20.5 eth0', 'expressway 198.51.100.5 eth0', 'linux 192.0.2.80 any']);
    expect(info).toContain(session.session_id);
    expect(info).not.toMatch(/ {60}\n/);
    const [cubeFile] = report.interfaces.find(({ device_type: type }) => type === 'cube')?.files ?? [];
    expect(info).toContain(cubeFile?.sha256 ?? 'none');
    expect(info).toContain('filter: {"port":5060}');
    expect(info).toMatch(/clock: (39|40)(\.\d+)? ms behind ours at the first packet and 2\d(\.\d+)? ms behind ours at the last, corrected, ± 1 ms/);
    expect(report.interfaces.map(({ clock }) => clock.method)).toEqual(['constant', 'constant', 'linear', 'constant', 'constant']);
    expect(report.interfaces.find(({ device_type: type }) => type === 'cucm')?.files.length).toBeGreaterThan(2);

    // The same message has its true time at every device, within what is stated.
    const lines = tshark(merged, '-Y', 'sip.Method == "INVITE"', '-T', 'fields', '-e', 'frame.interface_id', '-e', 'frame.time_epoch', '-e', 'sip.Call-ID', '-e', 'sip.CSeq.seq').stdout.trim().split('\n');
    let compared = 0;
    for (const line of lines) {
      const [index, time, callId, cseq] = line.split('\t');
      const merge = report.interfaces[Number(index)]!;
      const seen = truth.flatMap(({ messages }) => messages).find((message) => message.callId === callId && message.method === 'INVITE' && message.cseq === `${cseq} INVITE` && message.device === merge.device_type);
      if (seen !== undefined) {
        expect(Math.abs(Number(time) * 1_000 - seen.at)).toBeLessThanOrEqual((merge.clock.uncertainty_ms ?? 0) + 0.01);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(60);

    // Every stream of every whole call at every device: packets, loss, and its call.
    let streams = 0;
    for (const call of truth) {
      const view = report.calls.find(({ legs }) => legs.some(({ call_id: id }) => id === call.callIds[0]))!;
      expect(view.legs.map(({ call_id: id }) => id)).toEqual(call.callIds);
      for (const stream of call.streams) {
        const found = report.streams.find(
          (candidate) => report.interfaces[candidate.interface]?.device_type === stream.device && Number(candidate.ssrc) === stream.ssrc && candidate.source === `${stream.source.address}:${stream.source.port}`,
        );
        expect(found).toMatchObject({ call: view.id, packets: stream.packets, lost: stream.lost, codec: call.scenario.codec });
        streams += 1;
      }
    }
    expect(streams).toBeGreaterThan(50);
    expect(report.calls.filter(({ findings }) => findings.some(({ code }) => code === 'LOSS_BETWEEN')).length).toBeGreaterThanOrEqual(2);
    expect(report.summary).toMatchObject({ clock_uncertainty_ms: expect.any(Number), worst_mos: expect.any(Number) });
    expect(report.left_out).toEqual({ calls: 0, messages: 0, streams: 0 });

    const told = () => platform.orchestrator.heard.facts.find(({ type, data }) => type === sessionArtifactEvents.stored.type && data['session_id'] === session.session_id);
    await eventually(() => told() !== undefined, () => JSON.stringify(platform.orchestrator.heard.facts));
    expect(told()?.data['artifacts']).toEqual(analysis.artifacts);
  }, 60_000);

  it('cuts a file that breaks off behind its last whole packet, leaves out what cannot be read, and says so', async () => {
    const whole = captureBytes(calls.packets('cube', EPOCH, EPOCH + 6_000));
    const session = await finish([
      target('cube', [{ name: 'cut.pcap', bytes: whole.subarray(0, whole.length - 33) }]),
      target('expressway', [
        { name: 'text.pcap', bytes: Buffer.from('this is a log and not a capture, whatever its name says') },
        { name: 'nothing.pcap', bytes: Buffer.alloc(0) },
        { name: 'stub.pcap', bytes: whole.subarray(0, 11) },
      ]),
      target('linux', [{ name: 'no-packets.pcap', bytes: whole.subarray(0, 24) }]),
    ]);
    const analysis = await ended(session);
    expect(analysis).toMatchObject({ state: 'done' });
    const report = await reportOf(analysis);
    expect(report.interfaces.map(({ packets, files }) => [packets, files[0]?.repaired])).toEqual([
      [[...calls.packets('cube', EPOCH, EPOCH + 6_000)].length - 1, true],
      [0, false],
    ]);
    expect(report.excluded.map(({ name, reason }) => `${name}: ${reason}`)).toEqual(['text.pcap: it is not in the pcap format', 'nothing.pcap: it is empty', 'stub.pcap: it ends in the middle of its header']);
    const merged = saved(await bytesOf(analysis, 'merged-pcap'));
    expect(tshark(merged).stderr).toBe('');
    expect(execFileSync('capinfos', ['-I', merged], { encoding: 'utf8' })).toContain('cut short');
  });

  it('keeps every capture of a device that made several at once', async () => {
    const one = captureBytes(calls.packets('expressway', EPOCH, EPOCH + 5_000));
    const other = captureBytes(calls.packets('cucm', EPOCH, EPOCH + 5_000));
    const session = await finish([target('expressway', [{ name: 'eth0.pcap', bytes: one }, { name: 'eth1.pcap', bytes: other }])]);
    const report = await reportOf(await ended(session));
    expect(report.interfaces.map(({ name, files }) => [name, files[0]?.name])).toEqual([
      ['expressway 198.51.100.5 eth0 (1)', 'eth0.pcap'],
      ['expressway 198.51.100.5 eth0 (2)', 'eth1.pcap'],
    ]);
  });

  it('puts packets in order that a device wrote out of order', async () => {
    const packets = [...calls.packets('csr1000v', EPOCH, EPOCH + 5_000)];
    const shuffled = packets.map((packet, index) => packets[index % 2 === 0 && index + 1 < packets.length ? index + 1 : index % 2 === 1 ? index - 1 : index] ?? packet);
    const session = await finish([target('csr1000v', [{ name: 'cores.pcap', bytes: captureBytes(shuffled) }])]);
    const merged = saved(await bytesOf(await ended(session), 'merged-pcap'));
    expect(execFileSync('capinfos', ['-o', merged], { encoding: 'utf8' })).toMatch(/Strict time order:\s+True/);
  });

  it('fails with a reason when no file can be used, and can be asked again', async () => {
    const session = await finish([target('cube', [{ name: 'empty.pcap', bytes: Buffer.alloc(0) }])]);
    const failed = await ended(session);
    expect(failed).toMatchObject({ state: 'failed', error: { code: 'NO_CAPTURES_FOUND', message: 'No capture file can be used: empty.pcap: it is empty' }, artifacts: [] });

    const better = await recordSession(platform.store, [target('cube', [{ name: 'cube.pcap', bytes: captureBytes(calls.packets('cube', EPOCH, EPOCH + 3_000)) }])]);
    platform.orchestrator.sessions.set(session.session_id, better);
    await platform.orchestrator.rpc.call(captureAnalysisRpc.start, { session_id: session.session_id });
    await expect(ended(session, failed.finished_at ?? undefined)).resolves.toMatchObject({ state: 'done' });
  });

  it('fails when the captures are larger than the folder may grow', async () => {
    const recorded = await recordSession(platform.store, [target('cube', [{ name: 'cube.pcap', bytes: captureBytes(calls.packets('cube', EPOCH, EPOCH + 1_000)) }])]);
    platform.orchestrator.sessions.set(recorded.session.session_id, { ...recorded, artifacts: recorded.artifacts.map((artifact) => ({ ...artifact, size: 10 ** 12 })) });
    await platform.orchestrator.send(sessionEvents.finished, { session: recorded.session });
    await expect(ended(recorded.session)).resolves.toMatchObject({ state: 'failed', error: { code: 'ANALYSIS_TOO_LARGE' } });
  });

  it('leaves out a file whose stored bytes were changed', async () => {
    const recorded = await recordSession(platform.store, [
      target('cube', [{ name: 'cube.pcap', bytes: captureBytes(calls.packets('cube', EPOCH, EPOCH + 1_000)) }]),
      target('linux', [{ name: 'linux.pcap', bytes: captureBytes(calls.packets('linux', EPOCH, EPOCH + 1_000)) }]),
    ]);
    platform.orchestrator.sessions.set(recorded.session.session_id, { ...recorded, artifacts: recorded.artifacts.map((artifact) => (artifact.name === 'cube.pcap' ? { ...artifact, sha256: '0'.repeat(64) } : artifact)) });
    await platform.orchestrator.send(sessionEvents.finished, { session: recorded.session });
    const report = await reportOf(await ended(recorded.session));
    expect(report.excluded).toEqual([expect.objectContaining({ name: 'cube.pcap', reason: expect.stringContaining('damaged') })]);
  });

  it('is begun anew when the process that worked on it died, and given up when that happens again and again', async () => {
    const sessions: string[] = [];
    const client = new Client({ connectionString: platform.database.url });
    await client.connect();
    try {
      for (const attempts of [1, 5]) {
        const recorded = await recordSession(platform.store, [target('linux', [{ name: 'linux.pcap', bytes: captureBytes(calls.packets('linux', EPOCH, EPOCH + 1_000)) }])]);
        platform.orchestrator.sessions.set(recorded.session.session_id, recorded);
        sessions.push(recorded.session.session_id);
        await client.query(
          `INSERT INTO device_collector.capture_analyses (session_id, state, requested_at, attempts, lease_owner, lease_until, fence) VALUES ($1, 'running', now(), $2, 'killed', now() - interval '1 second', 7)`,
          [recorded.session.session_id, attempts],
        );
      }
    } finally {
      await client.end();
    }
    const [begun, givenUp] = await Promise.all(sessions.map((sessionId) => ended({ session_id: sessionId } as SessionView)));
    expect(begun).toMatchObject({ state: 'done' });
    expect(givenUp).toMatchObject({ state: 'failed', error: { code: 'ANALYSIS_GIVEN_UP' } });
  });

  it('removes at its start what a killed process left in the folder', async () => {
    const gone = spawnSync('true').pid;
    mkdirSync(join(scratch, `capstan-analysis-${gone}-x`));
    const other = await platform.startCollector('collector-2', { CAPSTAN_ANALYSIS_DIR: scratch, CAPSTAN_ANALYSIS_SLOTS: '0' });
    expect(readdirSync(scratch)).toEqual([]);
    await other.stop();
  });

  it('is forgotten with its session', async () => {
    const session = await finish([target('linux', [{ name: 'linux.pcap', bytes: captureBytes(calls.packets('linux', EPOCH, EPOCH + 1_000)) }])]);
    await ended(session);
    await platform.orchestrator.send(taskCommands['device-collector'].discard, { session_id: session.session_id, key_prefix: `sessions/${session.session_id}/` });
    await eventually(async () => (await platform.orchestrator.rpc.call(captureAnalysisRpc.get, { session_id: session.session_id })).analysis.state === 'none', () => 'still there');
    const left: string[] = [];
    for await (const { key } of platform.store.list(`sessions/${session.session_id}/`)) {
      left.push(key);
    }
    expect(left).toEqual([]);
  });

  it('is not asked for by a session without captures', async () => {
    const recorded = await recordSession(platform.store, [target('linux', [])]);
    platform.orchestrator.sessions.set(recorded.session.session_id, recorded);
    await platform.orchestrator.send(sessionEvents.finished, { session: recorded.session });
    const other = await finish([target('linux', [{ name: 'linux.pcap', bytes: captureBytes(calls.packets('linux', EPOCH, EPOCH + 1_000)) }])]);
    await ended(other);
    await expect(platform.orchestrator.rpc.call(captureAnalysisRpc.get, { session_id: recorded.session.session_id })).resolves.toMatchObject({ analysis: { state: 'none' } });
  });
});
