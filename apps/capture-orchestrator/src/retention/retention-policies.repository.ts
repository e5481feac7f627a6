import { type Actor, type RetentionPolicy, type RetentionPolicyBody, TARGET_KIND_NAMES, type TargetKindName } from '@capstan/contracts';
import { AppError, isoTime } from '@capstan/kernel';
import { rows, type SqlRunner } from '@capstan/persistence';
import { Injectable } from '@nestjs/common';
import type { KindLimits } from './retention-decision';
import type { RetentionPolicyRow } from './retention-policy.entity';

/** Policies of all kinds; a kind nobody decided about keeps everything. */
@Injectable()
export class RetentionPoliciesRepository {
  /** One of each kind, in the order of the kinds. */
  async list(runner: SqlRunner): Promise<RetentionPolicy[]> {
    const found = new Map((await rows<RetentionPolicyRow>(runner, `SELECT * FROM retention_policies`)).map((row) => [row.kind, row]));
    return TARGET_KIND_NAMES.map((kind) => viewOf(kind, found.get(kind)));
  }

  /** @throws AppError `REVISION_CONFLICT` when it was changed since it was read */
  async set(runner: SqlRunner, kind: TargetKindName, { revision, ...policy }: RetentionPolicyBody, by: Actor, now: number): Promise<RetentionPolicy> {
    const columns = { kind, ...policy, quota_state: 'ok', revision: revision + 1, updated_at: isoTime(now), updated_by: by };
    // The state of the quota stays: what was told about a crossing is not told again because a number was changed.
    const assignments = Object.keys(columns).filter((column) => column !== 'kind' && column !== 'quota_state').map((column) => `${column} = excluded.${column}`);
    const [row] = await rows<RetentionPolicyRow>(
      runner,
      `INSERT INTO retention_policies AS p SELECT * FROM jsonb_populate_record(NULL::retention_policies, $1::jsonb) r WHERE $2 = 0 OR EXISTS (SELECT 1 FROM retention_policies WHERE kind = r.kind)
       ON CONFLICT (kind) DO UPDATE SET ${assignments.join(', ')} WHERE p.revision = $2 RETURNING *`,
      [JSON.stringify(columns), revision],
    );
    if (row === undefined) {
      const [current] = await rows<{ revision: number }>(runner, `SELECT revision FROM retention_policies WHERE kind = $1`, [kind]);
      throw new AppError('REVISION_CONFLICT', 'The policy was changed since it was read', { details: { revision: current?.revision ?? 0 } });
    }
    return viewOf(kind, row);
  }
}

/** Limits of a policy as the decision takes them. */
export function limitsOf({ kind, max_age_days, max_sessions, max_bytes, keep_last }: Pick<RetentionPolicy, 'kind' | 'max_age_days' | 'max_sessions' | 'max_bytes' | 'keep_last'>): KindLimits {
  return { kind, maxAgeDays: max_age_days, maxSessions: max_sessions, maxBytes: max_bytes, keepLast: keep_last };
}

function viewOf(kind: TargetKindName, row: RetentionPolicyRow | undefined): RetentionPolicy {
  if (row === undefined) {
    return { kind, max_age_days: null, max_sessions: null, max_bytes: null, keep_last: 0, quota_bytes: null, warn_percent: 80, stop_percent: 100, revision: 0, updated_at: null, updated_by: null };
  }
  const { max_age_days, max_sessions, max_bytes, keep_last, quota_bytes, warn_percent, stop_percent, revision, updated_at, updated_by } = row;
  return {
    kind, max_age_days, max_sessions, keep_last, warn_percent, stop_percent, revision, updated_by,
    max_bytes: max_bytes === null ? null : Number(max_bytes),
    quota_bytes: quota_bytes === null ? null : Number(quota_bytes),
    updated_at: isoTime(updated_at.getTime()),
  };
}
