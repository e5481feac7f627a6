import { type Actor, PREVIEW_SESSIONS, type RetentionPreview, type RequestOf, type retentionRpc, TARGET_KIND_NAMES } from '@capstan/contracts';
import { AppError, type Clock, type IdSource, isoTime } from '@capstan/kernel';
import { transaction, underLock } from '@capstan/persistence';
import { CLOCK, IDS } from '@capstan/service-kit';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { hasEnded } from '../sessions/engine/order';
import { SessionsRepository } from '../sessions/sessions.repository';
import { SessionsService } from '../sessions/sessions.service';
import { ExpiredSessionsRepository } from './expired-sessions.repository';
import { type Candidate, RetentionCandidatesRepository } from './retention-candidates.repository';
import { batchesOf, decideRetention, type Doomed, hasLimits, type KindLimits, type RetentionDecision } from './retention-decision';
import { limitsOf, RetentionPoliciesRepository } from './retention-policies.repository';
import type { RetentionRunRow } from './retention-run.entity';
import { type Removed, RetentionRunsRepository } from './retention-runs.repository';

/** One name for all instances of the service; advisory locks belong to the database. */
const LOCK = 'capstan:capture-orchestrator:retention';
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** Sessions that go in one transaction: it locks their rows and the counters that other sessions share. */
const BATCH = 25;
/** For so long somebody who asks for a removed session is told what became of it. */
const REMEMBERED_DAYS = 1_095;
const RETENTION: Actor = { type: 'system', id: 'retention', name: 'Retention' };

type Drafts = RequestOf<(typeof retentionRpc)['preview']>['policies'];

/**
 * Decides which sessions go, and marks them. From that moment on nobody sees them; their objects and rows are removed by the
 * one mechanism that removes every deleted session, so that a crash anywhere leaves marks which the next look finds.
 */
@Injectable()
export class Retention {
  private readonly log = new Logger(Retention.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly policies: RetentionPoliciesRepository,
    private readonly candidates: RetentionCandidatesRepository,
    private readonly runs: RetentionRunsRepository,
    private readonly expired: ExpiredSessionsRepository,
    private readonly sessions: SessionsService,
    private readonly repository: SessionsRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  /** What a run would remove now. @param drafts limits to try instead of those that are kept */
  async preview(drafts: Drafts): Promise<RetentionPreview> {
    const now = this.clock.now();
    const limits = (await this.limits()).map((limit) => drafts.filter(({ kind }) => kind === limit.kind).map(limitsOf)[0] ?? limit);
    const { doomed, held } = await this.decide(limits, now);
    const removed = sumOf(doomed);
    return {
      at: isoTime(now),
      sessions: removed.sessions,
      artifacts: removed.artifacts,
      bytes: removed.bytes,
      by_kind: TARGET_KIND_NAMES.flatMap((kind) => (removed.byKind[kind] === undefined ? [] : [{ kind, ...removed.byKind[kind] }])),
      held: held.length,
      first: doomed.slice(0, PREVIEW_SESSIONS).map(({ session, reasons }) => ({
        session_id: session.sessionId,
        name: session.name,
        kinds: [...session.kinds],
        completed_at: isoTime(session.endedAt),
        artifact_count: session.artifactCount,
        artifact_bytes: session.artifactBytes,
        reasons: [...reasons],
      })),
    };
  }

  /** Does the run that is due, if there is one and no other instance is at it. @returns whether it did one */
  async runDue(signal?: AbortSignal): Promise<boolean> {
    const done = await underLock(this.dataSource, LOCK, async () => {
      const now = this.clock.now();
      await this.runs.orderHourly(this.dataSource, this.ids.next(), HOUR_MS, now);
      const run = await this.runs.claim(this.dataSource, now);
      if (run === undefined) {
        return false;
      }
      await this.carryOut(run, signal);
      return true;
    });
    return done === true;
  }

  private async carryOut(run: RetentionRunRow, signal: AbortSignal | undefined): Promise<void> {
    try {
      const limits = await this.limits();
      const { doomed } = await this.decide(limits, this.clock.now());
      for (const batch of batchesOf(doomed, BATCH)) {
        if (signal?.aborted === true) {
          // It stays a running one: the next instance goes on with it.
          return;
        }
        if (JSON.stringify(await this.limits()) !== JSON.stringify(limits)) {
          // Somebody thought better of it. What is left is decided anew, by what they say now.
          return;
        }
        await transaction(this.dataSource, (manager) => this.remove(manager, run, batch));
      }
      await this.expired.forget(this.dataSource, this.clock.now() - REMEMBERED_DAYS * DAY_MS);
      await this.runs.end(this.dataSource, run.run_id, null, this.clock.now());
    } catch (error) {
      const { code, message } = AppError.from(error);
      this.log.error(error, { run_id: run.run_id });
      await this.runs.end(this.dataSource, run.run_id, `${message} (${code})`, this.clock.now());
    }
  }

  /** Marks the sessions of a batch that still may go: one may have been held, or deleted by somebody, since it was found. */
  private async remove(manager: EntityManager, run: RetentionRunRow, batch: ReadonlyArray<Doomed<Candidate>>): Promise<void> {
    const gone: Doomed<Candidate>[] = [];
    for (const doomed of [...batch].sort((one, other) => (one.session.sessionId < other.session.sessionId ? -1 : 1))) {
      const { sessionId } = doomed.session;
      const stored = await this.repository.lock(manager, sessionId);
      if (stored === undefined || !hasEnded(stored.session) || stored.row.hold !== null || stored.row.delete_requested_at !== null) {
        continue;
      }
      await this.expired.remember(manager, { sessionId, reasons: doomed.reasons }, run.run_id, this.clock.now());
      await this.sessions.wish(manager, sessionId, 'delete', { by: RETENTION, correlationId: stored.row.correlation_id });
      gone.push(doomed);
    }
    if (gone.length > 0) {
      await this.runs.add(manager, run.run_id, sumOf(gone));
    }
  }

  private async limits(): Promise<KindLimits[]> {
    return (await this.policies.list(this.dataSource)).map(limitsOf);
  }

  private async decide(limits: readonly KindLimits[], now: number): Promise<RetentionDecision<Candidate>> {
    const kinds = limits.filter(hasLimits).map(({ kind }) => kind);
    return decideRetention(await this.candidates.ofKinds(this.dataSource, kinds), limits, now);
  }
}

function sumOf(doomed: ReadonlyArray<Doomed<Candidate>>): Removed {
  const byKind: Record<string, { sessions: number; bytes: number }> = {};
  for (const { session } of doomed) {
    for (const kind of session.kinds) {
      const before = byKind[kind] ?? { sessions: 0, bytes: 0 };
      byKind[kind] = { sessions: before.sessions + 1, bytes: before.bytes + (session.bytes[kind] ?? 0) };
    }
  }
  return {
    sessions: doomed.length,
    artifacts: doomed.reduce((sum, { session }) => sum + session.artifactCount, 0),
    bytes: doomed.reduce((sum, { session }) => sum + session.artifactBytes, 0),
    byKind,
  };
}
