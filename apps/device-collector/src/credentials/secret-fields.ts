import { z, type CreateCredentialBody } from '@capstan/contracts';
import { AppError, validationError } from '@capstan/kernel';
import { utils } from 'ssh2';
import type { SshLogin } from '../ssh/auth-plan';

const text = z.string().min(1).max(20_000).optional();

/** The secret part of a credential, as it is sealed. */
const secretFields = z.strictObject({ password: text, private_key: text, passphrase: text, enable_secret: text });
/** See {@link secretFields}. */
export type SecretFields = z.output<typeof secretFields>;

/**
 * Reads what was sealed for us and checks that it makes a usable credential of its kind.
 * @throws AppError `VALIDATION_FAILED` naming the field, never its value
 */
export function readSecretFields(json: string, kind: CreateCredentialBody['kind']): SecretFields {
  const parsed = secretFields.safeParse(parseJson(json));
  if (!parsed.success) {
    // The issues of a schema may quote what was given.
    throw validationError([{ path: 'sealed', code: 'INVALID', message: 'does not hold the fields of a credential' }]);
  }
  const needed = kind === 'ssh_key' ? 'private_key' : 'password';
  if (parsed.data[needed] === undefined) {
    throw validationError([{ path: needed, code: 'REQUIRED', message: `a credential of kind ${kind} needs ${needed}` }]);
  }
  checkPrivateKey(parsed.data);
  return parsed.data;
}

/** Opened secrets of the vault, in their shape again. @throws AppError `VAULT_TAMPERED` when they have another one */
export function asSecretFields(opened: unknown): SecretFields {
  const parsed = secretFields.safeParse(opened);
  if (!parsed.success) {
    throw new AppError('VAULT_TAMPERED', 'The sealed record does not hold a credential');
  }
  return parsed.data;
}

/** What SSH needs of a credential. */
export function toSshLogin(username: string, fields: SecretFields): SshLogin {
  return {
    username,
    ...(fields.password === undefined ? {} : { password: fields.password }),
    ...(fields.private_key === undefined ? {} : { privateKey: fields.private_key }),
    ...(fields.passphrase === undefined ? {} : { passphrase: fields.passphrase }),
    ...(fields.enable_secret === undefined ? {} : { enableSecret: fields.enable_secret }),
  };
}

function checkPrivateKey({ private_key: privateKey, passphrase }: SecretFields): void {
  if (privateKey === undefined) {
    return;
  }
  const key = utils.parseKey(privateKey, passphrase);
  if (key instanceof Error) {
    const encrypted = /passphrase|encrypted/i.test(key.message);
    throw validationError([
      encrypted
        ? { path: 'passphrase', code: passphrase === undefined ? 'REQUIRED' : 'INVALID', message: 'the private key is encrypted and does not open with it' }
        : { path: 'private_key', code: 'INVALID', message: 'is not a private key in OpenSSH or PEM format' },
    ]);
  }
  const [first] = Array.isArray(key) ? key : [key];
  if (first?.isPrivateKey() !== true) {
    throw validationError([{ path: 'private_key', code: 'INVALID', message: 'is a public key; the private one is needed' }]);
  }
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
