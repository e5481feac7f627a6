import { z } from 'zod';
import { isoTimestamp, label, pageInfo, pageQuery, uuid } from '../primitives';
import { captureTypeName } from './captures';

/** How much a change matters. */
export const CHANGE_SEVERITIES = ['minor', 'moderate', 'critical'] as const;
/** See {@link CHANGE_SEVERITIES}. */
export type ChangeSeverity = (typeof CHANGE_SEVERITIES)[number];

/** Capture types whose changes are kept. */
export const TRACKED_TYPES = ['configs', 'version', 'inventory'] as const;
/** See {@link TRACKED_TYPES}. */
export type TrackedType = (typeof TRACKED_TYPES)[number];

/** Who made a change, in the device's words. */
export const changeActor = z.object({ user: z.string(), at: z.string().nullable(), from: z.string().nullable() });

/** A change of a configuration, a version or an inventory. */
export const changeView = z.object({
  change_id: uuid,
  device_id: uuid,
  device_name: z.string(),
  platform: z.string(),
  site: z.string().nullable(),
  capture_type: z.string(),
  kind: z.enum(['text', 'rows']),
  severity: z.enum(CHANGE_SEVERITIES),
  /** When the later capture was made; the change happened between `since` and then. */
  detected_at: isoTimestamp,
  since: isoTimestamp,
  session_id: uuid,
  from_capture_id: uuid,
  to_capture_id: uuid,
  /** Lines, or rows. */
  added: z.int(),
  removed: z.int(),
  /** Rows with another value; 0 of texts. */
  modified: z.int(),
  /** What changed, in a few words: sections of a configuration, fields of a version, parts of an inventory. */
  summary: z.array(z.string()),
  actor: changeActor.nullable(),
  rules_hit: z.record(z.string(), z.number()),
  acknowledged_at: isoTimestamp.nullable(),
  acknowledged_by: z.string().nullable(),
  note: z.string().nullable(),
});
/** See {@link changeView}. */
export type ChangeView = z.output<typeof changeView>;

/** Filters of the list of changes. */
export const changeListQuery = pageQuery.extend({
  hours: z.coerce.number().int().min(1).max(24 * 400).optional(),
  since: isoTimestamp.optional(),
  until: isoTimestamp.optional(),
  severity: z.enum(CHANGE_SEVERITIES).optional(),
  capture_type: captureTypeName.optional(),
  device_id: uuid.optional(),
  session_id: uuid.optional(),
  site: z.string().max(100).optional(),
  acknowledged: z.enum(['true', 'false']).optional(),
  /** Part of the name of a device, of an actor or of the summary. */
  q: z.string().trim().max(100).optional(),
});
/** Answer of `GET /changes`, newest first. */
export const changeList = z.object({ changes: z.array(changeView), ...pageInfo });

/** Body of `POST /changes/:id/acknowledge`. */
export const acknowledgeBody = z.strictObject({
  /** `false` takes it back. */
  acknowledged: z.boolean().default(true),
  note: label(500).nullish(),
  /** Whether the later capture becomes the approved reference. */
  baseline: z.boolean().default(false),
});
/** Body of `POST /changes/acknowledge`. */
export const acknowledgeManyBody = z.strictObject({ change_ids: z.array(uuid).min(1).max(500), note: label(500).nullish() });

/** A line of a difference. */
export const diffLine = z.object({ op: z.enum([' ', '+', '-']), text: z.string() });
/** Changed lines with those around them. Lines count from 1. */
export const diffHunk = z.object({
  from_line: z.int(),
  from_count: z.int(),
  to_line: z.int(),
  to_count: z.int(),
  /** The line that begins the section of the first changed line, e.g. `interface GigabitEthernet1/0/1`. */
  section: z.string().nullable(),
  lines: z.array(diffLine),
});
/** See {@link diffHunk}. */
export type DiffHunk = z.output<typeof diffHunk>;

const row = z.record(z.string(), z.unknown());
/** Lines of one difference in an answer. */
export const DIFF_LINES_LIMIT = 20_000;

/** What stands on one side of a difference. */
export const diffSide = z.object({ capture_id: uuid, device_id: uuid, device_name: z.string(), capture_type: z.string(), captured_at: isoTimestamp, line_count: z.int() });

/** The difference of two captures. Secrets are masked; a changed secret has another mask. */
export const captureDiff = z.object({
  from: diffSide,
  to: diffSide,
  kind: z.enum(['text', 'rows']),
  /** `sets`: the texts have so little in common that only what is in one of them alone is told, without its place. */
  method: z.enum(['lines', 'sets']),
  added: z.int(),
  removed: z.int(),
  modified: z.int(),
  hunks: z.array(diffHunk),
  /** Of rows only. */
  rows: z.object({ added: z.array(row), removed: z.array(row), modified: z.array(z.object({ key: z.string(), field: z.string(), old: z.unknown(), new: z.unknown() })) }),
  /** Whether something is missing because of {@link DIFF_LINES_LIMIT}. */
  truncated: z.boolean(),
});
/** See {@link captureDiff}. */
export type CaptureDiff = z.output<typeof captureDiff>;
/** Answer of `GET /changes/:id/diff`. */
export const changeDiff = z.object({ change: changeView, diff: captureDiff });
/** Query of the routes that answer a difference. */
export const diffQuery = z.strictObject({ context: z.coerce.number().int().min(0).max(100_000).default(3) });
