import { z } from 'zod';
import { isoTimestamp, uuid } from '../primitives';

/** Longest recording, seconds. */
export const MAX_RECORDING_SECONDS = 3_600;
/** Chunks one stream may be cut into: the longest recording in the shortest chunks. */
export const MAX_CHUNKS = 36_000;

/** Hertz, whole. */
export const frequencyHz = z.int().min(1).max(30_000_000_000);
/** Seconds; fractions are allowed. */
export const recordingSeconds = z.number().min(1).max(MAX_RECORDING_SECONDS);
/** Seconds of a chunk. */
export const chunkSeconds = z.number().min(0.1).max(60);

/** One receiver on one frequency: a target of kind `recording`. */
export const recordingTarget = z.strictObject({
  kind: z.literal('recording'),
  receiver_id: uuid,
  /** For titles; the receiver itself is found by its id. */
  receiver_name: z.string().max(100).default(''),
  frequency_hz: frequencyHz,
  /** Seconds to record; the duration of the session where it is left out. */
  duration_seconds: z.number().min(0.1).max(MAX_RECORDING_SECONDS).optional(),
  chunk_seconds: chunkSeconds.default(1),
  /** Samples per second to ask for; the receiver's own setting where it is left out. */
  sample_rate_hz: z.int().min(1_000).max(3_200_000).optional(),
  /** Half the pass band. */
  half_band_hz: z.int().min(100).max(1_600_000).default(5_000),
  /** Automatic gain bends amplitudes, so it is off unless asked for. */
  agc: z.boolean().default(false),
  /** Fixed gain in the receiver's own unit: `manGain` of a KiwiSDR, decibels of an RTL-SDR. */
  gain: z.number().min(0).max(120).default(50),
  /** Whether chunks of several frequencies are kept apart by a folder each. */
  by_frequency: z.boolean().default(false),
  /** Only these chunk numbers are recorded, of a recording that is retried. */
  chunks: z.array(z.int().min(0).max(MAX_CHUNKS - 1)).min(1).max(MAX_CHUNKS).optional(),
  /** The recording does not begin before this instant. */
  not_before: isoTimestamp.optional(),
});
/** See {@link recordingTarget}. */
export type RecordingTarget = z.output<typeof recordingTarget>;
