import { z } from 'zod';
import { isoTimestamp, label, pageInfo, uuid } from '../primitives';
import { CLOCK_QUALITIES, RECORDING_STATES, STREAM_STATES } from './recording-states';
import { chunkSeconds, frequencyHz, recordingSeconds } from './recording-target';

/** Whether somebody has looked at a recording and found it good. */
export const APPROVALS = ['pending', 'approved', 'rejected'] as const;

/** A source by its id, `unknown`, or nothing, which means the same. */
export const sourceRef = z.union([uuid, z.literal('unknown')]).nullish();

const name = label(255);
const notes = z.string().max(10_000).nullish().transform((value) => value ?? '');
/** Megahertz as people write them; turned into whole hertz. */
const frequencyMhz = z.number().positive().max(30_000).transform((value) => Math.round(value * 1e6)).pipe(frequencyHz);

/** How a recording is made; every field has a default. */
export const recordingPolicy = z.strictObject({
  chunk_seconds: chunkSeconds.default(1),
  /** Receivers to use; all active ones that reach the frequency where it is left out. */
  receiver_ids: z.array(uuid).min(1).max(200).optional(),
  half_band_hz: z.int().min(100).max(1_600_000).default(5_000),
  agc: z.boolean().default(false),
  gain: z.number().min(0).max(120).default(50),
  /** Seconds all receivers together have to come up; the recording then starts without the others. */
  connect_seconds: z.int().min(5).max(60).default(12),
});
/** See {@link recordingPolicy}. */
export type RecordingPolicy = z.output<typeof recordingPolicy>;

/** Body of `POST /recordings`: named, labelled and started in one go, or at `start_at`. */
export const createRecordingBody = z.strictObject({
  session_name: name,
  frequency_hz: frequencyHz.optional(),
  /** Several frequencies are recorded side by side, each by a channel of its own. */
  frequencies_hz: z.array(frequencyHz).min(1).max(8).optional(),
  duration_seconds: recordingSeconds,
  source_id: sourceRef,
  notes,
  start_at: isoTimestamp.optional(),
  ...recordingPolicy.shape,
}).superRefine((body, context) => {
  if ((body.frequency_hz === undefined) === (body.frequencies_hz === undefined)) {
    context.addIssue({ code: 'custom', path: ['frequency_hz'], message: 'give frequency_hz or frequencies_hz', params: { code: 'REQUIRED' } });
  }
});
/** See {@link createRecordingBody}. */
export type CreateRecordingBody = z.output<typeof createRecordingBody>;

/** Body of `PATCH /recordings/:id`. */
export const updateRecordingBody = z.strictObject({
  session_name: name.optional(),
  notes: z.string().max(10_000).optional(),
  source_id: z.union([uuid, z.literal('unknown')]).optional(),
  approval_status: z.enum(APPROVALS).optional(),
  uncertainty_meters: z.number().positive().max(40_000_000).nullable().optional(),
}).refine((body) => Object.keys(body).length > 0, { message: 'No fields to update' });
/** See {@link updateRecordingBody}. */
export type UpdateRecordingBody = z.output<typeof updateRecordingBody>;

/** Which chunks to record again; all that are missing or have gaps where it is left out. */
export const retryRecordingBody = z.strictObject({
  chunks: z.array(z.strictObject({ receiver: z.int().min(1), index: z.int().min(0) })).min(1).max(10_000).optional(),
}).prefault({});

/** Step 1 between services: in hertz, so that passing it on changes nothing. */
export const startRecordingOrder = z.strictObject({ session_name: name, frequency_hz: frequencyHz, duration_seconds: recordingSeconds, notes, ...recordingPolicy.shape });
/** See {@link startRecordingOrder}. */
export type StartRecordingOrder = z.output<typeof startRecordingOrder>;

