import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { type ChunkView, type RecordingView, routes } from '@capstan/contracts';
import { eventually, freePort } from '@capstan/testing';
import { io, type Socket } from 'socket.io-client';
import { System } from './system';

interface LabReceiver {
  readonly protocol: 'kiwisdr' | 'rtl_tcp' | 'http_iq';
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly latitude: number;
  readonly longitude: number;
  readonly frequency_min_hz: number;
  readonly frequency_max_hz: number;
  readonly sample_rate_hz: number;
}

const FREQUENCY = 7_000_000;
/** Of ten receivers two are well. */
const FAULTS = 'kiwi-3=drop:60-69,kiwi-4=busy,kiwi-5=down,kiwi-6=password,kiwi-7=redirect,kiwi-8=silent,kiwi-9=stall:13-18,kiwi-10=no-gps';

describe('recording from many receivers', () => {
  let system: System;
  const ids = new Map<string, string>();
  const named = (...names: string[]): string[] => names.map((name) => ids.get(name) ?? '');

  beforeAll(async () => {
    system = await System.start(['--hosts', '0', '--kiwi', '10', '--rtl-tcp', '1', '--receiver-faults', FAULTS]);
    const inLab = (system.lab.inventory as unknown as { receivers: LabReceiver[] }).receivers;
    const nobody = { ...inLab[0]!, name: 'refused', port: await freePort() };
    for (const { name, protocol, host, port, latitude, longitude, frequency_min_hz, frequency_max_hz, sample_rate_hz } of [...inLab, nobody]) {
      const rate = protocol === 'rtl_tcp' ? 12_500 : Math.round(sample_rate_hz);
      const password = name === 'kiwi-6' ? { password: 'not the right one' } : {};
      const { receiver } = await system.api.call(routes.createReceiver, { body: { name, protocol, host, port, latitude, longitude, frequency_min_hz, frequency_max_hz, sample_rate_hz: rate, ...password } });
      expect(receiver.has_password).toBe(name === 'kiwi-6');
      ids.set(name, receiver.receiver_id);
    }
  }, 120_000);

  afterAll(async () => {
    await system.stop();
  }, 60_000);

  async function connect(): Promise<{ socket: Socket; seen: Map<string, Array<Record<string, unknown>>>; ask: (event: string, body: object) => Promise<{ ok: boolean; error?: { code: string; message: string } }> }> {
    const socket = io(system.api.address, { transports: ['websocket'], auth: { token: system.api.token } });
    const seen = new Map<string, Array<Record<string, unknown>>>();
    socket.onAny((event: string, payload: Record<string, unknown>) => void seen.set(event, [...(seen.get(event) ?? []), payload]));
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    const ask = (event: string, body: object): Promise<{ ok: boolean; error?: { code: string; message: string } }> => socket.timeout(10_000).emitWithAck(event, body) as never;
    await ask('subscribe', { channels: ['recordings'] });
    return { socket, seen, ask };
  }

  async function ended(id: string): Promise<RecordingView> {
    return eventually(
      async () => {
        const { recording } = await system.api.call(routes.getRecording, { params: { id } });
        expect(recording.session_end).not.toBeNull();
        return recording;
      },
      { timeoutMs: 40_000 },
    );
  }

  it('finds out how receivers are without using a channel', async () => {
    const health = await eventually(async () => {
      const { receivers: all } = await system.api.call(routes.listReceivers, { query: {} });
      expect(all.filter((receiver) => receiver.health.status === 'unknown')).toEqual([]);
      return new Map(all.map((receiver) => [receiver.name, receiver.health]));
    }, { timeoutMs: 15_000 });
    expect(health.get('kiwi-1')).toMatchObject({ status: 'online', gps_good: true, users: 0, users_max: 8 });
    expect(health.get('kiwi-4')?.status).toBe('busy');
    expect(health.get('kiwi-5')?.status).toBe('offline');
    expect(health.get('rtl-1')?.status).toBe('online');
  });

  it('records in three steps, names each receiver\'s own trouble, and shows the injected drop as the gap', async () => {
    const { socket, seen, ask } = await connect();
    expect(await ask('session:start', { session_name: 'three steps', frequency_mhz: 7, duration_seconds: 5, receiver_ids: named('kiwi-1', 'kiwi-2', 'kiwi-3', 'kiwi-4', 'kiwi-5') })).toMatchObject({ ok: true });
    const started = seen.get('session:started')?.[0];
    expect(started).toMatchObject({ status: 'recording', frequency_mhz: 7, duration_seconds: 5 });
    const id = String(started?.['session_id']);
    expect(await ask('session:complete', { session_id: id, frequency_hz: FREQUENCY, duration_seconds: 5 })).toMatchObject({ ok: false, error: { code: 'ILLEGAL_TRANSITION' } });
    expect(await ask('session:assign_source', { session_id: id, source_id: 'unknown' })).toMatchObject({ ok: true });
    expect(seen.get('session:source_assigned')?.[0]).toMatchObject({ session_id: id, status: 'source_assigned' });
    expect(await ask('session:complete', { session_id: id, frequency_hz: FREQUENCY, duration_seconds: 5 })).toMatchObject({ ok: true });
    expect(seen.get('session:completed')?.[0]).toMatchObject({ session_id: id, status: 'in_progress', chunks: 5 });

    const recording = await ended(id);
    expect(recording.status).toBe('partial');
    const by = new Map(recording.receivers.map((receiver) => [receiver.receiver_name, receiver]));
    expect(by.get('kiwi-1')).toMatchObject({ state: 'done', chunks: 5, lost_samples: 0, gaps: 0, clock_quality: 'gps_fresh' });
    expect(by.get('kiwi-4')).toMatchObject({ state: 'failed', cause: 'too_busy', chunks: 0 });
    expect(by.get('kiwi-5')).toMatchObject({ state: 'failed', cause: 'down', chunks: 0 });
    expect(by.get('kiwi-3')).toMatchObject({ lost_samples: 10 * 512 });

    const { chunks } = await system.api.call(routes.listChunks, { params: { id }, query: {} });
    const first = chunks.filter((chunk) => chunk.receiver_no === by.get('kiwi-1')?.receiver_no);
    expect(first.map((chunk) => chunk.chunk_index)).toEqual([0, 1, 2, 3, 4]);
    expect(first.reduce((sum, chunk) => sum + chunk.samples_count, 0)).toBe(Math.round(5 * first[0]!.sample_rate_hz));
    expect(first[0]?.key).toBe(`sessions/${id}/chunk_000_websdr_${first[0]?.receiver_no}.npy`);
    expect(Math.abs(first[2]!.metrics!.frequency_offset_hz! - 1_000.5)).toBeLessThan(0.05);
    expect(first[2]!.metrics!.snr_db).toBeGreaterThan(20);
    // All receivers begin within half a sample of the same instant.
    const starts = chunks.filter((chunk) => chunk.chunk_index === 0 && chunk.lost_samples === 0).map((chunk) => Number(BigInt(chunk.t0_utc_ns) - BigInt(first[0]!.t0_utc_ns)));
    expect(Math.max(...starts.map(Math.abs))).toBeLessThan(1e9 / 12_000);

    expect(seen.get('session:progress')?.map((progress) => progress['chunk'])).toEqual([1, 2, 3, 4, 5]);
    await eventually(async () => expect(seen.get('session:finished')).toHaveLength(1), { timeoutMs: 5_000 });
    expect(seen.get('session:finished')?.[0]).toMatchObject({ session_id: id, status: 'partial', manifest_key: `sessions/${id}/manifest.json` });
    socket.close();

    const response = await system.api.fetch(routes.exportRecording, { params: { id }, query: { format: 'sigmf' } });
    const archive = Buffer.from(await response.arrayBuffer());
    expect(response.headers.get('etag')).toBe(`"${createHash('sha256').update(archive).digest('hex')}"`);
    expect(archive.toString('latin1').match(/\.sigmf-meta/g)?.length).toBeGreaterThanOrEqual(3);
    const picture = Buffer.from(await (await system.api.fetch(routes.exportRecording, { params: { id }, query: { format: 'spectrogram', receiver_no: first[0]!.receiver_no } })).arrayBuffer());
    expect([picture.toString('latin1', 1, 4), picture.readUInt32BE(16), picture.readUInt32BE(20)]).toEqual(['PNG', 512, 40]);

    // One chunk again: a recording of its own, whose row says which chunk it stands for.
    const dropped = chunks.find((chunk) => chunk.receiver_no === by.get('kiwi-3')?.receiver_no && chunk.lost_samples > 0)!;
    const { recording: again } = await system.api.call(routes.retryRecording, { params: { id }, body: { chunks: [{ receiver: dropped.receiver_no, index: dropped.chunk_index }] } });
    expect(await ended(again.session_id)).toMatchObject({ status: 'completed', retry_of: id });
    expect((await system.api.call(routes.listChunks, { params: { id: again.session_id }, query: {} })).chunks).toMatchObject([{ receiver_no: dropped.receiver_no, chunk_index: 0, retry_of_index: dropped.chunk_index, lost_samples: 0 }]);
  }, 60_000);

  it('records in two steps, and refuses what is out of range before anything is stored', async () => {
    const { socket, seen, ask } = await connect();
    expect(await ask('session:complete', { session_name: 'x', frequency_hz: FREQUENCY, duration_seconds: 3_601 })).toMatchObject({ ok: false, error: { code: 'VALIDATION_FAILED' } });
    expect(await ask('session:start', { session_name: 'x' })).toMatchObject({ ok: false, error: { message: 'Missing required fields: session_name, frequency_mhz, duration_seconds' } });
    expect(seen.get('session:error')).toHaveLength(2);
    expect(await ask('session:complete', { session_name: 'two steps', frequency_hz: 145_500_000, duration_seconds: 2.5, source_id: null, request_id: 'r-1' })).toEqual({ ok: true, request_id: 'r-1' });
    const id = String(seen.get('session:completed')?.[0]?.['session_id']);
    const recording = await ended(id);
    // Only the dongle reaches two metres; its tone is 1000 Hz above.
    expect(recording).toMatchObject({ status: 'completed', source_name: 'Unknown', receivers: [{ receiver_name: 'rtl-1', chunks: 3, lost_samples: 0, clock_quality: 'host' }] });
    const { chunks } = await system.api.call(routes.listChunks, { params: { id }, query: {} });
    expect(chunks.map((chunk) => chunk.samples_count)).toEqual([12_500, 12_500, 6_250]);
    expect(Math.abs(chunks[1]!.metrics!.frequency_offset_hz! - 1_000)).toBeLessThan(0.5);
    socket.close();
  }, 60_000);

  it('pauses without reconnecting and goes on with the next chunk number', async () => {
    const { socket, seen, ask } = await connect();
    const { receivers: all } = await system.api.call(routes.listReceivers, { query: { q: 'kiwi-1' } });
    const { recording: made } = await system.api.call(routes.createRecording, { body: { session_name: 'paused', frequency_hz: FREQUENCY, duration_seconds: 4, receiver_ids: [all[0]!.receiver_id] } });
    const id = made.session_id;
    await eventually(async () => expect(seen.get('session:progress')?.some((progress) => progress['session_id'] === id)).toBe(true), { timeoutMs: 20_000 });
    expect(await ask('session:pause', { session_id: id })).toMatchObject({ ok: true });
    await eventually(async () => expect((await system.api.call(routes.getRecording, { params: { id } })).recording.status).toBe('paused'), { timeoutMs: 10_000 });
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await ask('session:resume', { session_id: id })).toMatchObject({ ok: true });
    const recording = await ended(id);
    expect(recording).toMatchObject({ status: 'completed', receivers: [{ chunks: 4, lost_samples: 0 }] });
    const { chunks } = await system.api.call(routes.listChunks, { params: { id }, query: {} });
    expect(chunks.map((chunk) => chunk.chunk_index)).toEqual([0, 1, 2, 3]);
    const seconds = chunks.map((chunk) => Math.round(chunk.first_sample_index / chunk.sample_rate_hz));
    expect(Math.max(...seconds)).toBeGreaterThanOrEqual(5);
    socket.close();
  }, 60_000);

  it('names the cause of each of nine troubles, while the two that are well finish on time', async () => {
    const seconds = 10;
    const { recording: made } = await system.api.call(routes.createRecording, { body: { session_name: 'matrix', frequency_hz: FREQUENCY, duration_seconds: seconds, receiver_ids: [...ids].filter(([name]) => name !== 'rtl-1' && name !== 'kiwi-3').map(([, id]) => id) } });
    const recording = await ended(made.session_id);
    const { chunks } = await system.api.call(routes.listChunks, { params: { id: made.session_id }, query: {} });
    const by = new Map(recording.receivers.map((receiver) => [receiver.receiver_name, receiver]));
    const of = (name: string): ChunkView[] => chunks.filter((chunk) => chunk.receiver_no === by.get(name)?.receiver_no);
    expect(recording.status).toBe('partial');
    expect(Object.fromEntries([...by].filter(([, { state }]) => state === 'failed').map(([name, { cause }]) => [name, cause]))).toEqual({
      'kiwi-4': 'too_busy',
      'kiwi-5': 'down',
      'kiwi-6': 'bad_password',
      'kiwi-7': 'redirect_loop',
      'kiwi-8': 'ext_api_denied',
      refused: 'connect_refused',
    });
    for (const name of ['kiwi-1', 'kiwi-2']) {
      expect(by.get(name)).toMatchObject({ state: 'done', chunks: seconds, lost_samples: 0, gaps: 0, clock_quality: 'gps_fresh' });
      expect(Date.parse(of(name).at(-1)!.stored_at) - Date.parse(recording.t0 ?? '') - 1_000 * seconds).toBeLessThan(2_000);
    }
    expect(by.get('kiwi-10')).toMatchObject({ state: 'done', chunks: seconds, clock_quality: 'host' });
    const stalled = of('kiwi-9').flatMap((chunk) => chunk.gaps);
    expect([...new Set(stalled.map(([, , cause]) => cause))]).toEqual(['stalled']);
    expect(stalled.reduce((sum, [, length]) => sum + length, 0)).toBe(by.get('kiwi-9')?.lost_samples);
    expect(of('kiwi-9').reduce((sum, chunk) => sum + chunk.samples_count, 0)).toBe(Math.round(seconds * of('kiwi-9')[0]!.sample_rate_hz));
  }, 90_000);

  it('begins a scheduled recording at its instant, with the password that is kept now', async () => {
    const { socket, seen, ask } = await connect();
    await system.api.call(routes.updateReceiver, { params: { id: ids.get('kiwi-6') ?? '' }, body: { password: 'lab-secret' } });
    const startAt = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 7_000).toISOString();
    expect(await ask('session:schedule', { session_name: 'later', frequency_hz: FREQUENCY, duration_seconds: 1, start_at: startAt, receiver_ids: named('kiwi-6') })).toMatchObject({ ok: true });
    const started = seen.get('session:started')?.[0];
    expect(started).toMatchObject({ status: 'scheduled' });
    expect(await ended(String(started?.['session_id']))).toMatchObject({ status: 'completed', t0: startAt, receivers: [{ receiver_name: 'kiwi-6', chunks: 1, lost_samples: 0 }] });
    socket.close();
  }, 60_000);

  it('survives kill -9 in the middle: the true gap, no row twice, no object without a row', async () => {
    const seconds = 8;
    const { recording: made } = await system.api.call(routes.createRecording, { body: { session_name: 'killed', frequency_hz: FREQUENCY, duration_seconds: seconds, receiver_ids: named('kiwi-1', 'kiwi-2') } });
    const id = made.session_id;
    await eventually(async () => expect((await system.api.call(routes.getRecording, { params: { id } })).recording.measurements_count).toBeGreaterThanOrEqual(8), { timeoutMs: 30_000 });
    process.kill(system.stack.pids()['sdr-acquirer']!, 'SIGKILL');
    const recording = await ended(id);
    expect(recording.status).toBe('partial');
    const { chunks } = await system.api.call(routes.listChunks, { params: { id }, query: {} });
    for (const receiver of recording.receivers) {
      const own = chunks.filter((chunk) => chunk.receiver_no === receiver.receiver_no);
      expect(own.map((chunk) => chunk.chunk_index)).toEqual(Array.from({ length: seconds }, (_, index) => index));
      expect(own.reduce((sum, chunk) => sum + chunk.samples_count, 0)).toBe(Math.round(seconds * own[0]!.sample_rate_hz));
      const gaps = own.flatMap((chunk) => chunk.gaps);
      expect([...new Set(gaps.map(([, , cause]) => cause))]).toEqual(['worker_lost']);
      // One hole: each part begins where the one before it ends.
      gaps.slice(1).forEach(([start], at) => expect(start).toBe(gaps[at]![0] + gaps[at]![1]));
      expect(gaps.reduce((sum, [, length]) => sum + length, 0)).toBe(receiver.lost_samples);
    }
    const folder = readdirSync(system.dataDir, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes(path.join('sessions', id)) && name.endsWith('.npy'));
    expect(folder.map((name) => name.slice(name.indexOf('sessions/'))).sort()).toEqual(chunks.flatMap(({ key }) => (key === null ? [] : [key])).sort());
    // Everything that is stored is named in the session, also what the first worker had stored.
    const { artifacts } = await system.api.call(routes.sessionArtifacts, { params: { id } });
    expect(artifacts.filter(({ kind }) => kind === 'iq-chunk')).toHaveLength(folder.length);
  }, 90_000);
});
