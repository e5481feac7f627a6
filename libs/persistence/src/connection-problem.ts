import { AppError } from '@capstan/kernel';

interface ErrorLike {
  code?: unknown;
  routine?: unknown;
  message?: unknown;
  driverError?: unknown;
}

/** Connection failures of the operating system, as Node names them. */
const NETWORK_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN']);

/**
 * SQLSTATEs after which the same statement may succeed on a new connection; PostgreSQL, appendix A:
 * class 08 connection exceptions, 53300 too many connections, 57P01 to 57P05 shutdown, crash, starting up, dropped, idle timeout.
 */
const UNAVAILABLE_STATES = /^(08\w{3}|53300|57P0[1-5])$/;

/** What `pg`, its pool and TypeORM, which releases a runner whose connection failed, say without a code when the connection is lost. */
const UNAVAILABLE_TEXT = /^(Connection terminated|Query runner already released|Database connection provided by a query runner was already released|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed and is not queryable)/;

/** SQLSTATEs of a transaction that lost against another one and may simply be run again. */
const LOST_RACE_STATES = new Set(['40001', '40P01']);

function original(error: unknown): ErrorLike {
  const outer = (error ?? {}) as ErrorLike;
  // TypeORM wraps what the driver threw.
  return typeof outer.driverError === 'object' && outer.driverError !== null ? (outer.driverError as ErrorLike) : outer;
}

/** The SQLSTATE of an error of PostgreSQL, also inside TypeORM's wrapping; undefined for anything else. */
export function sqlState(error: unknown): string | undefined {
  const { code } = original(error);
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** Whether the transaction lost against another one (serialization failure, deadlock), or met a statement prepared before a migration. */
export function lostRace(error: unknown): boolean {
  return LOST_RACE_STATES.has(sqlState(error) ?? '') || outdatedStatement(error);
}

/**
 * Whether a prepared statement cannot be used any more, before anything of it was done: a migration changed the columns it
 * answers with (0A000, from PostgreSQL's `RevalidateCachedQuery`), or a pooler gave its connection to somebody else (26000, 42P05).
 */
export function outdatedStatement(error: unknown): boolean {
  const state = sqlState(error);
  return state === '26000' || state === '42P05' || (state === '0A000' && original(error).routine === 'RevalidateCachedQuery');
}

/**
 * Whether the database could not be reached, told as an error a caller may act on.
 * @returns AppError `DATABASE_UNAVAILABLE`, retryable; undefined when the error is about something else.
 */
export function connectionProblem(error: unknown): AppError | undefined {
  const { code, message } = original(error);
  const unavailable =
    (typeof code === 'string' && (NETWORK_CODES.has(code) || UNAVAILABLE_STATES.test(code))) || (typeof message === 'string' && UNAVAILABLE_TEXT.test(message));
  if (!unavailable && error instanceof AggregateError) {
    return error.errors.map(connectionProblem).find((problem) => problem !== undefined);
  }
  return unavailable ? new AppError('DATABASE_UNAVAILABLE', 'The database cannot be reached', { retryable: true, retryAfterMs: 1_000, cause: error }) : undefined;
}
