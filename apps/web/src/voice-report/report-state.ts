import type { ApiProblem } from '../api/problem';

/** Why there is no report to show, or not yet. */
export type ReportAbsence =
  /** The session is not over. */
  | { readonly kind: 'not-ready' }
  /** The captures are being merged and dissected; worth asking again after `retryAfterSec`. */
  | { readonly kind: 'running'; readonly retryAfterSec: number }
  | { readonly kind: 'failed'; readonly reason: string }
  /** The session stored no packets. */
  | { readonly kind: 'nothing' }
  /** Housekeeping has removed it. */
  | { readonly kind: 'pruned' }
  /** There is no such session. */
  | { readonly kind: 'gone' }
  /** The question itself failed. */
  | { readonly kind: 'problem' };

/** Asked again this often where the server names no time, in seconds. */
const ASK_AGAIN_SEC = 2;

/** What the answer of `GET /capture-sessions/:id/voice-report` means when it is not the report. */
export function absenceOf(problem: ApiProblem): ReportAbsence {
  switch (problem.code) {
    case 'ANALYSIS_RUNNING':
      return { kind: 'running', retryAfterSec: Math.max(1, problem.retryAfterSec ?? ASK_AGAIN_SEC) };
    case 'SESSION_NOT_READY':
      return { kind: 'not-ready' };
    case 'ANALYSIS_FAILED':
      return { kind: 'failed', reason: problem.message };
    case 'NO_CAPTURES_FOUND':
      return { kind: 'nothing' };
    case 'OBJECT_PRUNED':
      return { kind: 'pruned' };
    case 'SESSION_NOT_FOUND':
    case 'VALIDATION_FAILED':
      return { kind: 'gone' };
    default:
      return { kind: 'problem' };
  }
}
