import { ROLE_PERMISSIONS, type Route, routes } from '@capstan/contracts';
import { systemClock } from '@capstan/kernel';
import { ManualClock } from '@capstan/testing';
import { decideAccess } from './access-decision';
import { ACCESS_TOKEN_SEC, AccessTokens } from './access-tokens';
import { deriveKey, KEY_PURPOSES } from './keys';
import { makeOneTimePassword, Passwords } from './passwords';
import { assertMayGrant, type Principal } from './principal';
import { decideRotation, REUSE_GRACE_MS } from './refresh-rotation';

const viewer: Principal = { actor: { type: 'user', id: 'u', name: 'v' }, permissions: ROLE_PERMISSIONS.viewer, role: 'viewer', mustChangePassword: false };

describe(decideAccess.name, () => {
  it.each<[string, Route, Principal | undefined, string | undefined]>([
    ['anyone on a public route', routes.login, undefined, undefined],
    ['nobody else without signing in', routes.me, undefined, 'NOT_AUTHENTICATED'],
    ['a viewer to read', routes.getSession, viewer, undefined],
    ['no viewer to write', routes.createSession, viewer, 'NOT_ALLOWED'],
    ['no viewer to download', routes.downloadSession, viewer, 'NOT_ALLOWED'],
    ['who has a one-time password to change it', routes.changePassword, { ...viewer, mustChangePassword: true }, undefined],
    ['who has a one-time password nothing else', routes.getSession, { ...viewer, mustChangePassword: true }, 'PASSWORD_CHANGE_REQUIRED'],
  ])('lets %s', (_, route, principal, code) => {
    expect(decideAccess(route, principal)?.code).toBe(code);
  });
});

describe(assertMayGrant.name, () => {
  it('lets nobody give what they do not have', () => {
    expect(() => assertMayGrant(viewer, ['sessions:read'])).not.toThrow();
    expect(() => assertMayGrant(viewer, ['sessions:read', 'sessions:write'])).toThrow(expect.objectContaining({ code: 'NOT_ALLOWED' }));
  });
});

describe(decideRotation.name, () => {
  const fresh = { expiresAt: 1_000_000, familyExpiresAt: 2_000_000, usedAt: null, revokedAt: null };

  it.each([
    ['a fresh token is used', fresh, 1, 'rotate'],
    ['it has expired', fresh, 1_000_000, 'refuse'],
    ['its family has', { ...fresh, expiresAt: 9_000_000 }, 2_000_000, 'refuse'],
    ['it was revoked', { ...fresh, revokedAt: 1 }, 2, 'refuse'],
    ['a second tab sends it at the same moment', { ...fresh, usedAt: 5 }, 5 + REUSE_GRACE_MS, 'rotate'],
    ['it comes back later', { ...fresh, usedAt: 5 }, 6 + REUSE_GRACE_MS, 'revoke-family'],
    ['it comes back after its family was revoked', { ...fresh, usedAt: 5, revokedAt: 6 }, 7 + REUSE_GRACE_MS, 'refuse'],
  ] as const)('when %s: %#', (_, record, now, decision) => {
    expect(decideRotation(record, now)).toBe(decision);
  });
});

describe(Passwords.name, () => {
  const sut = new Passwords({ logN: 4, r: 8, p: 1 });

  it('knows its own hashes, however the letters were typed, and no other password', async () => {
    const hash = await sut.hash('Gr\u00fc\u00dfe');
    expect(await sut.verify('Gru\u0308\u00dfe', hash)).toBe(true);
    expect(await sut.verify('gr\u00fc\u00dfe', hash)).toBe(false);
    expect(await sut.verify('Gr\u00fc\u00dfe', 'not a hash')).toBe(false);
    expect(await sut.hash('Gr\u00fc\u00dfe')).not.toBe(hash);
  });

  it('says no to everybody who does not exist', async () => {
    expect(await sut.verify('', undefined)).toBe(false);
  });

  it('tells hashes of another cost, and still reads them', async () => {
    const hash = await new Passwords({ logN: 5, r: 8, p: 1 }).hash('x');
    expect(sut.isOutdated(hash)).toBe(true);
    expect(await sut.verify('x', hash)).toBe(true);
    expect(sut.isOutdated(await sut.hash('x'))).toBe(false);
  });

  it('turns away who would wait too long', async () => {
    const results = await Promise.allSettled(Array.from({ length: 100 }, () => sut.hash('x')));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.reason).toMatchObject({ code: 'TOO_MANY_REQUESTS', retryAfterMs: 2_000 });
  });
});

describe(makeOneTimePassword.name, () => {
  it('makes another one each time, without letters that look alike', () => {
    const made = new Set(Array.from({ length: 200 }, makeOneTimePassword));
    expect(made.size).toBe(200);
    expect([...made].every((password) => /^[a-hjkmnp-z2-9]{6}(-[a-hjkmnp-z2-9]{6}){3}$/.test(password))).toBe(true);
  });
});

describe(deriveKey.name, () => {
  it('gives every purpose a key of its own', () => {
    const secret = Buffer.alloc(32, 1).toString('base64');
    expect(new Set(KEY_PURPOSES.map((purpose) => Buffer.from(deriveKey(secret, purpose)).toString('hex'))).size).toBe(KEY_PURPOSES.length);
  });
});

describe(AccessTokens.name, () => {
  it('reads what it issued and nothing that was signed with another key', async () => {
    const sut = new AccessTokens(new Uint8Array(32).fill(1), systemClock);
    const token = await sut.issue('u1', 3);
    expect(await sut.read(token)).toMatchObject({ userId: 'u1', version: 3 });
    await expect(new AccessTokens(new Uint8Array(32).fill(2), systemClock).read(token)).rejects.toMatchObject({ code: 'NOT_AUTHENTICATED' });
  });

  it('tells that a token has expired although it has read it before', async () => {
    const clock = new ManualClock(1_800_000_000_000);
    const sut = new AccessTokens(new Uint8Array(32).fill(1), clock);
    const token = await sut.issue('u1', 3);
    await sut.read(token);
    await clock.advance(ACCESS_TOKEN_SEC * 1_000 + 1);
    await expect(sut.read(token)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  });
});
