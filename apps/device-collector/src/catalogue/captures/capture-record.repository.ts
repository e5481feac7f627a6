import type { CaptureOutcome } from '@capstan/contracts';
import { rows, type SqlRunner } from '@capstan/persistence';
import type { KnownCaptures, NewCapture } from '../capture-catalogue';
import type { CaptureHeadRow } from '../database/capture.entity';
import { textParts } from '../search/search-words';
import { KEEP_BLOB, type StagedBlob } from './capture-blobs.repository';
import { type CaptureVerdict, sha256 } from './capture-verdict';

const KEEP_DEVICE = `ON CONFLICT (device_id) DO UPDATE SET name = EXCLUDED.name, platform = EXCLUDED.platform, site = EXCLUDED.site
  WHERE (captured_devices.name, captured_devices.platform, captured_devices.site) IS DISTINCT FROM (EXCLUDED.name, EXCLUDED.platform, EXCLUDED.site)`;

/** A capture as it is written. */
export interface CaptureRecord {
  readonly capture: NewCapture;
  readonly verdict: CaptureVerdict;
  readonly captureId: string;
  readonly outcome: CaptureOutcome;
  readonly changeId: string | null;
  /** Where its text is; null when it is stored nowhere. */
  readonly text: { readonly blob: string | null; readonly of: string };
  /** A text whose row is written with it. */
  readonly staged: StagedBlob | undefined;
  /** For the search; undefined when there is nothing new to be found. */
  readonly masked: string | undefined;
  /** Whether the device is written too. */
  readonly device: boolean;
  /** How the head moves; undefined when it stays. `expected` is the capture it is at, null where there is none. */
  readonly head: { readonly expected: string | null; readonly missing: boolean } | undefined;
}

type FoundRow = CaptureHeadRow & { type: string; recorded_id: string | null; recorded_outcome: CaptureOutcome; recorded_change: string | null; recorded_rows: number; stored: string | null };

/** One look for all types of a device: five hundred devices with eight captures each are four thousand of them. */
export async function lookUp(runner: SqlRunner, deviceId: string, taskId: string): Promise<KnownCaptures> {
  const found = await rows<FoundRow>(
    runner,
    `SELECT h.*, coalesce(h.capture_type, c.capture_type) AS type, c.capture_id AS recorded_id, c.outcome AS recorded_outcome, c.change_id AS recorded_change, c.row_count AS recorded_rows, b.blob_sha256 AS stored
       FROM (SELECT * FROM capture_heads WHERE device_id = $1) h
       FULL JOIN (SELECT * FROM device_captures WHERE task_id = $2) c ON c.capture_type = h.capture_type
       LEFT JOIN capture_blobs b ON b.blob_sha256 = h.blob_sha256 AND b.lost_at IS NULL`,
    [deviceId, taskId],
  );
  return new Map(
    found.map((row) => [
      row.type,
      {
        recorded: row.recorded_id === null ? undefined : { captureId: row.recorded_id, outcome: row.recorded_outcome, changeId: row.recorded_change, rows: row.recorded_rows },
        head: (row.capture_id as string | null) === null ? undefined : row,
        storedText: row.stored ?? undefined,
      },
    ]),
  );
}

/**
 * Writes a capture with everything that belongs to it in one statement, so that it needs no transaction of its own. Nothing is
 * written when the head has moved on meanwhile.
 * @returns the key of the stored text, which is another one when somebody else has stored it meanwhile; undefined when nothing was written
 */
