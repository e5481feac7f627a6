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
  NO_CAPTURES_FOUND: [404, 'Nothing was captured'],
  CAMERA_NOT_FOUND: [404, 'No such camera'],
  CAMERA_GROUP_NOT_FOUND: [404, 'No such group of cameras'],
  SNAPSHOT_NOT_FOUND: [404, 'No such snapshot'],
  SESSION_NOT_READY: [409, 'The session is still running'],
  SESSION_STATE_CONFLICT: [409, 'The state of the session does not allow this'],
  NOTHING_TO_RETRY: [409, 'No target of this session failed'],
  CREDENTIAL_IN_USE: [409, 'The credential is in use'],
  NAME_TAKEN: [409, 'The name is taken'],
  REVISION_CONFLICT: [409, 'It was changed by somebody else meanwhile'],
  CAMERA_EXISTS: [409, 'There is a camera with this URL already'],
  CAMERA_GROUP_NOT_EMPTY: [409, 'The group still has cameras'],
  CAMERA_GROUP_EMPTY: [409, 'The group has no active camera'],
  CAMERA_DISABLED: [409, 'The camera is switched off'],
  CAMERA_AUTH_FAILED: [409, 'The camera refuses the credentials'],
  CAMERA_NOT_FOUND_ON_HOST: [409, 'The camera does not know the path'],
  CAMERA_UNREACHABLE: [409, 'Nothing answers at the address of the camera'],
  CAMERA_TIMEOUT: [409, 'The camera does not answer in time'],
  CAMERA_TRANSPORT: [409, 'The camera takes none of the transports'],
  CAMERA_NO_VIDEO: [409, 'The camera offers no video that can be read'],
  CAMERA_DECODE: [409, 'The picture of the camera cannot be decoded'],
  CAMERA_BUSY: [409, 'The camera takes no more sessions'],
  CAMERA_PROTOCOL: [409, 'The camera answers in a way that cannot be read'],
  CAMERA_LOST: [409, 'The connection to the camera broke'],
  CAMERA_ADDRESS_REFUSED: [409, 'The address of the camera is not allowed'],
  NOT_ENOUGH_SNAPSHOTS: [409, 'There are not enough snapshots'],
  LAST_ADMINISTRATOR: [409, 'The last administrator cannot be removed'],
  IDEMPOTENCY_CONFLICT: [409, 'The idempotency key was used for another request'],
  IDEMPOTENCY_IN_PROGRESS: [409, 'The first request with this idempotency key is still running'],
  OBJECT_PRUNED: [410, 'The stored object is gone'],
  BODY_TOO_LARGE: [413, 'The body is too large'],
  UNSUPPORTED_MEDIA_TYPE: [415, 'The body must be JSON'],
  RANGE_NOT_SATISFIABLE: [416, 'The range lies outside of the object'],
  TOO_MANY_REQUESTS: [429, 'Too many requests'],
  SERVICE_UNAVAILABLE: [503, 'A needed service is away'],
  RPC_TIMEOUT: [503, 'A needed service did not answer in time'],
  DATABASE_UNAVAILABLE: [503, 'The database is away'],
  OBJECT_STORE_UNAVAILABLE: [503, 'The object store is away'],
  INTERNAL_ERROR: [500, 'Something went wrong on our side'],
} as const satisfies Record<string, readonly [number, string]>;
/** See {@link PROBLEMS}. */
export type ProblemCode = keyof typeof PROBLEMS;
