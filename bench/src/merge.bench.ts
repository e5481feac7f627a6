import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { installPackages } from '@capstan/backing-services';
import { ROOT } from '@capstan/deploy';
import { systemClock } from '@capstan/kernel';
import { captureBytes, VOICE_DEVICES, VoiceCalls } from '@capstan/lab';
import { type Bench, verdict } from './bench';
import { percentile } from './figures';

const FILES = 10;
const FILE_BYTES = 100_000_000;
const ROUNDS = 5;
const BOUND = 1.5;
const EPOCH = Date.UTC(2026, 10, 1, 9);
/** Calls are worked out for this long; longer captures are the same again, later. */
const PIECE_MS = 60_000;
const HEADER = 24;
/** Files whose clock ran away: they take the slower way. */
const DRIFTING = 2;
const MERGE_COMMAND = path.join(ROOT, 'apps/device-collector/dist/capture-analysis/merge/merge-command.js');

const run = promisify(execFile);

interface Capture {
  readonly path: string;
  readonly packets: number;
  readonly offsetMs: number;
  readonly drifts: boolean;
  readonly first: number;
  readonly last: number;
}

/** A capture of calls, repeated until the file is full. */
async function writeCapture(file: string, index: number): Promise<Capture> {
  const media = VOICE_DEVICES.filter((device) => device !== 'cucm');
  const device = media[index % media.length] ?? 'cube';
  const offsetMs = (index - FILES / 2) * 137.25;
  const calls = new VoiceCalls({ seed: index + 1, epoch: EPOCH, clocks: { [device]: { offsetMs } } });
  const packets = [...calls.packets(device, EPOCH, EPOCH + PIECE_MS)];
  const piece = captureBytes(packets);
  const target = await open(file, 'w');
  let [written, repeated] = [piece.length, 1];
  try {
    await target.write(piece);
    const again = Buffer.from(piece.subarray(HEADER));
    for (; written + again.length <= FILE_BYTES + again.length; written += again.length, repeated += 1) {
      for (let position = 0; position < again.length; position += 16 + again.readUInt32LE(position + 8)) {
        again.writeUInt32LE(again.readUInt32LE(position) + PIECE_MS / 1_000, position);
      }
      await target.write(again);
    }
  } finally {
    await target.close();
  }
  const [first, last] = [packets[0]?.deviceTime ?? 0, (packets.at(-1)?.deviceTime ?? 0) + (repeated - 1) * PIECE_MS];
  return { path: file, packets: packets.length * repeated, offsetMs, drifts: index < DRIFTING, first, last };
}

async function packetsOf(file: string): Promise<number> {
  const { stdout } = await run('capinfos', ['-c', '-M', '-T', '-r', file]);
  return Number(stdout.trim().split('\t').at(-1));
}

/** Ten captures of 100 MB merged with corrected clocks, beside `mergecap` alone on the same files. */
export const merge: Bench = async (say) => {
  await installPackages(['tshark'], { log: say });
  const folder = mkdtempSync(path.join(process.env['CAPSTAN_BENCH_DIR'] ?? tmpdir(), 'capstan-merge-'));
  try {
    const captures: Capture[] = [];
    for (let index = 0; index < FILES; index += 1) {
      captures.push(await writeCapture(path.join(folder, `${index}.pcap`), index));
    }
    const output = path.join(folder, 'merged.pcapng');
    const order = path.join(folder, 'order.json');
    const inputs = captures.map(({ path: file, offsetMs, drifts, first, last }) => ({
      path: file,
      name: path.basename(file),
      offset_ms: offsetMs,
      ...(drifts ? { offset_end_ms: offsetMs + 60 } : {}),
      first_packet_ms: first,
      last_packet_ms: last,
    }));
    writeFileSync(order, JSON.stringify({ output, scratch: folder, inputs }));
    const [bare, ours]: number[][] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      rmSync(output, { force: true });
      const began = systemClock.monotonic();
      await run('mergecap', ['-I', 'none', '-w', output, ...captures.map((capture) => capture.path)]);
      bare?.push(systemClock.monotonic() - began);
      rmSync(output, { force: true });
      // The time of the merge itself: the service is running already when a session ends.
      const { stdout } = await run(process.execPath, [MERGE_COMMAND, order]);
      ours?.push(Number(stdout));
    }
    const expected = captures.reduce((sum, { packets }) => sum + packets, 0);
    const complete = (await packetsOf(output)) === expected;
    const ratios = (ours ?? []).map((ms, round) => ms / (bare?.[round] ?? Number.NaN));
    const bytes = captures.reduce((sum, capture) => sum + statSync(capture.path).size, 0);
    say(`${FILES} captures, ${(bytes / 1e6).toFixed(0)} MB, ${expected} packets, ${DRIFTING} of them with a drifting clock, medians of ${ROUNDS}`);
    say(`merged and corrected in ${percentile(ours ?? [], 50).toFixed(0)} ms; mergecap alone ${percentile(bare ?? [], 50).toFixed(0)} ms`);
    const fast = verdict(say, `ratio ${percentile(ratios, 50).toFixed(2)} ≤ ${BOUND}`, percentile(ratios, 50) <= BOUND);
    return verdict(say, `every packet is in the merged file`, complete) && fast;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
