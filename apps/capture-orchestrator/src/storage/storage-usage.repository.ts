import type { TargetKindName } from '@capstan/contracts';
import { rows, type SqlRunner } from '@capstan/persistence';
import { Injectable } from '@nestjs/common';

/** How much sessions of a kind take. */
export interface KindUsage {
  readonly kind: TargetKindName;
  readonly sessions: number;
  readonly bytes: number;
  readonly oldestAt: Date;
  readonly heldSessions: number;
  readonly heldBytes: number;
}

interface UsageRow {
  kind: TargetKindName;
  sessions: string;
  bytes: string;
  oldest_at: Date;
  held_sessions: string;
  held_bytes: string;
}

/** Counts what artifacts of sessions take, by kind; a session of several kinds counts for each with what its targets stored. */
@Injectable()
export class StorageUsageRepository {
  async byKind(runner: SqlRunner): Promise<KindUsage[]> {
    const found = await rows<UsageRow>(
      runner,
      `SELECT kind, count(*) AS sessions, sum(bytes) AS bytes, min(created_at) AS oldest_at, count(*) FILTER (WHERE held) AS held_sessions, coalesce(sum(bytes) FILTER (WHERE held), 0) AS held_bytes
       FROM (
         SELECT kinds[1] AS kind, artifact_bytes AS bytes, created_at, hold IS NOT NULL AS held FROM sessions WHERE delete_requested_at IS NULL AND cardinality(kinds) = 1
         UNION ALL
         SELECT t.kind, sum(t.artifact_bytes) + CASE WHEN t.kind = s.kinds[1] THEN s.own_artifact_bytes ELSE 0 END, s.created_at, s.hold IS NOT NULL
         FROM sessions s JOIN targets t USING (session_id) WHERE s.delete_requested_at IS NULL AND cardinality(s.kinds) > 1 GROUP BY s.session_id, t.kind
       ) AS each GROUP BY kind`,
    );
    return found.map((row) => ({
      kind: row.kind,
      sessions: Number(row.sessions),
      bytes: Number(row.bytes),
      oldestAt: row.oldest_at,
      heldSessions: Number(row.held_sessions),
      heldBytes: Number(row.held_bytes),
    }));
  }
}
