import type { ReceiverView, SourceView } from '@capstan/contracts';
import { isoTime } from '@capstan/kernel';
import type { ChunkRow, RecordingRow, StreamRow } from './recording-row';

/** Everything a manifest is made of. */
export interface ManifestParts {
  readonly recording: RecordingRow;
  readonly status: string;
  readonly source: SourceView | null;
  readonly streams: readonly StreamRow[];
  readonly receivers: ReadonlyMap<string, ReceiverView>;
  readonly chunks: readonly ChunkRow[];
  readonly software: string;
}

/** `sessions/<id>/manifest.json`: enough to use, export, verify or delete a recording without the database. */
export function manifestOf({ recording, status, source, streams, receivers, chunks, software }: ManifestParts): Record<string, unknown> {
  return {
    format: 'capstan-recording/1',
    session: {
      session_id: recording.session_id,
      name: recording.session_name,
      status,
      notes: recording.notes,
      source,
      frequencies_hz: recording.frequencies_hz.map(Number),
      duration_seconds: recording.duration_seconds,
      t0: recording.t0 === null ? null : isoTime(recording.t0.getTime()),
      t0_utc_ns: recording.t0 === null ? null : `${recording.t0.getTime()}000000`,
      policy: recording.policy,
      retry_of: recording.retry_of,
      software,
    },
    receivers: streams.map((stream) => {
      const receiver = receivers.get(stream.receiver_id);
      return {
        receiver_no: stream.receiver_no,
        receiver_id: stream.receiver_id,
        name: stream.receiver_name,
        frequency_hz: Number(stream.frequency_hz),
        protocol: receiver?.protocol ?? null,
        url: receiver === undefined ? null : `${receiver.host}:${receiver.port}${receiver.path}`,
        latitude: receiver?.latitude ?? null,
        longitude: receiver?.longitude ?? null,
        altitude_asl: receiver?.altitude_asl ?? null,
        state: stream.state,
        cause: stream.cause,
        ...stream.facts,
      };
    }),
    chunks: chunks.map((chunk) => ({
      receiver_no: chunk.receiver_no,
      frequency_hz: Number(chunk.frequency_hz),
      index: chunk.chunk_index,
      key: chunk.key,
      first_sample_index: Number(chunk.first_sample_index),
      count: chunk.samples_count,
      sample_rate_hz: chunk.sample_rate_hz,
      t0_utc_ns: chunk.t0_utc_ns,
      clock_quality: chunk.clock_quality,
      clock_error_ns: Number(chunk.clock_error_ns),
      lost_samples: chunk.lost_samples,
      gaps: chunk.gaps,
      metrics: chunk.metrics,
      sha512: chunk.sha512,
      bytes: chunk.bytes,
      attempt: chunk.attempt,
      retry_of_index: chunk.retry_of_index,
    })),
    totals: {
      chunks: chunks.filter((chunk) => chunk.key !== null).length,
      samples: chunks.reduce((sum, chunk) => sum + chunk.samples_count - chunk.lost_samples, 0),
      lost_samples: chunks.reduce((sum, chunk) => sum + chunk.lost_samples, 0),
      bytes: chunks.reduce((sum, chunk) => sum + chunk.bytes, 0),
    },
  };
}
