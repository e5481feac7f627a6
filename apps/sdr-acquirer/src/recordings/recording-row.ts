import type { ChunkMetricsView, RecordingPolicy, RecordingState, RecordingSummary, RecordingView, StreamState, StreamView } from '@capstan/contracts';
import { isoTime } from '@capstan/kernel';
import { ChunkPlan } from '../chunks/chunk-plan';

/** A row of `recordings` with the name of its source. */
export interface RecordingRow {
  session_id: string;
  session_name: string;
  status: RecordingState;
  approval_status: 'pending' | 'approved' | 'rejected';
  frequencies_hz: string[];
  duration_seconds: number;
  source_id: string | null;
  source_name: string | null;
  notes: string;
  uncertainty_meters: number | null;
  policy: RecordingPolicy;
  created_at: Date;
  created_by: string;
  start_at: Date | null;
  session_start: Date | null;
  session_end: Date | null;
  t0: Date | null;
  begun: boolean;
  cancel_requested: boolean;
  paused_ms: string;
  progress_chunk: number;
  retry_of: string | null;
  /** Receiver number to the chunk numbers of {@link retry_of} that are recorded again. */
  retry_chunks: Readonly<Record<string, readonly number[]>> | null;
  manifest_key: string | null;
  message: string | null;
  measurements: string;
}

/** The newest numbers of a stream. */
export interface LastNumbers {
  readonly snr_db: number | null;
  readonly power_dbfs: number | null;
  readonly rssi_dbm: number | null;
  readonly clock_quality: 'gps_fresh' | 'gps_stale' | 'host';
}

/** What is known of a stream's clock and connection; for the manifest. */
export interface StreamFacts {
  readonly sample_rate_hz: number;
  readonly fitted_rate_hz: number | null;
  readonly sigma_ns: number | null;
  readonly hardware: string;
  readonly low_hz: number;
  readonly high_hz: number;
  readonly clock_steps: number;
  readonly attempts: ReadonlyArray<{ readonly at: string; readonly cause: string }>;
}

/** A row of `recording_streams`. */
export interface StreamRow {
  session_id: string;
  receiver_no: number;
  frequency_hz: string;
  receiver_id: string;
  receiver_name: string;
  target_id: string | null;
  state: StreamState;
  cause: string | null;
  message: string | null;
  next_chunk: number;
  chunks: number;
  samples: string;
  lost_samples: string;
  gaps: number;
  expected_samples: string;
  last: LastNumbers | null;
  facts: StreamFacts | null;
}

/** A row of `chunks`. */
export interface ChunkRow {
  recorded_at: Date;
  session_id: string;
  receiver_no: number;
  frequency_hz: string;
  chunk_index: number;
  receiver_id: string;
  key: string | null;
  first_sample_index: string;
  samples_count: number;
  sample_rate_hz: number;
  t0_utc_ns: string;
  clock_quality: 'gps_fresh' | 'gps_stale' | 'host';
  clock_error_ns: string;
  lost_samples: number;
  gaps: Array<[number, number, string]>;
  metrics: ChunkMetricsView | null;
  sha512: string | null;
  sha256: string | null;
  bytes: number;
  attempt: number;
  retry_of_index: number | null;
  stored_at: Date;
}

/** Whether a stream may still bring something. */
export function isLive(stream: Pick<StreamRow, 'state'>): boolean {
  return stream.state !== 'done' && stream.state !== 'failed';
}

const iso = (value: Date | null): string | null => (value === null ? null : isoTime(value.getTime()));

/** Chunks of each receiver of a recording. */
export function totalChunks(row: Pick<RecordingRow, 'duration_seconds' | 'policy'>): number {
  return new ChunkPlan({ sampleRate: 1, chunkSeconds: row.policy.chunk_seconds, durationSeconds: row.duration_seconds }).chunkCount;
}

export function summaryOf(row: RecordingRow): RecordingSummary {
  const frequencies = row.frequencies_hz.map(Number);
  const first = frequencies[0] ?? 0;
  return {
    session_id: row.session_id,
    session_name: row.session_name,
    status: row.status,
    approval_status: row.approval_status,
    frequency_hz: first,
    frequencies_hz: frequencies,
    frequency_mhz: first / 1e6,
    duration_seconds: row.duration_seconds,
    source_id: row.source_id,
    source_name: row.source_name,
    notes: row.notes,
    uncertainty_meters: row.uncertainty_meters,
    chunk_seconds: row.policy.chunk_seconds,
    total_chunks: totalChunks(row),
    measurements_count: Number(row.measurements),
    created_at: isoTime(row.created_at.getTime()),
    created_by: row.created_by,
    start_at: iso(row.start_at),
    session_start: iso(row.session_start),
    session_end: iso(row.session_end),
    t0: iso(row.t0),
    retry_of: row.retry_of,
    message: row.message,
  };
}

function streamOf(row: StreamRow): StreamView {
  return {
    receiver_id: row.receiver_id,
    receiver_no: row.receiver_no,
    receiver_name: row.receiver_name,
    target_id: row.target_id,
    frequency_hz: Number(row.frequency_hz),
    state: row.state,
    cause: row.cause,
    message: row.message,
    chunks: row.chunks,
    samples: Number(row.samples),
    lost_samples: Number(row.lost_samples),
    gaps: row.gaps,
    sample_rate_hz: row.facts?.sample_rate_hz ?? null,
    fitted_rate_hz: row.facts?.fitted_rate_hz ?? null,
    clock_quality: row.last?.clock_quality ?? null,
    snr_db: row.last?.snr_db ?? null,
    power_dbfs: row.last?.power_dbfs ?? null,
    rssi_dbm: row.last?.rssi_dbm ?? null,
  };
}

export function viewOf(row: RecordingRow, streams: readonly StreamRow[]): RecordingView {
  return { ...summaryOf(row), policy: row.policy, receivers: streams.map(streamOf) };
}
