import { z } from 'zod';

/** One wrong field. The submitted value is never repeated: it may be a password. */
export const fieldProblem = z.object({ path: z.string(), code: z.string(), message: z.string() });

/** RFC 9457 problem details, with Capstan's stable `code`. */
export const problemDetails = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  request_id: z.string().optional(),
  errors: z.array(fieldProblem).optional(),
  /** Facts that help, e.g. the states in which an action is allowed. */
  details: z.record(z.string(), z.unknown()).optional(),
});
/** See {@link problemDetails}. */
export type ProblemDetails = z.output<typeof problemDetails>;

/** Status and title of every code an API client can meet; what is not listed is a 500. */
export const PROBLEMS = {
  VALIDATION_FAILED: [422, 'The request is not valid'],
  MALFORMED_JSON: [400, 'The body is not JSON'],
  NOT_AUTHENTICATED: [401, 'Sign in first'],
  INVALID_CREDENTIALS: [401, 'User name or password is wrong'],
  TOKEN_EXPIRED: [401, 'The access token has expired'],
  NOT_ALLOWED: [403, 'Not allowed'],
  PASSWORD_CHANGE_REQUIRED: [403, 'Change the one-time password first'],
  LINK_INVALID: [403, 'The download link is not valid'],
  LINK_EXPIRED: [403, 'The download link has expired'],
  NOT_FOUND: [404, 'There is nothing here'],
  SESSION_NOT_FOUND: [404, 'No such session'],
  ARTIFACT_NOT_FOUND: [404, 'No such artifact'],
  CREDENTIAL_NOT_FOUND: [404, 'No such credential'],
  HOST_KEY_NOT_FOUND: [404, 'No such host key'],
  USER_NOT_FOUND: [404, 'No such user'],
  TOKEN_NOT_FOUND: [404, 'No such token'],
  RECORDING_NOT_FOUND: [404, 'No such recording'],
  RECEIVER_NOT_FOUND: [404, 'No such receiver'],
  SOURCE_NOT_FOUND: [404, 'Source not found'],
  NO_CAPTURES_FOUND: [404, 'Nothing was captured'],
  SESSION_NOT_READY: [409, 'The session is still running'],
  SESSION_STATE_CONFLICT: [409, 'The state of the session does not allow this'],
  ANALYSIS_RUNNING: [409, 'The captures are still being analysed'],
  NOT_PAUSABLE: [409, 'Targets of this kind cannot pause'],
  NOTHING_TO_RETRY: [409, 'No target of this session failed'],
  TEMPLATE_NOT_FOUND: [404, 'No such template'],
  REVISION_CONFLICT: [409, 'Somebody else changed it meanwhile'],
  NOTHING_TO_COLLECT: [409, 'No files of this session wait on a device'],
  CREDENTIAL_IN_USE: [409, 'The credential is in use'],
  NAME_TAKEN: [409, 'The name is taken'],
  ILLEGAL_TRANSITION: [409, 'The state of the recording does not allow this'],
  NO_ACTIVE_RECEIVERS: [409, 'No active receiver reaches the frequency'],
  RECEIVER_IN_USE: [409, 'The receiver is in use'],
  SOURCE_IN_USE: [409, 'The source is in use'],
  SOURCE_FIXED: [409, 'The source Unknown cannot be changed'],
  LAST_ADMINISTRATOR: [409, 'The last administrator cannot be removed'],
  IDEMPOTENCY_CONFLICT: [409, 'The idempotency key was used for another request'],
  IDEMPOTENCY_IN_PROGRESS: [409, 'The first request with this idempotency key is still running'],
  OBJECT_PRUNED: [410, 'The stored object is gone'],
  RECORDING_TOO_LARGE: [413, 'The recording is too large for this'],
  BODY_TOO_LARGE: [413, 'The body is too large'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'The body must be JSON'],
  RANGE_NOT_SATISFIABLE: [416, 'The range lies outside of the object'],
  ANALYSIS_FAILED: [422, 'The captures could not be analysed'],
  TOO_MANY_REQUESTS: [429, 'Too many requests'],
  SERVICE_UNAVAILABLE: [503, 'A needed service is away'],
  RPC_TIMEOUT: [503, 'A needed service did not answer in time'],
  DATABASE_UNAVAILABLE: [503, 'The database is away'],
  OBJECT_STORE_UNAVAILABLE: [503, 'The object store is away'],
  INTERNAL_ERROR: [500, 'Something went wrong on our side'],
} as const satisfies Record<string, readonly [number, string]>;
/** See {@link PROBLEMS}. */
export type ProblemCode = keyof typeof PROBLEMS;
