import type { ArtifactView } from '@capstan/contracts';
import { rows, type SqlRunner } from '@capstan/persistence';
import { Injectable } from '@nestjs/common';
import type { ArtifactChange, KnownArtifact } from '../sessions/engine/model';
import { ArtifactRow } from './artifact.entity';

/** The artifacts that count. */
@Injectable()
export class ArtifactsRepository {
  /** Rows that already hold the id or the key of one of these. */
  async known(manager: SqlRunner, artifacts: ReadonlyArray<Pick<ArtifactView, 'artifact_id' | 'key'>>): Promise<KnownArtifact[]> {
    if (artifacts.length === 0) {
      return [];
    }
    const found = await rows<ArtifactRow>(
      manager,
      `SELECT artifact_id, key, target_id, size, kind FROM artifacts WHERE artifact_id = ANY($1::uuid[]) OR key = ANY($2::text[])`,
      [artifacts.map((artifact) => artifact.artifact_id), artifacts.map((artifact) => artifact.key)],
    );
    return found.map((row) => ({ artifactId: row.artifact_id, key: row.key, targetId: row.target_id, size: Number(row.size), kind: row.kind }));
  }

  /** Stores what a decision says about artifacts: first what goes, then, together, what comes. */
  async apply(manager: SqlRunner, sessionId: string, changes: readonly ArtifactChange[]): Promise<void> {
    const discarded = changes.flatMap((change) => (change.type === 'discard' ? [change.targetId] : []));
    if (discarded.length > 0) {
      await rows(manager, `DELETE FROM artifacts WHERE session_id = $1 AND target_id = ANY($2::uuid[])`, [sessionId, discarded]);
    }
    const added = changes.flatMap((change) => (change.type === 'add' ? [change] : []));
    const replaced = added.flatMap(({ replaces }) => replaces);
    if (replaced.length > 0) {
      await rows(manager, `DELETE FROM artifacts WHERE artifact_id = ANY($1::uuid[])`, [replaced]);
    }
    if (added.length > 0) {
      const records = added.map(({ artifact, attempt }) => ({ ...artifact, session_id: sessionId, attempt }));
      await rows(manager, `INSERT INTO artifacts SELECT * FROM jsonb_populate_recordset(NULL::artifacts, $1::jsonb)`, [JSON.stringify(records)]);
    }
  }

  /** All artifacts of a visible session in the order of its targets; undefined when there is no such session. */
  async ofSession(runner: SqlRunner, sessionId: string): Promise<ArtifactView[] | undefined> {
    const found = await rows<ArtifactRow | { artifact_id: null }>(
      runner,
      `SELECT a.* FROM sessions s LEFT JOIN artifacts a USING (session_id) LEFT JOIN targets t ON t.target_id = a.target_id
       WHERE s.session_id = $1 AND s.delete_requested_at IS NULL ORDER BY t.ordinal, a.name, a.artifact_id`,
      [sessionId],
    );
    return found.length === 0 ? undefined : found.flatMap((row) => (row.artifact_id === null ? [] : [viewOfRow(row)]));
  }

  /** One artifact of a visible session. */
  async find(runner: SqlRunner, artifactId: string): Promise<ArtifactView | undefined> {
    const [row] = await rows<ArtifactRow>(
      runner,
      `SELECT a.* FROM artifacts a JOIN sessions s USING (session_id) WHERE a.artifact_id = $1 AND s.delete_requested_at IS NULL`,
      [artifactId],
    );
    return row === undefined ? undefined : viewOfRow(row);
  }
}

function viewOfRow(row: ArtifactRow): ArtifactView {
  const { artifact_id, session_id, target_id, kind, name, key, size, sha256, media_type, created_at, meta, lost_at } = row;
  return { artifact_id, session_id, target_id, kind, name, key, size: Number(size), sha256, media_type, created_at: created_at.toISOString(), meta, ...(lost_at === null ? {} : { lost_at: lost_at.toISOString() }) };
}