/** Commands of the socket. Both dialects of the first generation are accepted; see `docs/recordings.md`. */
export const recordingCommands = {
  'session:start': z.strictObject({ session_name: name, frequency_mhz: frequencyMhz, duration_seconds: recordingSeconds, notes, ...recordingPolicy.partial().shape, request_id: z.string().max(100).optional() }),
  'session:assign_source': z.strictObject({ session_id: uuid, source_id: sourceRef, request_id: z.string().max(100).optional() }),
  'session:complete': z.union([
    z.strictObject({ session_id: uuid, frequency_hz: frequencyHz, duration_seconds: recordingSeconds, request_id: z.string().max(100).optional() }),
    z.strictObject({ session_name: name, frequency_hz: frequencyHz, duration_seconds: recordingSeconds, source_id: sourceRef, notes, ...recordingPolicy.partial().shape, request_id: z.string().max(100).optional() }),
  ]),
  /** A recording that begins at `start_at`; answered by `session:started` with the status `scheduled`. */
  'session:schedule': z.strictObject({ session_name: name, frequency_hz: frequencyHz, duration_seconds: recordingSeconds, start_at: isoTimestamp, source_id: sourceRef, notes, ...recordingPolicy.partial().shape, request_id: z.string().max(100).optional() }),
  'session:pause': z.strictObject({ session_id: uuid, request_id: z.string().max(100).optional() }),
  'session:resume': z.strictObject({ session_id: uuid, request_id: z.string().max(100).optional() }),
  'session:cancel': z.strictObject({ session_id: uuid, request_id: z.string().max(100).optional() }),
  'session:retry': z.strictObject({ session_id: uuid, chunks: z.array(z.strictObject({ receiver: z.int().min(1), index: z.int().min(0) })).min(1).max(10_000).optional(), request_id: z.string().max(100).optional() }),
} as const;
/** See {@link recordingCommands}. */
export type RecordingCommands = { [Name in keyof typeof recordingCommands]: z.output<(typeof recordingCommands)[Name]> };

/** Samples that are not there: first one counted from T0, how many, and why. */
export const gapView = z.tuple([z.int(), z.int(), z.string()]);

/** Quality of a chunk; levels in dBFS. */
export const chunkMetricsView = z.object({
  power_dbfs: z.number(),
  peak_dbfs: z.number(),
  crest_db: z.number(),
  clip_count: z.int(),
  dc_dbfs: z.number(),
  noise_floor_dbfs_hz: z.number(),
  snr_db: z.number(),
  cn0_dbhz: z.number(),
  bandwidth_hz: z.number(),
  frequency_offset_hz: z.number().nullable(),
  kiwi_snr_db: z.number(),
  /** Only where the receiver reports it. */
  rssi_dbm: z.number().nullable(),
});
/** See {@link chunkMetricsView}. */
export type ChunkMetricsView = z.output<typeof chunkMetricsView>;

/** One chunk of one receiver. `key` is null when nothing of it came. */
export const chunkView = z.object({
  receiver_no: z.int(),
  receiver_id: uuid,
  frequency_hz: z.int(),
  chunk_index: z.int(),
  key: z.string().nullable(),
  /** Samples from T0 to its first one; runs on through pauses. */
  first_sample_index: z.int(),
  samples_count: z.int(),
  sample_rate_hz: z.number(),
  /** Unix nanoseconds of its first sample, as text: it does not fit a double. */
  t0_utc_ns: z.string(),
  time: isoTimestamp,
  clock_quality: z.enum(CLOCK_QUALITIES),
  clock_error_ns: z.int(),
  lost_samples: z.int(),
  gaps: z.array(gapView),
  metrics: chunkMetricsView.nullable(),
  sha512: z.string().nullable(),
  bytes: z.int(),
  attempt: z.int(),
  /** In a recording that is a retry: the chunk number of the first recording that this one stands for. */
  retry_of_index: z.int().nullable(),
  /** When its row was written, and with it everything about the chunk. */
  stored_at: isoTimestamp,
});
/** See {@link chunkView}. */
export type ChunkView = z.output<typeof chunkView>;

