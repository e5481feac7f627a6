import { z } from 'zod';
import { isoTimestamp, label, pageInfo, pageQuery, uuid } from '../primitives';
import { PARSE_STATUSES } from './rows';

/**
 * What became of a capture. `first`: nothing of this kind was known of the device. `unchanged`, `changed`: against the
 * last good one. `kept-incomplete`: kept to be looked at, and nothing is concluded from it. `late`: a newer one was
 * loaded before it; kept, and nothing is concluded from it either.
 */
export const CAPTURE_OUTCOMES = ['first', 'unchanged', 'changed', 'kept-incomplete', 'late'] as const;
/** See {@link CAPTURE_OUTCOMES}. */
export type CaptureOutcome = (typeof CAPTURE_OUTCOMES)[number];

/** Name of a capture type: one of Capstan's, or one an operator has added. */
export const captureTypeName = z.string().regex(/^[a-z][a-z0-9_-]{0,39}$/, 'must be the name of a capture type');

/** One output of one device, without its text. */
export const captureView = z.object({
  capture_id: uuid,
  session_id: uuid,
  task_id: uuid,
  device_id: uuid,
  device_name: z.string(),
  platform: z.string(),
  site: z.string().nullable(),
  capture_type: z.string(),
  captured_at: isoTimestamp,
  commands: z.array(z.string()),
  /** Whether it is proven that the device had said everything. */
  complete: z.boolean(),
  error_class: z.string().nullable(),
  parse_status: z.enum(PARSE_STATUSES).nullable(),
  row_count: z.int(),
  /** Lines nobody understood. */
  unparsed_count: z.int(),
  bytes: z.int(),
  /** SHA-256 of what the device said, and of what stays the same as long as nothing changes. */
  raw_sha256: z.string(),
  normalised_sha256: z.string().nullable(),
  outcome: z.enum(CAPTURE_OUTCOMES),
  change_id: uuid.nullable(),
  /** The earlier capture whose text is kept for both, because they differ in noise only; null when it has a text of its own. */
  same_as: uuid.nullable(),
  /** Whether a text is still stored. */
  stored: z.boolean(),
  /** Whether it is the approved reference of its device and type. */
  baseline: z.boolean(),
  /** Whether it is the last good one of its device and type. */
  current: z.boolean(),
  /** How often each rule of normalisation fired. */
  rules_hit: z.record(z.string(), z.number()),
  /** Whether the device answered with another identity than the known one. */
  identity_changed: z.boolean(),
});
/** See {@link captureView}. */
export type CaptureView = z.output<typeof captureView>;

/** Filters of a list of captures. */
export const captureListQuery = pageQuery.extend({
  device_id: uuid.optional(),
  capture_type: captureTypeName.optional(),
  session_id: uuid.optional(),
  site: z.string().max(100).optional(),
  /** `true`: only the last good one of each device and type. */
  current: z.enum(['true', 'false']).default('false'),
  since: isoTimestamp.optional(),
  until: isoTimestamp.optional(),
});
/** Answer of `GET /captures`, newest first. */
export const captureList = z.object({ captures: z.array(captureView), ...pageInfo });

/** Characters of each text inside an answer; all of it comes as a download. */
export const CAPTURE_TEXT_LIMIT = 1_000_000;
/** Rows inside an answer; all of them come as a download. */
export const CAPTURE_ROWS_LIMIT = 2_000;

/** Answer of `GET /captures/:id`. Secrets are masked: `<masked:3f9a1c>`. */
export const captureContent = z.object({
  capture: captureView,
  /** As the device wrote it; null when no text is stored any more. */
  raw: z.string().nullable(),
  /** Without what changes by itself. */
  normalised: z.string().nullable(),
  /** Whether one of the texts was cut at {@link CAPTURE_TEXT_LIMIT}. */
  truncated: z.boolean(),
  rows: z.array(z.record(z.string(), z.unknown())),
  row_total: z.int(),
  unparsed: z.array(z.object({ line: z.int(), text: z.string() })),
  /** Secrets that are masked in the text. */
  masked: z.int(),
});
/** See {@link captureContent}. */
export type CaptureContent = z.output<typeof captureContent>;

/** Which configurations a history is made of; all without a filter. */
export const configHistoryQuery = z.strictObject({ site: z.string().trim().min(1).max(100).optional(), device_id: uuid.optional() });

/** Which text of a capture. */
export const captureTextQuery = z.strictObject({ form: z.enum(['raw', 'normalised']).default('raw') });

/** Answer of `POST /captures/:id/reveal`: the text with its secrets. */
export const revealedCapture = z.object({ capture_id: uuid, text: z.string() });
/** Body of `POST /captures/:id/reveal`. */
export const revealCaptureBody = z.strictObject({
  /** Why; it stands in the audit log. */
  reason: label(300),
});

/** Query of `GET /captures/compare`: two captures, or the current ones of two devices, or a device and its baseline. */
export const compareQuery = z.strictObject({
  from: uuid.optional(),
  to: uuid.optional(),
  from_device: uuid.optional(),
  to_device: uuid.optional(),
  capture_type: captureTypeName.default('configs'),
  context: z.coerce.number().int().min(0).max(100_000).default(3),
});

/** Query of `GET /captures/groups`. */
export const captureGroupsQuery = z.strictObject({ capture_type: captureTypeName.default('configs'), site: z.string().max(100).optional(), platform: z.string().max(60).optional() });
/** Devices whose current outputs of a type are equal, the largest group first. */
export const captureGroups = z.object({
  capture_type: z.string(),
  groups: z.array(z.object({ normalised_sha256: z.string(), count: z.int(), devices: z.array(z.object({ device_id: uuid, device_name: z.string(), capture_id: uuid, captured_at: isoTimestamp })) })),
});

/** Query of the full-text search. Words are looked for at the beginning of words; `"…"` keeps words together. */
export const searchQuery = pageQuery.extend({
  q: z.string().trim().min(2, 'must have at least two characters').max(200),
  capture_type: captureTypeName.optional(),
  device_id: uuid.optional(),
  site: z.string().max(100).optional(),
  platform: z.string().max(60).optional(),
  /** Also what is not current any more. */
  history: z.enum(['true', 'false']).default('false'),
});
/** One capture in which everything was found. */
export const searchHit = z.object({
  capture: captureView,
  /** Lines with one of the words, those with most of them first; their numbers count from 1. */
  lines: z.array(z.object({ line: z.int(), text: z.string(), section: z.string().nullable() })),
  /** Lines with one of the words in all. */
  line_total: z.int(),
});
/** See {@link searchHit}. */
export type SearchHit = z.output<typeof searchHit>;
/** Answer of `GET /search`. */
export const searchAnswer = z.object({ hits: z.array(searchHit), terms: z.array(z.string()), ...pageInfo });
