import { createHash } from 'node:crypto';
import { CAPTURE_OPTIONS, type CreateCaptureSessionBody, type RequestInputOf, type sessionRpc } from '@capstan/contracts';
import { type FieldError, validationError } from '@capstan/kernel';

/** User name and password typed into a session, under the id it will be kept as. */
export interface InlineCredential {
  readonly credentialId: string;
  readonly username: string;
  readonly password: string;
}

/** What a body becomes: secrets to keep first, and the session that names them. */
export interface PlannedSession {
  readonly credentials: readonly InlineCredential[];
  readonly session: RequestInputOf<typeof sessionRpc.create>;
}

type Account = Pick<CreateCaptureSessionBody, 'username' | 'password' | 'credential_id'>;

/**
 * Id of the `index`-th secret of a session. Made from the session's id, so that a repeated request means the same
 * credential. (A UUID of version 8, RFC 9562 §5.8: its bits are ours.)
 */
export function credentialIdOf(sessionId: string, index: number): string {
  const hex = createHash('sha256').update(`capstan/session-credential/${sessionId}/${index}`).digest('hex');
  const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) % 4);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Fields that the body has once and every target has for itself. */
const SHARED_FIELDS = /^targets\.\d+\.((?:filter|on_unsupported|mode|size_per_file_mb|max_files)(?:\..+)?)$/;

/** Errors about the session's targets, under the names the body has for their fields; what all targets share is told once. */
export function toBodyErrors(errors: readonly FieldError[]): FieldError[] {
  const renamed = errors.map((error) => ({ ...error, path: SHARED_FIELDS.exec(error.path)?.[1] ?? error.path }));
  return renamed.filter((error, index) => index === renamed.findIndex((other) => other.path === error.path && other.code === error.code));
}

/** Half an account would be ignored in favour of the session's, and nobody would know; so it is refused. */
function accountProblems(account: Account, path: string): FieldError[] {
  const prefix = path === '' ? '' : `${path}.`;
  const { username, password, credential_id: credentialId } = account;
  if (credentialId !== undefined && (username !== undefined || password !== undefined)) {
    return [{ path: `${prefix}credential_id`, code: 'CREDENTIAL_CONFLICT', message: 'credential_id cannot be combined with username or password' }];
  }
  if (username !== undefined && password === undefined) {
    return [{ path: `${prefix}password`, code: 'REQUIRED', message: 'a username needs a password' }];
  }
  if (password !== undefined && username === undefined) {
    return [{ path: `${prefix}username`, code: 'REQUIRED', message: 'a password needs a username' }];
  }
  return [];
}

/**
 * Turns the body of `POST /capture-sessions` into a session of packet captures. A target's own account comes before the
 * session's; equal accounts are one credential.
 * @throws AppError `VALIDATION_FAILED`
 */
export function planSession(body: CreateCaptureSessionBody, sessionId: string): PlannedSession {
  const problems = [...accountProblems(body, ''), ...body.targets.flatMap((target, index) => accountProblems(target, `targets.${index}`))];
  if (problems.length > 0) {
    throw validationError(problems);
  }
  const credentials = new Map<string, InlineCredential>();
  const credentialFor = (account: Account): string | undefined => {
    const { username, password } = account;
    if (account.credential_id !== undefined || username === undefined || password === undefined) {
      return account.credential_id;
    }
    const pair = JSON.stringify([username, password]);
    const known = credentials.get(pair) ?? { credentialId: credentialIdOf(sessionId, credentials.size), username, password };
    credentials.set(pair, known);
    return known.credentialId;
  };
  const targets = body.targets.map((target) => {
    const credentialId = credentialFor(target) ?? credentialFor(body);
    if (credentialId === undefined) {
      throw validationError([{ path: 'credential_id', code: 'CREDENTIAL_REQUIRED', message: 'a target has no account' }]);
    }
    return {
      kind: 'packet-capture' as const,
      device_type: target.device_type,
      host: target.host,
      ...(target.port === undefined ? {} : { port: target.port }),
      ...(target.interface === undefined ? {} : { interface: target.interface }),
      ...Object.fromEntries(CAPTURE_OPTIONS.flatMap((option) => (target[option] === undefined ? [] : [[option, target[option]]]))),
      credential_id: credentialId,
      ...(target.legacy_crypto === undefined ? {} : { legacy_crypto: target.legacy_crypto }),
      ...(target.host_key === undefined ? {} : { host_key: target.host_key }),
      ...(target.jump === undefined ? {} : { jump: target.jump }),
      mode: body.mode,
      size_per_file_mb: body.size_per_file_mb,
      max_files: body.max_files,
      ...(body.filter === undefined ? {} : { filter: body.filter }),
      on_unsupported: body.on_unsupported,
    };
  });
  return {
    credentials: [...credentials.values()],
    session: {
      session_id: sessionId,
      ...(body.name === undefined ? {} : { name: body.name }),
      // A rotating capture runs until it is stopped, whatever else the body says.
      ...(body.mode === 'rotating' || body.duration_sec === undefined ? {} : { duration_sec: body.duration_sec }),
      targets,
      options: body.options,
    },
  };
}
