import { readFileSync } from 'node:fs';
import { routes } from '@capstan/contracts';
import { systemClock } from '@capstan/kernel';
import { type Bench, startBenchStack, verdict } from './bench';
import { percentile } from './figures';
import { storeArtifacts } from './stored-sessions';

const ARTIFACTS = 40;
const ARTIFACT_BYTES = Math.round((6 * 2 ** 30) / ARTIFACTS);
const TOTAL_BYTES = ARTIFACTS * ARTIFACT_BYTES;
const ROUNDS = 3;
const MIB = 2 ** 20;

function residentBytes(pid: number): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) * 1024;
}

/** Reads a response to its end. @returns MiB per second */
async function rateOf(response: Response): Promise<number> {
  const began = systemClock.monotonic();
  let bytes = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
  }
  if (bytes < TOTAL_BYTES) {
    throw new Error(`only ${bytes} bytes arrived`);
  }
  return bytes / MIB / ((systemClock.monotonic() - began) / 1_000);
}

/** A 6 GiB session of 40 artifacts as one ZIP, beside the same bytes as one file from the same gateway. */
export const bundle: Bench = async (say) => {
  const bench = await startBenchStack(say);
  try {
    const many = await storeArtifacts(bench, 'bundle', Array.from({ length: ARTIFACTS }, () => ARTIFACT_BYTES));
    const one = await storeArtifacts(bench, 'one file', [TOTAL_BYTES]);
    const gateway = bench.stack.pids()['gateway'] ?? 0;
    const zipRates: number[] = [];
    const fileRates: number[] = [];
    let growth = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      fileRates.push(await rateOf(await bench.api.fetch(routes.downloadArtifact, { params: { id: one.artifactIds[0] ?? '' } })));
      const before = residentBytes(gateway);
      let most = before;
      const watch = setInterval(() => (most = Math.max(most, residentBytes(gateway))), 50);
      zipRates.push(await rateOf(await bench.api.fetch(routes.downloadSession, { params: { id: many.sessionId } })));
      clearInterval(watch);
      growth = Math.max(growth, most - before);
    }
    const ratios = zipRates.map((rate, index) => rate / (fileRates[index] ?? Number.NaN));
    say(`bundle of ${ARTIFACTS} artifacts, 6 GiB: ${percentile(zipRates, 50).toFixed(0)} MiB/s; one file of 6 GiB: ${percentile(fileRates, 50).toFixed(0)} MiB/s (medians of ${ROUNDS})`);
    say(`gateway memory grew by ${(growth / MIB).toFixed(1)} MiB at most`);
    const fast = verdict(say, `ratio ${percentile(ratios, 50).toFixed(2)} ≥ 0.6`, percentile(ratios, 50) >= 0.6);
    return verdict(say, 'memory growth < 64 MiB', growth < 64 * MIB) && fast;
  } finally {
    await bench.stop();
  }
};
