import type { ProblemDetails } from '@capstan/contracts';

/** One wrong field of a form, by its dotted path in the request body. */
export interface FieldProblem {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** A call that did not succeed. Code that decides looks at `code`; people read `message`. */
export class ApiProblem extends Error {
  readonly code: string;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  readonly fields: readonly FieldProblem[];
  readonly requestId?: string;
  /** Seconds to wait, from `Retry-After`. */
  readonly retryAfterSec?: number;

  constructor(code: string, message: string, facts: { status: number; fields?: readonly FieldProblem[]; requestId?: string; retryAfterSec?: number }) {
    super(message);
    this.name = 'ApiProblem';
    this.code = code;
    this.status = facts.status;
    this.fields = facts.fields ?? [];
    this.requestId = facts.requestId;
    this.retryAfterSec = facts.retryAfterSec;
  }

  /** Whether the same call may succeed a little later without being changed. */
  get transient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 502;
  }
}

/** The problem an answer describes, whatever stands in between sent (a proxy answers HTML). */
export function problemOf(status: number, body: unknown, headers: { requestId: string | null; retryAfter: string | null }): ApiProblem {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Partial<ProblemDetails>;
  const wait = Number(headers.retryAfter);
  return new ApiProblem(typeof problem.code === 'string' ? problem.code : `HTTP_${status}`, sentenceOf(problem, status), {
    status,
    fields: Array.isArray(problem.errors) ? problem.errors : [],
    requestId: problem.request_id ?? headers.requestId ?? undefined,
    retryAfterSec: headers.retryAfter !== null && Number.isFinite(wait) ? wait : undefined,
  });
}

/** The problem of a call that got no answer at all. */
export function unreachable(): ApiProblem {
  return new ApiProblem('UNREACHABLE', 'Capstan cannot be reached. The connection is tried again by itself.', { status: 0 });
}

/** Any thrown value as a problem that can be shown. */
export function asProblem(error: unknown): ApiProblem {
  return error instanceof ApiProblem ? error : new ApiProblem('UNEXPECTED', error instanceof Error ? error.message : 'Something unexpected happened', { status: 0 });
}

function sentenceOf(problem: Partial<ProblemDetails>, status: number): string {
  if (typeof problem.detail === 'string' && problem.detail !== '') {
    return problem.detail;
  }
  if (typeof problem.title === 'string' && problem.title !== '') {
    return problem.title;
  }
  return status >= 500 ? 'The server could not answer this request.' : 'The request was refused.';
}
