import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ChunkView, type RecordingView, routes } from '@capstan/contracts';
import { type ApiClient, LabProcess } from '@capstan/deploy';
import { systemClock } from '@capstan/kernel';
import { io } from 'socket.io-client';
import { type Bench, type BenchStack, type Say, startBenchStack, verdict } from './bench';
import { percentile } from './figures';

const FREQUENCY = 7_000_000;
const HERTZ_OF_TICKS = 100;

interface LabReceiver {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

interface Run {
  readonly recording: RecordingView;
  readonly chunks: readonly ChunkView[];
  /** Milliseconds from the order to `session:finished`. */
  readonly wallMs: number;
  /** Milliseconds from the end of the last sample to `session:finished`. */
  readonly finishMs: number;
  /** Milliseconds from the end of each chunk to the message that all receivers have stored it. */
  readonly lagsMs: readonly number[];
  readonly cpuSec: number;
  /** Most memory the sdr-acquirer ever had, and before the recording. */
  readonly rssMiB: number;
  readonly idleMiB: number;
}

/** Processor seconds and memory of the sdr-acquirer of this stack, read from /proc. */
function usage(dataDir: string): { cpuSec: number; rssMiB: number } {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
      const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1');
      if (command.includes('sdr-acquirer/dist/main.js') && environment.includes(dataDir)) {
        const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /, '').split(' ');
        const rss = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
        return { cpuSec: (Number(fields[11]) + Number(fields[12])) / HERTZ_OF_TICKS, rssMiB: Number(rss?.[1] ?? 0) / 1_024 };
      }
    } catch {
      // It ended meanwhile, or is somebody else's.
    }
  }
  throw new Error('the sdr-acquirer was not found');
}

async function addReceivers(api: ApiClient, receivers: readonly LabReceiver[]): Promise<void> {
  for (const { name, host, port } of receivers) {
    await api.call(routes.createReceiver, { body: { name, protocol: 'kiwisdr', host, port } });
  }
}

async function record({ api, dataDir }: BenchStack, seconds: number): Promise<Run> {
  const socket = io(api.address, { transports: ['websocket'], auth: { token: api.token } });
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  await socket.timeout(5_000).emitWithAck('subscribe', { channels: ['recordings'] });
  const lagsMs: number[] = [];
  socket.on('session:progress', (progress: { chunk_index?: number; lag_ms: number }) => (progress.chunk_index === undefined ? undefined : lagsMs.push(progress.lag_ms)));
  const finished = new Promise<number>((resolve) => socket.once('session:finished', () => resolve(systemClock.now())));
  const before = usage(dataDir);
  const from = systemClock.now();
  const { recording: made } = await api.call(routes.createRecording, { body: { session_name: 'bench', frequency_hz: FREQUENCY, duration_seconds: seconds } });
  const at = await finished;
  const after = usage(dataDir);
  socket.close();
  const params = { id: made.session_id };
  const { recording } = await api.call(routes.getRecording, { params });
  const { chunks } = await api.call(routes.listChunks, { params, query: { limit: 5_000 } });
  return { recording, chunks, wallMs: at - from, finishMs: at - (Date.parse(recording.t0 ?? '') + seconds * 1_000), lagsMs, cpuSec: after.cpuSec - before.cpuSec, rssMiB: after.rssMiB, idleMiB: before.rssMiB };
}

async function withReceivers(say: Say, count: number, work: (stack: BenchStack) => Promise<boolean>): Promise<boolean> {
  const stack = await startBenchStack(say);
  const lab = await LabProcess.start(['--hosts', '0', '--kiwi', String(count)]);
  try {
    await addReceivers(stack.api, (lab.inventory as unknown as { receivers: LabReceiver[] }).receivers);
    return await work(stack);
  } finally {
    await lab.stop();
    await stack.stop();
  }
}

/** Whether every receiver's chunks hold exactly `round(seconds · rate)` samples. */
function isExact(run: Run, seconds: number): boolean {
  return run.recording.receivers.every((receiver) => {
    const own = run.chunks.filter((chunk) => chunk.receiver_no === receiver.receiver_no);
    return own.reduce((sum, chunk) => sum + chunk.samples_count, 0) === Math.round(seconds * (own[0]?.sample_rate_hz ?? 0));
  });
}

/** 15 s from seven receivers. */
export const recording: Bench = (say) =>
  withReceivers(say, 7, async (stack) => {
    const run = await record(stack, 15);
    const lost = run.recording.receivers.reduce((sum, receiver) => sum + receiver.lost_samples, 0);
    say(`wall ${(run.wallMs / 1_000).toFixed(2)} s, finished ${run.finishMs} ms after the last sample, ${run.chunks.length} chunks, ${lost} samples lost, ${run.cpuSec.toFixed(2)} s of processor, ${run.rssMiB.toFixed(0)} MiB`);
    return [
      verdict(say, '105 objects whose counts are exactly 15 s of each receiver', run.chunks.filter((chunk) => chunk.key !== null).length === 105 && isExact(run, 15) && lost === 0),
      verdict(say, 'the whole session within 16.5 s', run.wallMs <= 16_500),
      verdict(say, 'session:finished within 300 ms of the last sample', run.finishMs <= 300),
    ].every(Boolean);
  });

