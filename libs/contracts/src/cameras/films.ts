import { z } from 'zod';
import { isoTimestamp, pageInfo, uuid } from '../primitives';

/** What a film can be encoded as: H.264 and H.265 in MP4, VP9 in WebM. */
export const FILM_CODECS = ['h264', 'h265', 'vp9'] as const;
/** See {@link FILM_CODECS}. */
export type FilmCodec = (typeof FILM_CODECS)[number];
/** Where a film is on its way. */
export const FILM_STATES = ['queued', 'running', 'completed', 'failed'] as const;
/** See {@link FILM_STATES}. */
export type FilmState = (typeof FILM_STATES)[number];

/** Body of `POST /cameras/:id/films`: a film of stored snapshots, oldest first, made in the background. */
export const makeFilmBody = z
  .strictObject({
    since: isoTimestamp.optional(),
    until: isoTimestamp.optional(),
    limit: z.int().min(2).max(2_000).default(500),
    codec: z.enum(FILM_CODECS).default('h264'),
    frames_per_sec: z.int().min(1).max(60).default(12),
    /** Pixels; nothing is enlarged. */
    width: z.int().min(160).max(3_840).default(1_280),
  })
  .prefault({});
/** See {@link makeFilmBody}. */
export type MakeFilmBody = z.output<typeof makeFilmBody>;

/** Body of `POST /films/:id/convert`: the same film in another codec, as a film of its own. */
export const convertFilmBody = z.strictObject({ codec: z.enum(FILM_CODECS) });

/** A film, or the work on it. */
export const filmView = z.object({
  id: uuid,
  camera_id: uuid,
  camera_name: z.string(),
  /** The film it was converted from; null for one made of snapshots. */
  source_film_id: uuid.nullable(),
  codec: z.enum(FILM_CODECS),
  state: z.enum(FILM_STATES),
  /** Percent of its frames that are encoded. */
  progress: z.int().min(0).max(100),
  frames: z.int(),
  error_code: z.string().nullable(),
  file_size: z.int().nullable(),
  sha256: z.string().nullable(),
  created_at: isoTimestamp,
  finished_at: isoTimestamp.nullable(),
});
/** See {@link filmView}. */
export type FilmView = z.output<typeof filmView>;
/** Answer of `GET /cameras/:id/films`, newest first. */
export const filmList = z.object({ films: z.array(filmView), ...pageInfo });
