import { newPassword, PERMISSIONS, ROLES } from '@capstan/contracts';
import { oneTimePassword, ROLE_NAMES, TOKEN_PERMISSIONS } from './roles';

describe(oneTimePassword.name, () => {
  it('is one the server takes, made of letters that cannot be mistaken', () => {
    const password = oneTimePassword((count) => Uint8Array.from({ length: count }, (_, index) => index * 17));
    expect(password).toMatch(/^[a-km-np-z2-9]{4}(-[a-km-np-z2-9]{4}){3}$/);
    expect(newPassword.safeParse(password).success).toBe(true);
  });

  it('draws every letter equally often', () => {
    const counts = new Map<string, number>();
    for (let byte = 0; byte < 256; byte += 16) {
      for (const letter of oneTimePassword((count) => Uint8Array.from({ length: count }, (_, index) => byte + index)).replaceAll('-', '')) {
        counts.set(letter, (counts.get(letter) ?? 0) + 1);
      }
    }
    expect(new Set(counts.values())).toEqual(new Set([8]));
  });
});

describe('ROLE_NAMES and TOKEN_PERMISSIONS', () => {
  it('name what the contracts know', () => {
    expect([...ROLE_NAMES].sort()).toEqual([...ROLES].sort());
    expect(TOKEN_PERMISSIONS.every(({ value }) => PERMISSIONS.includes(value))).toBe(true);
  });
});
