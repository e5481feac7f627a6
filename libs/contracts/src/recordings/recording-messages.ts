import { z } from 'zod';
import { defineEvent, defineRpc } from '../envelope/definitions';
import { isoTimestamp, uuid } from '../primitives';
import { actor } from '../sessions/session';
import { CLOCK_QUALITIES, STREAM_STATES } from './recording-states';
import { chunkListQuery, chunkView, createRecordingBody, EXPORT_FORMATS, recordingAnalytics, recordingCommands, recordingList, recordingListQuery, recordingView, retryRecordingBody, startRecordingOrder, updateRecordingBody } from './recordings';

const OWNER = 'sdr-acquirer';
const ref = z.object({ session_id: uuid, requested_by: actor });
const answer = z.object({ recording: recordingView });

/** What one receiver has done so far, by its number. */
export const receiverProgress = z.object({
  state: z.enum(STREAM_STATES),
  /** Chunks that are stored. */
  chunk: z.int(),
  samples: z.int(),
  lost_samples: z.int(),
  gaps: z.int(),
  snr_db: z.number().nullable(),
  power_dbfs: z.number().nullable(),
  rssi_dbm: z.number().nullable(),
  clock_quality: z.enum(CLOCK_QUALITIES).nullable(),
  cause: z.string().optional(),
});

/** One per chunk number, once every live receiver has stored that chunk or two seconds after it ended. */
export const recordingProgress = z.object({
  session_id: uuid,
  /** From 1. */
  chunk: z.int(),
  total_chunks: z.int(),
  /** 0 to 100. */
  progress: z.number(),
  measurements_count: z.int(),
  chunk_index: z.int(),
  state: z.string(),
  receivers: z.record(z.string(), receiverProgress),
  data_time_utc: isoTimestamp,
  /** From the end of the chunk to this message. */
  lag_ms: z.number(),
});
/** See {@link recordingProgress}. */
export type RecordingProgress = z.output<typeof recordingProgress>;

/** The truth about a recording that has ended; said once. */
export const recordingFinished = z.object({
  session_id: uuid,
  status: z.enum(['completed', 'partial', 'failed', 'cancelled']),
  expected_samples: z.int(),
  per_receiver: z.array(z.object({ receiver_no: z.int(), frequency_hz: z.int(), chunks: z.int(), samples: z.int(), lost_samples: z.int(), gaps: z.int(), cause: z.string().nullable() })),
  manifest_key: z.string().nullable(),
});
/** See {@link recordingFinished}. */
export type RecordingFinished = z.output<typeof recordingFinished>;

/** Facts about recordings. */
export const recordingEvents = {
  changed: defineEvent('recording.changed.v1', [OWNER], 'The header of a recording changed', z.object({ recording: recordingView })),
  progress: defineEvent('recording.progress.v1', [OWNER], 'A chunk number is done', recordingProgress),
  receiverChanged: defineEvent(
    'recording.receiver-changed.v1',
    [OWNER],
    'A receiver of a recording entered a state',
    z.object({ session_id: uuid, receiver_no: z.int(), frequency_hz: z.int(), from: z.enum(STREAM_STATES), to: z.enum(STREAM_STATES), cause: z.string().nullable() }),
  ),
  warning: defineEvent('recording.warning.v1', [OWNER], 'Something about the signal deserves a look', z.object({ session_id: uuid, receiver_no: z.int(), code: z.string(), message: z.string() })),
  finished: defineEvent('recording.finished.v1', [OWNER], 'A recording reached its end', recordingFinished),
  deleted: defineEvent('recording.deleted.v1', [OWNER], 'A recording and its chunks are gone', z.object({ session_id: uuid })),
} as const;

const complete = recordingCommands['session:complete'];

/** What the gateway asks about recordings. */
export const recordingRpc = {
  create: defineRpc(OWNER, 'create-recording', 'Name, label and start a recording', { request: z.object({ session_id: uuid, recording: createRecordingBody, requested_by: actor }), response: answer, timeoutMs: 15_000 }),
  start: defineRpc(OWNER, 'start-recording-session', 'Step 1 of the first generation: name a recording', { request: z.object({ session_id: uuid, command: startRecordingOrder, requested_by: actor }), response: answer }),
  assign: defineRpc(OWNER, 'assign-recording-source', 'Step 2: label it with its source', { request: z.object({ session_id: uuid, source_id: z.string().nullish(), requested_by: actor }), response: answer }),
  complete: defineRpc(OWNER, 'begin-recording', 'Step 3: start the acquisition', { request: z.object({ session_id: uuid, command: complete, requested_by: actor }), response: answer, timeoutMs: 15_000 }),
  list: defineRpc(OWNER, 'list-recordings', 'Recordings, newest first', { request: recordingListQuery, response: recordingList }),
  get: defineRpc(OWNER, 'get-recording', 'One recording', { request: z.object({ session_id: uuid }), response: answer }),
  update: defineRpc(OWNER, 'update-recording', 'Change name, notes, source or approval', { request: ref.extend({ changes: updateRecordingBody }), response: answer }),
  remove: defineRpc(OWNER, 'delete-recording', 'Remove a recording with everything stored', { request: ref, response: z.object({ deleted: z.boolean() }), timeoutMs: 15_000 }),
  pause: defineRpc(OWNER, 'pause-recording', 'Hold still from the next chunk on', { request: ref, response: answer }),
  resume: defineRpc(OWNER, 'resume-recording', 'Go on', { request: ref, response: answer }),
  cancel: defineRpc(OWNER, 'cancel-recording', 'End now and keep what there is', { request: ref, response: answer }),
  retry: defineRpc(OWNER, 'retry-recording', 'Record missing chunks again, as a recording of its own', { request: ref.extend({ new_session_id: uuid, retry: retryRecordingBody }), response: answer, timeoutMs: 15_000 }),
  chunks: defineRpc(OWNER, 'list-chunks', 'Chunks of a recording', { request: chunkListQuery.extend({ session_id: uuid }), response: z.object({ chunks: z.array(chunkView) }) }),
  export: defineRpc(OWNER, 'export-recording', 'Make an export and say where it is', {
    request: z.object({ session_id: uuid, format: z.enum(EXPORT_FORMATS), receiver_no: z.int().optional() }),
    response: z.object({ key: z.string(), name: z.string(), media_type: z.string(), size: z.int(), sha256: z.string() }),
    timeoutMs: 120_000,
  }),
  watchWaterfall: defineRpc(OWNER, 'watch-waterfall', 'Somebody looks at this waterfall for the next ten seconds; said again while that is so', { request: z.object({ session_id: uuid, receiver_id: uuid, bins: z.int(), fps: z.number() }), response: z.object({ bins: z.int() }) }),
  analytics: defineRpc(OWNER, 'recording-analytics', 'Numbers about all recordings', { request: z.object({}), response: recordingAnalytics }),
} as const;