/** 30 s from a hundred receivers on this machine, generator included. */
export const recordingScale: Bench = (say) =>
  withReceivers(say, 100, async (stack) => {
    const seconds = 30;
    const run = await record(stack, seconds);
    const gaps = run.recording.receivers.reduce((sum, receiver) => sum + receiver.gaps, 0);
    // A chunk of an unbroken recording ends where its number says.
    const persisted = run.chunks.map((chunk) => Date.parse(chunk.stored_at) - Date.parse(run.recording.t0 ?? '') - 1_000 * (chunk.chunk_index + 1));
    const p99 = percentile(persisted, 99);
    const cores = run.cpuSec / (run.wallMs / 1_000);
    say(`${run.recording.status}, ${gaps} gaps, a chunk is persisted ${percentile(persisted, 50).toFixed(0)} ms after its end at the median and ${p99.toFixed(0)} ms at p99, a chunk number everywhere after ${percentile(run.lagsMs, 50).toFixed(0)} ms and at worst ${Math.max(...run.lagsMs).toFixed(0)} ms, ${cores.toFixed(2)} cores (${((1_000 * run.cpuSec) / (100 * seconds)).toFixed(2)} ms per receiver-second), ${run.rssMiB.toFixed(0)} MiB at most (${run.idleMiB.toFixed(0)} before)`);
    return [
      verdict(say, 'no gap and every sample', gaps === 0 && isExact(run, seconds)),
      verdict(say, 'a chunk persisted within 1.0 s of its end (p99)', p99 <= 1_000),
      verdict(say, 'the sdr-acquirer within 0.6 core', cores <= 0.6),
      verdict(say, 'the sdr-acquirer within 400 MB', run.rssMiB * 1.048_576 <= 400),
    ].every(Boolean);
  });

const NUMPY_CHECK = `
import json, sys, numpy as np
a = np.load(sys.argv[1], allow_pickle=False)
assert a.dtype == np.complex64 and a.ndim == 1, a.dtype
f = np.fft.fft(a * np.hanning(len(a)), 1 << 18)
k = int(np.abs(f).argmax())
print(json.dumps({'n': len(a), 'power': float(10 * np.log10(np.mean(np.abs(a) ** 2))), 'hz': k / (1 << 18)}))
`;

/** What NumPy says of a stored chunk: samples, mean power in dBFS, strongest line in cycles per sample. */
export function numpyView(file: Buffer): { n: number; power: number; hz: number } {
  const folder = mkdtempSync(path.join(tmpdir(), 'capstan-numpy-'));
  try {
    writeFileSync(path.join(folder, 'chunk.npy'), file);
    return JSON.parse(execFileSync('python3', ['-c', NUMPY_CHECK, path.join(folder, 'chunk.npy')], { encoding: 'utf8' })) as { n: number; power: number; hz: number };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Metrics of a stored chunk against NumPy's reading of the same file. */
export const metrics: Bench = (say) =>
  withReceivers(say, 1, async (stack) => {
    const run = await record(stack, 3);
    const chunk = run.chunks[1];
    const { artifacts } = await stack.api.call(routes.sessionArtifacts, { params: { id: run.recording.session_id } });
    const artifact = artifacts.find((each) => each.key === chunk?.key);
    if (chunk === undefined || chunk.metrics === null || artifact === undefined) {
      throw new Error('no chunk was stored');
    }
    const seen = numpyView(Buffer.from(await (await stack.api.fetch(routes.downloadArtifact, { params: { id: artifact.artifact_id } })).arrayBuffer()));
    say(`NumPy: ${seen.n} samples, ${seen.power.toFixed(3)} dBFS, ${(seen.hz * chunk.sample_rate_hz).toFixed(3)} Hz; Capstan: ${chunk.samples_count}, ${chunk.metrics.power_dbfs.toFixed(3)} dBFS, ${chunk.metrics.frequency_offset_hz?.toFixed(3)} Hz`);
    return [
      verdict(say, 'power within 0.3 dB', Math.abs(seen.power - chunk.metrics.power_dbfs) <= 0.3),
      verdict(say, 'the lab’s tone of 1000.5 Hz within 0.05 Hz', Math.abs((chunk.metrics.frequency_offset_hz ?? 0) - 1_000.5) <= 0.05),
    ].every(Boolean);
  });
