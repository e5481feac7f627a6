import type { Actor, Permission, Role } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';

/** Whoever makes a call: a signed-in user or an API token, with what it may do right now. */
export interface Principal {
  readonly actor: Actor;
  readonly permissions: readonly Permission[];
  /** Only of users. */
  readonly role?: Role;
  readonly mustChangePassword: boolean;
  /** Unix milliseconds until which the proof of identity holds; undefined when it does not end by itself. */
  readonly expiresAt?: number;
}

/** Whether the principal holds a permission. */
export function holds(principal: Principal, permission: Permission): boolean {
  return principal.permissions.includes(permission);
}

/**
 * Nobody can give away, or take over, more than they have: otherwise a token that may only manage users could make
 * itself an administrator.
 * @throws AppError `NOT_ALLOWED`
 */
export function assertMayGrant(principal: Principal, permissions: readonly Permission[]): void {
  const missing = permissions.filter((permission) => !holds(principal, permission));
  if (missing.length > 0) {
    throw new AppError('NOT_ALLOWED', `Only who holds these permissions may give them: ${missing.join(', ')}`);
  }
}