export async function writeCapture(runner: SqlRunner, record: CaptureRecord): Promise<{ blobKey: string | null } | undefined> {
  const { capture, verdict, captureId, outcome, changeId, text, staged, masked } = record;
  const { device, parse } = capture;
  const parts = masked === undefined || text.blob === null ? [] : textParts(masked.replaceAll('\u0000', '')).map(({ linesBefore, body, words }, part) => ({ part, lines_before: linesBefore, body, words }));
  const given: unknown[] = [];
  const $ = (value: unknown, type: string): string => `$${given.push(value)}::${type}`;
  const [id, deviceId, type, at, blob, textOf] = [$(captureId, 'uuid'), $(device.id, 'uuid'), $(capture.type, 'text'), $(capture.capturedAt, 'timestamptz'), $(text.blob, 'text'), $(text.of, 'uuid')];
  const written = await rows<{ blob_key: string | null }>(
    runner,
    `WITH device AS (
       ${
         record.device
           ? `INSERT INTO captured_devices (device_id, name, platform, site) VALUES (${deviceId}, ${$(device.name, 'text')}, ${$(device.platform, 'text')}, ${$(device.site, 'text')}) ${KEEP_DEVICE} RETURNING 1`
           : 'SELECT 1'
       }
     ), head AS (
       ${headSql(record, { id, deviceId, type, at, blob, textOf, given: $ })}
     ), blob AS (
       ${
         staged === undefined
           ? 'SELECT NULL::text AS key'
           : `INSERT INTO capture_blobs (blob_sha256, key, key_id, chars, touched_at) SELECT ${blob}, ${$(staged.key, 'text')}, ${$(staged.keyId, 'text')}, ${$(capture.text.length, 'int')}, ${$(staged.touchedAt, 'timestamptz')} FROM head
              ${KEEP_BLOB} RETURNING key`
       }
     ), capture AS (
       INSERT INTO device_captures (capture_id, session_id, task_id, device_id, platform, capture_type, captured_at, commands, complete, error_class, parse_status, row_count, unparsed_count,
                                    bytes, raw_sha256, normalised_sha256, blob_sha256, text_of, outcome, change_id, rules_hit, identity_changed)
       SELECT ${id}, ${$(capture.sessionId, 'uuid')}, ${$(capture.taskId, 'uuid')}, ${deviceId}, ${$(device.platform, 'text')}, ${type}, ${at}, ${$(JSON.stringify(capture.commands), 'jsonb')}, ${$(capture.complete, 'boolean')},
              ${$(capture.errorClass, 'text')}, ${$(parse?.status ?? null, 'text')}, ${$(parse?.rows.length ?? 0, 'int')}, ${$(parse?.unparsed.length ?? 0, 'int')}, ${$(capture.bytes, 'int')}, ${$(sha256(capture.text), 'text')},
              ${$(verdict.normalisedSha256, 'text')}, ${blob}, ${textOf}, ${$(outcome, 'text')}, ${$(changeId, 'uuid')}, ${$(JSON.stringify(capture.normalised?.hits ?? {}), 'jsonb')}, ${$(capture.identityChanged, 'boolean')}
         FROM head ON CONFLICT (task_id, capture_type) DO NOTHING RETURNING 1
     ), texts AS (
       ${
         parts.length === 0
           ? 'SELECT 1'
           : `INSERT INTO capture_texts (blob_sha256, part, lines_before, body, words)
              SELECT ${blob}, part, lines_before, body, array_to_tsvector(words) FROM head, jsonb_to_recordset(${$(JSON.stringify(parts), 'jsonb')}) AS p (part int, lines_before int, body text, words text[])
              ON CONFLICT DO NOTHING RETURNING 1`
       }
     )
     SELECT (SELECT key FROM blob) AS blob_key FROM capture`,
    given,
  );
  const [row] = written;
  return row === undefined ? undefined : { blobKey: row.blob_key };
}

interface HeadWords {
  readonly id: string;
  readonly deviceId: string;
  readonly type: string;
  readonly at: string;
  readonly blob: string;
  readonly textOf: string;
  readonly given: (value: unknown, type: string) => string;
}

/** One row when the head was as expected, and has moved. */
function headSql({ capture, verdict, head }: CaptureRecord, { id, deviceId, type, at, blob, textOf, given }: HeadWords): string {
  if (head === undefined) {
    return 'SELECT 1 AS one';
  }
  const [normalised, chars, closes, missing] = [given(verdict.normalisedSha256, 'text'), given(capture.text.length, 'int'), given(verdict.closes, 'boolean'), given(head.missing, 'boolean')];
  if (head.expected === null) {
    return `INSERT INTO capture_heads (device_id, capture_type, capture_id, normalised_sha256, text_of, blob_sha256, chars, captured_at, closed_at, missing)
            VALUES (${deviceId}, ${type}, ${id}, ${normalised}, ${textOf}, ${blob}, ${chars}, ${at}, CASE WHEN ${closes} THEN ${at} END, ${missing})
            ON CONFLICT (device_id, capture_type) DO NOTHING RETURNING 1 AS one`;
  }
  return `UPDATE capture_heads
             SET capture_id = ${id}, normalised_sha256 = ${normalised}, text_of = ${textOf}, blob_sha256 = ${blob}, chars = ${chars}, captured_at = ${at},
                 closed_at = CASE WHEN ${closes} THEN ${at} ELSE closed_at END, missing = ${missing}
           WHERE device_id = ${deviceId} AND capture_type = ${type} AND capture_id = ${given(head.expected, 'uuid')} RETURNING 1 AS one`;
}

/** Whether something of the device is missing and not yet gone, in the head that this transaction has moved. */
export async function writeMissing(runner: SqlRunner, { device, type }: NewCapture, missing: boolean): Promise<void> {
  await rows(runner, `UPDATE capture_heads SET missing = $3 WHERE device_id = $1 AND capture_type = $2`, [device.id, type, missing]);
}
