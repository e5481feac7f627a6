import { z } from 'zod';
import { defineEvent, defineRpc } from '../envelope/definitions';
import { isoTimestamp, label, pageInfo, pageQuery, port, uuid } from '../primitives';
import { actor } from '../sessions/session';

/** Kinds of credential. */
export const CREDENTIAL_KINDS = ['password', 'ssh_key', 'app_password'] as const;

const secretText = z.string().min(1).max(20_000);

/** Body of `POST /credentials`; secrets never come back. */
export const createCredentialBody = z
  .strictObject({
    name: label(100),
    kind: z.enum(CREDENTIAL_KINDS).default('password'),
    username: label(200),
    password: secretText.optional(),
    private_key: secretText.optional(),
    passphrase: secretText.optional(),
    enable_secret: secretText.optional(),
  })
  .superRefine((credential, context) => {
    const needed = credential.kind === 'ssh_key' ? 'private_key' : 'password';
    if (credential[needed] === undefined) {
      context.addIssue({ code: 'custom', path: [needed], message: `a credential of kind ${credential.kind} needs ${needed}`, params: { code: 'REQUIRED' } });
    }
  });
/** See {@link createCredentialBody}. */
export type CreateCredentialBody = z.output<typeof createCredentialBody>;

/** A credential as it may be shown. */
export const credentialView = z.object({
  credential_id: uuid,
  name: z.string(),
  kind: z.enum(CREDENTIAL_KINDS),
  username: z.string(),
  has_password: z.boolean(),
  has_private_key: z.boolean(),
  has_passphrase: z.boolean(),
  has_enable_secret: z.boolean(),
  created_at: isoTimestamp,
  created_by: z.string(),
  last_used_at: isoTimestamp.nullable(),
});
/** See {@link credentialView}. */
export type CredentialView = z.output<typeof credentialView>;
/** Answer of `GET /credentials`. */
export const credentialList = z.object({ credentials: z.array(credentialView), ...pageInfo });

/** A host key, or the certificate of an HTTPS device, that Capstan met or was told of. `changed` blocks every login until someone trusts the new key. */
export const hostKeyView = z.object({
  host_key_id: uuid,
  host: z.string(),
  port,
  kind: z.enum(['ssh', 'tls']),
  algorithm: z.string(),
  /** Of a host key `SHA256:<base64>`, as ssh-keygen prints it; of a certificate its SHA-256 in hex with colons, as openssl and browsers do. */
  fingerprint: z.string(),
  status: z.enum(['trusted', 'changed']),
  first_seen_at: isoTimestamp,
  last_seen_at: isoTimestamp,
  /** With `changed`: the fingerprint that was trusted before. */
  trusted_fingerprint: z.string().nullable(),
});
/** See {@link hostKeyView}. */
export type HostKeyView = z.output<typeof hostKeyView>;
/** Answer of `GET /host-keys`. */
export const hostKeyList = z.object({ host_keys: z.array(hostKeyView), ...pageInfo });

const OWNER = 'device-collector';

/** What the gateway asks the owner of devices' secrets. */
export const credentialRpc = {
  sealingKey: defineRpc(OWNER, 'get-sealing-key', 'Public key for secrets that only the device-collector may read', {
    request: z.object({}),
    response: z.object({ jwk: z.record(z.string(), z.unknown()) }),
  }),
  create: defineRpc(OWNER, 'create-credential', 'Keep a credential', {
    request: z.object({
      /** Chosen by the caller so that a repeated request is the same credential. */
      credential_id: uuid,
      name: z.string(),
      kind: z.enum(CREDENTIAL_KINDS),
      username: z.string(),
      /** Compact JWE of `{password?, private_key?, passphrase?, enable_secret?}`, sealed with the key above. */
      sealed: z.string().max(100_000),
      /** Set for a secret typed into a session: it is deleted with the session and never listed. */
      session_id: uuid.optional(),
      requested_by: actor,
    }),
    response: z.object({ credential: credentialView }),
  }),
  list: defineRpc(OWNER, 'list-credentials', 'Credentials without their secrets', { request: pageQuery, response: credentialList }),
  remove: defineRpc(OWNER, 'delete-credential', 'Forget a credential', {
    request: z.object({ credential_id: uuid, requested_by: actor }),
    response: z.object({}),
  }),
  removeOfSession: defineRpc(OWNER, 'delete-session-credentials', 'Forget the secrets typed into a session that was not created', {
    request: z.object({ session_id: uuid }),
    response: z.object({}),
  }),
  hostKeys: defineRpc(OWNER, 'list-host-keys', 'Known host keys', {
    request: pageQuery.extend({ status: z.enum(['trusted', 'changed']).optional() }),
    response: hostKeyList,
  }),
  trustHostKey: defineRpc(OWNER, 'trust-host-key', 'Trust the key that a host shows now', {
    request: z.object({ host_key_id: uuid, requested_by: actor }),
    response: z.object({ host_key: hostKeyView }),
  }),
} as const;

/** Facts about devices' identities. */
export const deviceEvents = {
  hostKeyChanged: defineEvent('device.host-key-changed.v1', [OWNER], 'A host showed another key than the trusted one; nothing was sent to it', z.object({ host_key: hostKeyView, session_id: uuid.nullable() })),
} as const;