/** One receiver on one frequency in a recording. */
export const streamView = z.object({
  receiver_id: uuid,
  receiver_no: z.int(),
  receiver_name: z.string(),
  target_id: uuid.nullable(),
  frequency_hz: z.int(),
  state: z.enum(STREAM_STATES),
  cause: z.string().nullable(),
  message: z.string().nullable(),
  chunks: z.int(),
  samples: z.int(),
  lost_samples: z.int(),
  gaps: z.int(),
  sample_rate_hz: z.number().nullable(),
  /** By a line through the receiver's own stamps. */
  fitted_rate_hz: z.number().nullable(),
  clock_quality: z.enum(CLOCK_QUALITIES).nullable(),
  snr_db: z.number().nullable(),
  power_dbfs: z.number().nullable(),
  rssi_dbm: z.number().nullable(),
});
/** See {@link streamView}. */
export type StreamView = z.output<typeof streamView>;

/** A recording without its receivers. The first generation's fields come first. */
export const recordingSummary = z.object({
  session_id: uuid,
  session_name: z.string(),
  status: z.enum(RECORDING_STATES),
  approval_status: z.enum(APPROVALS),
  frequency_hz: z.int(),
  frequencies_hz: z.array(z.int()),
  frequency_mhz: z.number(),
  duration_seconds: z.number(),
  source_id: uuid.nullable(),
  source_name: z.string().nullable(),
  notes: z.string(),
  uncertainty_meters: z.number().nullable(),
  chunk_seconds: z.number(),
  total_chunks: z.int(),
  /** Stored chunks over all receivers. */
  measurements_count: z.int(),
  created_at: isoTimestamp,
  created_by: z.string(),
  start_at: isoTimestamp.nullable(),
  session_start: isoTimestamp.nullable(),
  session_end: isoTimestamp.nullable(),
  /** The instant of sample 0 of all receivers. */
  t0: isoTimestamp.nullable(),
  retry_of: uuid.nullable(),
  message: z.string().nullable(),
});
/** See {@link recordingSummary}. */
export type RecordingSummary = z.output<typeof recordingSummary>;

/** A recording with its receivers. */
export const recordingView = recordingSummary.extend({ policy: recordingPolicy, receivers: z.array(streamView) });
/** See {@link recordingView}. */
export type RecordingView = z.output<typeof recordingView>;

/** Filters of the list. */
export const recordingListQuery = z.strictObject({
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  per_page: z.coerce.number().int().min(1).max(100).default(20),
  limit: z.coerce.number().int().min(1).max(100).optional(),
  status: z.enum(RECORDING_STATES).optional(),
  approval_status: z.enum(APPROVALS).optional(),
  source_id: uuid.optional(),
  q: z.string().max(100).optional(),
});

/** A page of recordings, newest first. */
export const recordingList = z.object({ sessions: z.array(recordingSummary), ...pageInfo });

/** Filters of the chunks of a recording. */
export const chunkListQuery = z.strictObject({
  receiver_no: z.coerce.number().int().min(1).optional(),
  after_index: z.coerce.number().int().min(-1).default(-1),
  limit: z.coerce.number().int().min(1).max(5_000).default(1_000),
});

/** Export formats: a SigMF archive, WAV with stamps, metrics as CSV, all receivers on one common grid, or a picture of one receiver's spectrum over time. */
export const EXPORT_FORMATS = ['sigmf', 'wav', 'csv', 'aligned', 'spectrogram'] as const;
/** See {@link EXPORT_FORMATS}. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Numbers about all recordings. */
export const recordingAnalytics = z.object({
  total_sessions: z.int(),
  completed_sessions: z.int(),
  partial_sessions: z.int(),
  failed_sessions: z.int(),
  pending_sessions: z.int(),
  success_rate: z.number(),
  total_measurements: z.int(),
  average_duration_seconds: z.number().nullable(),
});
