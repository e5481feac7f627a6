import type { Permission, Route, RouteAccess } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { holds, type Principal } from './principal';

/** The permission a route asks for, if it asks for one. */
export function permissionOf(access: RouteAccess): Permission | undefined {
  if (typeof access === 'object') {
    return access.link;
  }
  return access === 'public' || access === 'signed-in' ? undefined : access;
}

/** What someone who still has a one-time password may do besides changing it. */
function isOpenBeforePasswordChange(route: Route): boolean {
  return route.access === 'public' || (route.access === 'signed-in' && route.tag === 'auth');
}

/** Why a call is refused; undefined when it is not. */
export function decideAccess(route: Route, principal: Principal | undefined): AppError | undefined {
  if (route.access === 'public') {
    return undefined;
  }
  if (!principal) {
    return new AppError('NOT_AUTHENTICATED', 'Sign in first, or send an API token');
  }
  if (principal.mustChangePassword && !isOpenBeforePasswordChange(route)) {
    return new AppError('PASSWORD_CHANGE_REQUIRED', 'The one-time password must be changed first');
  }
  const permission = permissionOf(route.access);
  if (permission !== undefined && !holds(principal, permission)) {
    return new AppError('NOT_ALLOWED', `This needs the permission ${permission}`, { details: { permission } });
  }
  return undefined;
}
