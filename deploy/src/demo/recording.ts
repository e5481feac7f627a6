import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { routes } from '@capstan/contracts';
import { systemClock } from '@capstan/kernel';
import { say } from '../terminal';
import type { DemoPart } from './demo-part';

const DURATION_SEC = 15;
const FREQUENCY_HZ = 7_000_000;
const PATIENCE_MS = 60_000;
/** What the lab's third receiver drops: frames 120 to 139 of 512 samples. */
const INJECTED_SAMPLES = 20 * 512;

/** Arguments of the lab that this part needs. */
export const RECORDING_LAB_ARGS = ['--kiwi', '7', '--receiver-faults', 'kiwi-3=drop:120-139'] as const;

/** Records 15 s from seven receivers; every sample must be there but those the lab drops, and those must be the gap. */
export const recordReceivers: DemoPart = async ({ api, lab, dataDir }) => {
  const receivers = lab.inventory.receivers.map(({ name, protocol, host, port, latitude, longitude }) => ({ name, protocol, host, port, latitude, longitude }));
  await api.call(routes.importReceivers, { body: { receivers } });
  const { receivers: known } = await api.call(routes.listReceivers, { query: {} });
  const ids = known.filter((receiver) => receivers.some(({ name }) => name === receiver.name)).map((receiver) => receiver.receiver_id);
  const { recording: made } = await api.call(routes.createRecording, { body: { session_name: 'Demo: 7 MHz from seven receivers', frequency_hz: FREQUENCY_HZ, duration_seconds: DURATION_SEC, receiver_ids: ids } });
  say(`Recording ${made.session_id}: ${made.frequency_mhz} MHz for ${DURATION_SEC} s`);
  const params = { id: made.session_id };
  const deadline = systemClock.monotonic() + PATIENCE_MS;
  let { recording } = await api.call(routes.getRecording, { params });
  while (recording.session_end === null && systemClock.monotonic() < deadline) {
    await systemClock.sleep(500);
    ({ recording } = await api.call(routes.getRecording, { params }));
  }
  const { chunks } = await api.call(routes.listChunks, { params, query: { limit: 5_000 } });
  say('  receiver    chunks  samples  lost   SNR      offset       gaps');
  let good = recording.status === 'partial' || recording.status === 'completed';
  let lost = 0;
  for (const receiver of recording.receivers) {
    const own = chunks.filter((chunk) => chunk.receiver_no === receiver.receiver_no);
    const samples = own.reduce((sum, chunk) => sum + chunk.samples_count, 0);
    const expected = Math.round(DURATION_SEC * (own[0]?.sample_rate_hz ?? 0));
    const offset = own[1]?.metrics?.frequency_offset_hz;
    const gaps = own.flatMap((chunk) => chunk.gaps.map(([start, length, cause]) => `${length} from ${start} (${cause})`));
    good &&= samples === expected && own.length === DURATION_SEC;
    lost += receiver.lost_samples;
    say(`  ${receiver.receiver_name.padEnd(10)} ${String(own.length).padStart(7)} ${String(samples).padStart(8)} ${String(receiver.lost_samples).padStart(5)} ${(receiver.snr_db ?? 0).toFixed(1).padStart(6)} dB ${(offset ?? 0).toFixed(2).padStart(9)} Hz   ${gaps.join(', ') || '-'}`);
  }
  good &&= lost === INJECTED_SAMPLES;
  say(`  The lab dropped ${INJECTED_SAMPLES} samples; the recording misses ${lost} ${lost === INJECTED_SAMPLES ? '(equal)' : '(DIFFERENT)'}`);
  const file = path.join(dataDir, `recording_${made.session_id.slice(0, 8)}.sigmf`);
  const response = await api.fetch(routes.exportRecording, { params, query: { format: 'sigmf' } });
  await pipeline(Readable.fromWeb(response.body as never), createWriteStream(file));
  say(`  SigMF archive: ${file}`);
  return good;
};
