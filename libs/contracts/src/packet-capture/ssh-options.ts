import { z } from 'zod';
import { hostAddress, port, uuid } from '../primitives';

/**
 * Whether SSH's outdated algorithms (SHA-1, CBC) are offered to a device: never, only when it shares none of the modern
 * ones, or at once, behind the modern ones.
 */
export const LEGACY_CRYPTO = ['never', 'auto', 'always'] as const;
/** See {@link LEGACY_CRYPTO}. */
export type LegacyCrypto = (typeof LEGACY_CRYPTO)[number];

/** Hosts on the way to a device, at most. */
export const MAX_JUMPS = 3;

/** A pinned host key: its fingerprint as `ssh-keygen -l` prints it, after the key's type where the host has several keys. */
export const pinnedHostKey = z
  .string()
  .trim()
  .regex(/^(?:[a-z0-9@.-]{1,64} )?SHA256:[A-Za-z0-9+/]{43}$/, 'must be a fingerprint such as SHA256:… or ssh-ed25519 SHA256:…');

/** A host through which a device is reached, with its own identity and login. */
export const jumpHop = z.strictObject({ host: hostAddress, port: port.default(22), credential_id: uuid, host_key: pinnedHostKey.optional() });
/** See {@link jumpHop}. */
export type JumpHop = z.output<typeof jumpHop>;

/** How a device is reached over SSH; all parts may be left out. */
export const sshTargetFields = {
  /** Default `auto`. */
  legacy_crypto: z.enum(LEGACY_CRYPTO).optional(),
  /** Without it the key is trusted that the device shows first. */
  host_key: pinnedHostKey.optional(),
  /** The hosts on the way, the nearest first. */
  jump: z.array(jumpHop).min(1).max(MAX_JUMPS).optional(),
} as const;
