import { isoNanoseconds } from '../timing/gps-time';

/** Version of the SigMF specification that is written. */
export const SIGMF_VERSION = '1.2.5';

/** A chunk as an export sees it. */
export interface ExportChunk {
  readonly index: number;
  /** Samples from T0. */
  readonly firstSample: number;
  readonly count: number;
  readonly t0UtcNs: bigint;
  readonly lost: number;
  readonly gaps: ReadonlyArray<readonly [start: number, length: number, cause: string]>;
  readonly metrics: Readonly<Record<string, number | null>> | null;
  readonly clockQuality: string;
}

/** One recording file: a receiver on a frequency. */
export interface SigmfStream {
  readonly sampleRate: number;
  readonly frequencyHz: number;
  readonly place: { readonly latitude: number; readonly longitude: number; readonly altitude: number | null } | null;
  readonly description: string;
  readonly author: string;
  readonly hardware: string;
  readonly recorder: string;
  /** Hexadecimal SHA-512 of the data file. */
  readonly sha512: string;
  readonly bandHz: { readonly low: number; readonly high: number } | null;
  /** Stored chunks, in order. */
  readonly chunks: readonly ExportChunk[];
}

type Json = Record<string, unknown>;

/** Seconds after which a segment begins anew, so that a reader far into the file need not trust one stamp. */
const RESYNC_SEC = 10;

/**
 * The `.sigmf-meta` of a stream whose data file is its stored chunks one after another. Chunks that are not stored make
 * `core:global_index` jump; samples that were filled with zeros are annotated as gaps.
 */
export function sigmfMeta(stream: SigmfStream): Json {
  const captures: Json[] = [];
  const annotations: Json[] = [];
  let sampleStart = 0;
  let expected: number | undefined;
  let syncedAt = Number.NEGATIVE_INFINITY;
  for (const chunk of stream.chunks) {
    if (expected !== chunk.firstSample || (sampleStart - syncedAt) / stream.sampleRate >= RESYNC_SEC) {
      captures.push(capture(stream, chunk, sampleStart));
      syncedAt = sampleStart;
    }
    annotations.push(chunkAnnotation(stream, chunk, sampleStart));
    for (const [start, length, cause] of chunk.gaps) {
      annotations.push({ 'core:sample_start': sampleStart + start - chunk.firstSample, 'core:sample_count': length, 'core:label': 'gap', 'core:comment': `${length} samples are missing: ${cause}`, 'core:generator': 'capstan', 'capstan:lost_samples': length });
    }
    expected = chunk.firstSample + chunk.count;
    sampleStart += chunk.count;
  }
  annotations.sort((a, b) => Number(a['core:sample_start']) - Number(b['core:sample_start']));
  return {
    global: {
      'core:datatype': 'cf32_le',
      'core:version': SIGMF_VERSION,
      'core:sample_rate': stream.sampleRate,
      'core:sha512': stream.sha512,
      'core:recorder': stream.recorder,
      'core:hw': stream.hardware,
      'core:author': stream.author,
      'core:description': stream.description,
      'core:extensions': [{ name: 'capstan', version: '1.0.0', optional: true }],
    },
    captures,
    annotations,
  };
}

function capture(stream: SigmfStream, chunk: ExportChunk, sampleStart: number): Json {
  const { place } = stream;
  return {
    'core:sample_start': sampleStart,
    'core:global_index': chunk.firstSample,
    'core:frequency': stream.frequencyHz,
    'core:datetime': isoNanoseconds(chunk.t0UtcNs),
    ...(place === null ? {} : { 'core:geolocation': { type: 'Point', coordinates: [place.longitude, place.latitude, ...(place.altitude === null ? [] : [place.altitude])] } }),
    'capstan:clock_quality': chunk.clockQuality,
  };
}

function chunkAnnotation(stream: SigmfStream, chunk: ExportChunk, sampleStart: number): Json {
  const { metrics, bandHz } = { ...chunk, bandHz: stream.bandHz };
  const numbers = Object.fromEntries(['snr_db', 'noise_floor_dbfs_hz', 'frequency_offset_hz', 'rssi_dbm'].flatMap((name) => (typeof metrics?.[name] === 'number' ? [[`capstan:${name}`, metrics[name]] as const] : [])));
  return {
    'core:sample_start': sampleStart,
    'core:sample_count': chunk.count,
    'core:label': `chunk ${String(chunk.index).padStart(3, '0')}`,
    'core:generator': 'capstan',
    ...(bandHz === null ? {} : { 'core:freq_lower_edge': stream.frequencyHz + bandHz.low, 'core:freq_upper_edge': stream.frequencyHz + bandHz.high }),
    ...numbers,
    'capstan:lost_samples': chunk.lost,
  };
}

/** The `.sigmf-collection` over metas; `hash` is the SHA-512 of each meta file's bytes. */
export function sigmfCollection(description: string, author: string, streams: ReadonlyArray<{ readonly name: string; readonly hash: string }>): Json {
  return { collection: { 'core:version': SIGMF_VERSION, 'core:description': description, 'core:author': author, 'core:streams': streams.map(({ name, hash }) => ({ name, hash })) } };
}
