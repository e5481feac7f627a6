import { sessionMachine, type TargetKindName } from '@capstan/contracts';
import { rows, type SqlRunner } from '@capstan/persistence';
import { Injectable } from '@nestjs/common';
import type { KeptSession } from './retention-decision';

/** A session that has ended, with what people see of it. */
export interface Candidate extends KeptSession {
  readonly name: string;
  readonly endedAt: number;
  readonly artifactCount: number;
  readonly artifactBytes: number;
}

interface CandidateRow {
  session_id: string;
  name: string;
  kinds: TargetKindName[];
  completed_at: Date;
  artifact_count: number;
  artifact_bytes: string;
  held: boolean;
}

const TERMINAL = sessionMachine.states.filter((state) => sessionMachine.isTerminal(state));

/** The sessions retention decides about. */
@Injectable()
export class RetentionCandidatesRepository {
  /** Ended sessions that have one of these kinds; those that are being deleted are gone already. */
  async ofKinds(runner: SqlRunner, kinds: readonly TargetKindName[]): Promise<Candidate[]> {
    if (kinds.length === 0) {
      return [];
    }
    const found = await rows<CandidateRow>(
      runner,
      `SELECT session_id, name, kinds, completed_at, artifact_count, artifact_bytes, hold IS NOT NULL AS held FROM sessions
       WHERE state = ANY($1) AND delete_requested_at IS NULL AND completed_at IS NOT NULL AND kinds && $2`,
      [TERMINAL, kinds],
    );
    const mixed = await this.bytesOfMixed(runner, found.filter((row) => row.kinds.length > 1).map((row) => row.session_id));
    return found.map((row) => ({
      sessionId: row.session_id,
      name: row.name,
      kinds: row.kinds,
      endedAt: row.completed_at.getTime(),
      held: row.held,
      artifactCount: row.artifact_count,
      artifactBytes: Number(row.artifact_bytes),
      bytes: mixed.get(row.session_id) ?? Object.fromEntries(row.kinds.slice(0, 1).map((kind) => [kind, Number(row.artifact_bytes)])),
    }));
  }

  /** Bytes by kind of sessions that have several; what belongs to the session as a whole counts for its first kind. */
  private async bytesOfMixed(runner: SqlRunner, sessionIds: readonly string[]): Promise<Map<string, Partial<Record<TargetKindName, number>>>> {
    const found = await rows<{ session_id: string; kind: TargetKindName; bytes: string }>(
      runner,
      `SELECT t.session_id, t.kind, sum(t.artifact_bytes) + CASE WHEN t.kind = s.kinds[1] THEN s.own_artifact_bytes ELSE 0 END AS bytes
       FROM targets t JOIN sessions s USING (session_id) WHERE t.session_id = ANY($1::uuid[]) GROUP BY t.session_id, t.kind, s.kinds[1], s.own_artifact_bytes`,
      [sessionIds],
    );
    const bytes = new Map<string, Partial<Record<TargetKindName, number>>>();
    for (const row of found) {
      bytes.set(row.session_id, { ...bytes.get(row.session_id), [row.kind]: Number(row.bytes) });
    }
    return bytes;
  }
}
