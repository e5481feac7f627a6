import type { ChunkRow } from '../recordings/recording-row';

const METRICS = ['power_dbfs', 'peak_dbfs', 'crest_db', 'clip_count', 'dc_dbfs', 'noise_floor_dbfs_hz', 'snr_db', 'cn0_dbhz', 'bandwidth_hz', 'frequency_offset_hz', 'kiwi_snr_db', 'rssi_dbm'] as const;

/** Metrics of every chunk as CSV (RFC 4180); an empty field where a value is not known. */
export function metricsCsv(chunks: readonly ChunkRow[]): string {
  const header = ['receiver_no', 'frequency_hz', 'chunk_index', 't0_utc_ns', 'first_sample_index', 'samples_count', 'sample_rate_hz', 'lost_samples', 'gaps', 'clock_quality', 'clock_error_ns', ...METRICS, 'sha512'];
  const lines = chunks.map((chunk) =>
    [
      chunk.receiver_no,
      chunk.frequency_hz,
      chunk.chunk_index,
      chunk.t0_utc_ns,
      chunk.first_sample_index,
      chunk.samples_count,
      chunk.sample_rate_hz,
      chunk.lost_samples,
      chunk.gaps.length,
      chunk.clock_quality,
      chunk.clock_error_ns,
      ...METRICS.map((name) => chunk.metrics?.[name] ?? ''),
      chunk.sha512 ?? '',
    ].join(','),
  );
  return `${[header.join(','), ...lines].join('\r\n')}\r\n`;
}
