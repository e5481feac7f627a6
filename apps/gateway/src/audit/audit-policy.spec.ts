import { routes } from '@capstan/contracts';
import { auditActor, auditSubject, isAudited } from './audit-policy';

describe(isAudited.name, () => {
  it.each([
    ['a change', routes.createSession, 202, true],
    ['a sign-in', routes.login, 200, true],
    ['a failed sign-in', routes.login, 401, true],
    ['a download', routes.downloadArtifact, 200, true],
    ['a refused look', routes.audit, 403, true],
    ['a look', routes.listSessions, 200, false],
    ['a look at nothing', routes.getSession, 404, false],
  ] as const)('%s: %#', (_, route, status, expected) => {
    expect(isAudited(route, status)).toBe(expected);
  });
});

describe(auditActor.name, () => {
  it('names nobody who is not known', () => {
    expect(auditActor(undefined, undefined)).toEqual({ type: 'anonymous', id: '', name: '' });
    expect(auditActor(undefined, { id: '1', name: 'anna' })).toEqual({ type: 'user', id: '1', name: 'anna' });
  });
});

describe(auditSubject.name, () => {
  it('is what the path names, else what was made', () => {
    expect(auditSubject({ id: 'a' }, { session_id: 'b' })).toBe('a');
    expect(auditSubject({}, { session_id: 'b' })).toBe('b');
    expect(auditSubject(undefined, { user: { user_id: 'c' } })).toBe('c');
    expect(auditSubject(undefined, { message: 'done' })).toBeNull();
    expect(auditSubject(undefined, undefined)).toBeNull();
  });
});
