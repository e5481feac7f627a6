import { type CaptureAnalysis, type SessionArtifact, sessionArtifactEvents } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import { Outbox } from '@capstan/messaging';
import { rows, type SqlRunner, transaction } from '@capstan/persistence';
import { CLOCK, SERVICE, type ServiceIdentity } from '@capstan/service-kit';
import type { SessionKeeper } from '@capstan/tasks';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { CaptureAnalysisRow } from './capture-analysis.entity';

/** Seconds a claim lasts unless it is renewed; by the database's clock. */
const LEASE_SEC = 30;
/** An analysis that takes its process down each time must not go round for ever. */
const MAX_ATTEMPTS = 5;
const RETRY_SEC = 20;

/** A claimed analysis as its holder knows it. */
export interface HeldAnalysis {
  readonly sessionId: string;
  readonly fence: number;
  readonly attempts: number;
}

/** What came of an analysis. */
export interface AnalysisResult {
  readonly artifacts: readonly SessionArtifact[];
  readonly metrics: Readonly<Record<string, number>>;
}

/** Which sessions' captures are to be analysed, and how far that is. Asked for by facts and questions, worked on under leases. */
@Injectable()
export class CaptureAnalyses implements SessionKeeper {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SERVICE) private readonly identity: ServiceIdentity,
  ) {}

  /** Asks for an analysis. One that waits or runs is left alone; a finished one is done again. */
  async request(runner: SqlRunner, sessionId: string): Promise<void> {
    await rows(
      runner,
      `INSERT INTO capture_analyses (session_id, state, requested_at) VALUES ($1, 'waiting', $2)
       ON CONFLICT (session_id) DO UPDATE
         SET state = 'waiting', requested_at = EXCLUDED.requested_at, due_at = now(), attempts = 0, lease_owner = NULL, lease_until = NULL,
             fence = capture_analyses.fence + 1, finished_at = NULL, error = NULL
       WHERE capture_analyses.state IN ('done', 'failed')`,
      [sessionId, new Date(this.clock.now())],
    );
  }

  /** How far it is; `none` when nobody asked. */
  async find(sessionId: string): Promise<CaptureAnalysis> {
    const [row] = await rows<CaptureAnalysisRow>(this.dataSource, `SELECT * FROM capture_analyses WHERE session_id = $1`, [sessionId]);
    if (row === undefined) {
      return { session_id: sessionId, state: 'none', requested_at: null, finished_at: null, error: null, artifacts: [] };
    }
    return {
      session_id: sessionId,
      state: row.state,
      requested_at: row.requested_at.toISOString(),
      finished_at: row.finished_at?.toISOString() ?? null,
      error: row.error,
      artifacts: row.artifacts,
    };
  }

  /** Claims the one that waits longest, be it new or left by a holder that is gone. */
  async claim(): Promise<HeldAnalysis | undefined> {
    const [claimed] = await rows<CaptureAnalysisRow>(
      this.dataSource,
      `UPDATE capture_analyses SET state = 'running', lease_owner = $1, lease_until = now() + make_interval(secs => $2), fence = fence + 1, attempts = attempts + 1
        WHERE session_id = (
              SELECT session_id FROM capture_analyses
               WHERE state IN ('waiting', 'running') AND due_at <= now() AND (lease_until IS NULL OR lease_until < now())
               ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING *`,
      [this.identity.instance, LEASE_SEC],
    );
    return claimed === undefined ? undefined : { sessionId: claimed.session_id, fence: claimed.fence, attempts: claimed.attempts };
  }

  /** @returns false when it is somebody else's by now, or its session is deleted */
  async renew({ sessionId, fence }: HeldAnalysis): Promise<boolean> {
    const renewed = await rows(
      this.dataSource,
      `UPDATE capture_analyses SET lease_until = now() + make_interval(secs => $3) WHERE session_id = $1 AND fence = $2 AND state = 'running' RETURNING session_id`,
      [sessionId, fence, LEASE_SEC],
    );
    return renewed.length > 0;
  }

  /**
   * Ends an analysis well, and states what it stored.
   * @returns false when it is not ours any more; then what was stored belongs to nobody
   */
  async complete({ sessionId, fence }: HeldAnalysis, { artifacts, metrics }: AnalysisResult): Promise<boolean> {
    return transaction(this.dataSource, async (manager) => {
      const done = await rows(
        manager,
        `UPDATE capture_analyses SET state = 'done', artifacts = $3, error = NULL, finished_at = $4, lease_owner = NULL, lease_until = NULL
          WHERE session_id = $1 AND fence = $2 AND state = 'running' RETURNING session_id`,
        [sessionId, fence, JSON.stringify(artifacts), new Date(this.clock.now())],
      );
      if (done.length === 0) {
        return false;
      }
      await this.outbox.add(manager, sessionArtifactEvents.stored, { session_id: sessionId, artifacts: [...artifacts], metrics: { ...metrics } }, { subject: sessionId, correlationId: sessionId });
      return true;
    });
  }

  /** Ends an analysis badly, or puts it off when it may go well later. */
  async fail({ sessionId, fence, attempts }: HeldAnalysis, error: AppError): Promise<void> {
    const again = error.retryable && attempts < MAX_ATTEMPTS;
    await rows(
      this.dataSource,
      `UPDATE capture_analyses
          SET state = CASE WHEN $3 THEN 'waiting' ELSE 'failed' END, due_at = now() + make_interval(secs => $4), error = $5,
              finished_at = CASE WHEN $3 THEN NULL ELSE $6::timestamptz END, lease_owner = NULL, lease_until = NULL
        WHERE session_id = $1 AND fence = $2 AND state = 'running'`,
      [sessionId, fence, again, RETRY_SEC * attempts, JSON.stringify(error.toShape()), isoTime(this.clock.now())],
    );
  }

  /** Gives back what could not be finished, as if it had not been begun. */
  async release({ sessionId, fence }: HeldAnalysis): Promise<void> {
    await rows(
      this.dataSource,
      `UPDATE capture_analyses SET state = 'waiting', attempts = attempts - 1, lease_owner = NULL, lease_until = NULL WHERE session_id = $1 AND fence = $2 AND state = 'running'`,
      [sessionId, fence],
    );
  }

  async forgetSession(manager: EntityManager, sessionId: string): Promise<void> {
    await rows(manager, `DELETE FROM capture_analyses WHERE session_id = $1`, [sessionId]);
  }
}

/** Begun so often that the reason must be the analysis itself. */
export function givenUp({ attempts }: HeldAnalysis): AppError | undefined {
  return attempts > MAX_ATTEMPTS ? new AppError('ANALYSIS_GIVEN_UP', `The analysis was begun ${attempts - 1} times and never came to an end`) : undefined;
}
