import type { Actor, Route } from '@capstan/contracts';
import type { Principal } from '../auth/principal';

/**
 * Whether a call of this route belongs into the audit log: whatever changes something, gives away data, or was refused. Who
 * calls too often would fill it with nothing else; who guesses passwords too often belongs there.
 */
export function isAudited(route: Route, status: number): boolean {
  if (status === 429 && route.access !== 'public') {
    return false;
  }
  return route.method !== 'GET' || route.audited === true || 'bytes' in route.response || status === 401 || status === 403;
}

/** Who it was. Someone who failed to sign in has no name here: people type passwords into the wrong field. */
export function auditActor(principal: Principal | undefined, claimed: { readonly id: string; readonly name: string } | undefined): Pick<Actor, 'id' | 'name'> & { type: string } {
  if (principal) {
    return principal.actor;
  }
  return claimed ? { type: 'user', ...claimed } : { type: 'anonymous', id: '', name: '' };
}

/** Names under which answers carry the id of what they are about. */
const SUBJECTS = ['session_id', 'user_id', 'token_id', 'credential_id', 'host_key_id', 'artifact_id', 'snapshot_id', 'camera_id', 'device_id', 'id'] as const;

/** What a call was about: the id in its path, else the id of what it made. */
export function auditSubject(params: unknown, answer: unknown): string | null {
  const id = (params as { id?: unknown } | undefined)?.id;
  return typeof id === 'string' ? id.slice(0, 100) : subjectIn(answer, 1);
}

function subjectIn(answer: unknown, depth: number): string | null {
  if (typeof answer !== 'object' || answer === null) {
    return null;
  }
  const record = answer as Record<string, unknown>;
  for (const name of SUBJECTS) {
    if (typeof record[name] === 'string') {
      return record[name];
    }
  }
  if (depth > 0) {
    for (const name of ['session', 'user', 'credential', 'host_key', 'camera', 'device', 'group', 'snapshot']) {
      const found = subjectIn(record[name], depth - 1);
      if (found !== null) {
        return found;
      }
    }
  }
  return null;
}
