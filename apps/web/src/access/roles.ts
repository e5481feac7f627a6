import type { Permission, Role } from '@capstan/contracts';

/** Names of the roles, from the most to the least that is allowed. */
export const ROLE_NAMES: readonly Role[] = ['admin', 'operator', 'viewer'];

/** Roles in words. */
export const ROLE_LABELS: Record<Role, string> = { admin: 'Administrator', operator: 'Operator', viewer: 'Viewer' };

/** Permissions a token can be given today, each with what it allows. Those of services that do not exist yet are left out. */
export const TOKEN_PERMISSIONS: readonly { readonly value: Permission; readonly label: string }[] = [
  { value: 'sessions:read', label: 'See sessions' },
  { value: 'sessions:write', label: 'Start, stop and delete sessions' },
  { value: 'artifacts:download', label: 'Download captures' },
  { value: 'devices:read', label: 'See credentials and host keys' },
  { value: 'devices:write', label: 'Trust host keys' },
  { value: 'credentials:write', label: 'Add and delete credentials' },
  { value: 'secrets:reveal', label: 'See secrets inside configurations' },
  { value: 'audit:read', label: 'Read the audit log' },
  { value: 'users:admin', label: 'Manage users and tokens' },
];

const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

/** A one-time password that can be read out: four groups of four letters and digits without look-alikes (80 bits). */
export function oneTimePassword(random: (count: number) => Uint8Array): string {
  // 256 is a multiple of 32, so every letter is equally likely.
  const letters = [...random(16)].map((byte) => LETTERS[byte % LETTERS.length]);
  return [0, 4, 8, 12].map((at) => letters.slice(at, at + 4).join('')).join('-');
}
