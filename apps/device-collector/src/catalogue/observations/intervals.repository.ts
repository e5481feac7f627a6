import { rows } from '@capstan/persistence';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { IntervalType } from '../captures/capture-verdict';
import { INTERVAL_TABLES, type IntervalInput } from './interval-rows';

/** Complete captures in a row in which something has to be missing before it is called gone. */
export const MISSES_TO_END = 2;

/** A table as one capture saw it. */
export interface Sighting {
  readonly deviceId: string;
  readonly type: IntervalType;
  readonly inputs: readonly IntervalInput[];
  readonly at: Date;
  /** The complete capture before, which saw everything that is open and not missing; null when there was none. */
  readonly previousAt: Date | null;
  /** Whether what it does not name is missing. */
  readonly closes: boolean;
}

/** What a capture did to the intervals. */
export interface SightingResult {
  /** Keys that were not open before. */
  readonly opened: ReadonlySet<string>;
  /** What ended because something else took its place. */
  readonly displaced: readonly { readonly key: string; readonly identity: string }[];
  /** Whether something is missing now and not yet gone. */
  readonly missing: boolean;
}

/** Since when and until when things were there. One statement per capture, whatever the size of its table. */
@Injectable()
export class Intervals {
  /** Writes what came, what changed and what went; what is merely there again is not touched. */
  async apply(manager: EntityManager, { deviceId, type, inputs, at, previousAt, closes }: Sighting): Promise<SightingResult> {
    const { table, columns } = INTERVAL_TABLES[type];
    const names = Object.keys(columns);
    const list = (prefix: string): string => names.map((name) => `${prefix}"${name}"`).join(', ');
    const found = await rows<{ what: 'opened' | 'displaced' | 'missing'; key: string; identity: string }>(
      manager,
      `WITH input AS MATERIALIZED (
         SELECT * FROM jsonb_to_recordset($2::jsonb) AS i (key text, identity text, ${names.map((name) => `"${name}" ${columns[name]}`).join(', ')})
       ), seen AS (
         UPDATE ${table} t SET missed = 0, missing_since = NULL, last_seen = greatest(t.last_seen, $3::timestamptz), ${names.map((name) => `"${name}" = i."${name}"`).join(', ')}
           FROM input i
          WHERE t.device_id = $1 AND t.ended_at IS NULL AND t.key = i.key
            AND (NOT $5::boolean OR t.missed > 0 OR (${list('t.')}) IS DISTINCT FROM (${list('i.')}))
       ), opened AS (
         INSERT INTO ${table} (interval_id, device_id, key, identity, first_seen, last_seen, ${list('')})
         SELECT gen_random_uuid(), $1, i.key, i.identity, $3, $3, ${list('i.')} FROM input i
          WHERE NOT EXISTS (SELECT 1 FROM ${table} t WHERE t.device_id = $1 AND t.ended_at IS NULL AND t.key = i.key)
         RETURNING key, identity
       ), gone AS (
         UPDATE ${table} t
            SET last_seen = CASE WHEN t.missed = 0 THEN greatest(t.last_seen, $4::timestamptz) ELSE t.last_seen END,
                missed = t.missed + 1,
                missing_since = coalesce(t.missing_since, $3::timestamptz),
                ended_at = CASE WHEN t.missed + 1 >= ${MISSES_TO_END} OR EXISTS (SELECT 1 FROM input i WHERE i.identity = t.identity) THEN coalesce(t.missing_since, $3::timestamptz) END
          WHERE $5::boolean AND t.device_id = $1 AND t.ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM input i WHERE i.key = t.key)
         RETURNING key, identity, ended_at
       )
       SELECT 'opened' AS what, key, identity FROM opened
       UNION ALL SELECT 'missing', key, identity FROM gone WHERE ended_at IS NULL
       UNION ALL SELECT 'displaced', key, identity FROM gone WHERE ended_at IS NOT NULL AND EXISTS (SELECT 1 FROM input i WHERE i.identity = gone.identity)`,
      [deviceId, JSON.stringify(inputs.map(({ key, identity, columns: values }) => ({ ...values, key, identity }))), at, previousAt, closes],
    );
    return {
      opened: new Set(found.filter(({ what }) => what === 'opened').map(({ key }) => key)),
      displaced: found.filter(({ what }) => what === 'displaced').map(({ key, identity }) => ({ key, identity })),
      missing: found.some(({ what }) => what === 'missing'),
    };
  }

  /** Forgets everything of a device. */
  async forgetDevice(manager: EntityManager, deviceId: string): Promise<void> {
    for (const { table } of Object.values(INTERVAL_TABLES)) {
      await rows(manager, `DELETE FROM ${table} WHERE device_id = $1`, [deviceId]);
    }
  }
}
