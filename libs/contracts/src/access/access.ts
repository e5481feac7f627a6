import { z } from 'zod';
import { isoTimestamp, label, pageInfo, uuid } from '../primitives';
import { PERMISSIONS, ROLES } from './permissions';

/** Shortest password a person may choose (NIST SP 800-63B asks for at least 8; longer is kinder than rules about characters). */
export const MIN_PASSWORD_LENGTH = 12;

/** Names people sign in with. */
export const username = z
  .string()
  .trim()
  .min(2)
  .max(60)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]*$/, 'may contain letters, digits, dot, underscore, at sign and hyphen');

/** A password someone chooses. */
export const newPassword = z.string().min(MIN_PASSWORD_LENGTH, `must have at least ${MIN_PASSWORD_LENGTH} characters`).max(200);

/** Body of `POST /auth/login` and `/auth/login-json`. */
export const loginBody = z.strictObject({ username: z.string().max(200), password: z.string().max(1_000) });

/** A user as clients see it. */
export const userView = z.object({
  user_id: uuid,
  username: z.string(),
  display_name: z.string(),
  role: z.enum(ROLES),
  permissions: z.array(z.enum(PERMISSIONS)),
  disabled: z.boolean(),
  must_change_password: z.boolean(),
  created_at: isoTimestamp,
  last_sign_in_at: isoTimestamp.nullable(),
});
/** See {@link userView}. */
export type UserView = z.output<typeof userView>;

/** Answer to a sign-in and to a refresh; the refresh token travels in an HttpOnly cookie only. */
export const signInAnswer = z.object({
  access_token: z.string(),
  token_type: z.literal('bearer'),
  /** Seconds. */
  expires_in: z.int(),
  user: userView,
});
/** See {@link signInAnswer}. */
export type SignInAnswer = z.output<typeof signInAnswer>;

/** Body of `POST /auth/change-password`. */
export const changePasswordBody = z.strictObject({ current_password: z.string().max(1_000), new_password: newPassword });

/** Body of `POST /users`. The password is a first one: it must be changed at the first sign-in. */
export const createUserBody = z.strictObject({ username, display_name: label(100).optional(), role: z.enum(ROLES), password: newPassword });
/** Body of `PATCH /users/:id`. */
export const updateUserBody = z.strictObject({
  display_name: label(100).optional(),
  role: z.enum(ROLES).optional(),
  disabled: z.boolean().optional(),
  password: newPassword.optional(),
});
/** Answer of `GET /users`. */
export const userList = z.object({ users: z.array(userView), ...pageInfo });

/** An API token as it is listed; the token itself is shown once, when it is made. */
export const apiTokenView = z.object({
  token_id: uuid,
  name: z.string(),
  /** First characters, to recognise it by. */
  prefix: z.string(),
  permissions: z.array(z.enum(PERMISSIONS)),
  created_by: z.string(),
  created_at: isoTimestamp,
  expires_at: isoTimestamp.nullable(),
  last_used_at: isoTimestamp.nullable(),
});
/** See {@link apiTokenView}. */
export type ApiTokenView = z.output<typeof apiTokenView>;
/** Body of `POST /tokens`. */
export const createTokenBody = z.strictObject({
  name: label(100),
  permissions: z.array(z.enum(PERMISSIONS)).min(1),
  /** Days until it expires; null never. */
  expires_in_days: z.int().min(1).max(3_650).nullable().default(90),
});
/** Answer of `POST /tokens`. */
export const createTokenAnswer = apiTokenView.extend({ token: z.string() });
/** Answer of `GET /tokens`. */
export const tokenList = z.object({ tokens: z.array(apiTokenView), ...pageInfo });

/** One line of the audit log. */
export const auditEntry = z.object({
  audit_id: uuid,
  time: isoTimestamp,
  actor_type: z.string(),
  actor_id: z.string(),
  actor_name: z.string(),
  /** `POST /capture-sessions`, or `device.command`. */
  action: z.string(),
  /** Session, device or user it was about. */
  subject: z.string().nullable(),
  /** HTTP status, or the outcome of a device command. */
  outcome: z.string(),
  address: z.string().nullable(),
  request_id: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
});
/** See {@link auditEntry}. */
export type AuditEntry = z.output<typeof auditEntry>;
/** Query of `GET /audit`. */
export const auditQuery = z.strictObject({
  page: z.coerce.number().int().min(1).default(1),
  per_page: z.coerce.number().int().min(1).max(100).default(50),
  actor: z.string().max(200).optional(),
  action: z.string().max(200).optional(),
  subject: z.string().max(200).optional(),
  since: isoTimestamp.optional(),
  until: isoTimestamp.optional(),
});
/** Answer of `GET /audit`. */
export const auditList = z.object({ entries: z.array(auditEntry), ...pageInfo });
