import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { Keyring } from './keyring';
import type { SealedRecord } from './sealed-record';
import { Secret } from './secret';
import { Vault } from './vault';

const keyLine = (id: string): string => `${id}:${randomBytes(32).toString('base64')}`;
const context = { service: 'device-collector', recordId: '0193a5b2-0000-7000-8000-000000000001' };
const BINARY = ['wrappedKey', 'iv', 'ciphertext', 'tag'] as const;

describe(Vault.name, () => {
  const oldKey = keyLine('old');
  const newKey = keyLine('new');
  const sut = new Vault(Keyring.parse(oldKey));

  it('opens what it sealed, whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), fc.string(), (value, service, recordId) => {
        expect(sut.open(sut.seal(value, { service, recordId }), { service, recordId })).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('opens a record that went through a JSON column', () => {
    const stored: unknown = JSON.parse(JSON.stringify(sut.seal({ password: 'hunter2' }, context)));
    expect(sut.open(stored, context)).toEqual({ password: 'hunter2' });
  });

  it('never seals to the same bytes twice', () => {
    const [one, two] = [sut.seal('same', context), sut.seal('same', context)];
    for (const field of BINARY) {
      expect(one[field]).not.toBe(two[field]);
    }
  });

  it('shows nothing of the value', () => {
    expect(JSON.stringify(sut.seal({ password: 'hunter2-canary' }, context))).not.toContain('hunter2');
  });

  it('stores the text of secrets inside the value, not their mask', () => {
    const sealed = sut.seal({ user: 'admin', password: new Secret('hunter2'), keys: [new Secret('k1')] }, context);
    expect(sut.open(sealed, context)).toEqual({ user: 'admin', password: 'hunter2', keys: ['k1'] });
    expect(sut.open(sut.seal(new Secret('alone'), context), context)).toBe('alone');
  });

  it('refuses what JSON cannot hold, without quoting it', () => {
    const cyclic: Record<string, unknown> = { password: 'hunter2' };
    cyclic['self'] = cyclic;
    for (const value of [undefined, () => 'hunter2', cyclic, 10n]) {
      let caught: unknown;
      try {
        sut.seal(value, context);
      } catch (error) {
        caught = error;
      }
      expect(caught).toMatchObject({ code: 'VAULT_PLAINTEXT_INVALID' });
      expect((caught as Error).cause).toBeUndefined();
    }
  });

  it('notices every changed byte in every field', () => {
    const sealed = sut.seal({ password: 'hunter2' }, context);
    for (const field of BINARY) {
      const bytes = Buffer.from(sealed[field], 'base64url');
      for (let index = 0; index < bytes.length; index += 1) {
        for (const bit of [0x01, 0x80]) {
          const changed = Buffer.from(bytes);
          changed[index] = (changed[index] ?? 0) ^ bit;
          const record = { ...sealed, [field]: changed.toString('base64url') };
          expect(() => sut.open(record, context)).toThrow(expect.objectContaining({ code: 'VAULT_TAMPERED', retryable: false }));
        }
      }
    }
  });

  it('notices fields that were cut, lengthened, padded, exchanged or replaced', () => {
    const sealed = sut.seal({ password: 'hunter2' }, context);
    const other = sut.seal({ password: 'hunter3' }, context);
    const broken: unknown[] = [null, 'text', 7, {}, { ...sealed, v: 2 }, { ...sealed, tag: undefined }, { ...sealed, iv: 5 }];
    for (const field of BINARY) {
      const text = sealed[field];
      broken.push(...[text.slice(0, -1), `${text}AAAA`, `${text}=`, `${text}\n`, '', other[field]].map((value) => ({ ...sealed, [field]: value })));
    }
    // A tag of four bytes is valid GCM, and guessable.
    broken.push({ ...sealed, tag: Buffer.from(sealed.tag, 'base64url').subarray(0, 4).toString('base64url') });
    for (const record of broken) {
      expect(() => sut.open(record, context)).toThrow(expect.objectContaining({ code: 'VAULT_TAMPERED' }));
    }
  });

  it('does not open a record in the place of another', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (service, recordId, otherService, otherId) => {
        fc.pre(service !== otherService || recordId !== otherId);
        const sealed = sut.seal('value', { service, recordId });
        expect(() => sut.open(sealed, { service: otherService, recordId: otherId })).toThrow(expect.objectContaining({ code: 'VAULT_TAMPERED' }));
      }),
    );
    const moved = sut.seal('value', { service: 'a', recordId: 'bc' });
    expect(() => sut.open(moved, { service: 'ab', recordId: 'c' })).toThrow(expect.objectContaining({ code: 'VAULT_TAMPERED' }));
  });

  describe('rotation', () => {
    const rotated = new Vault(Keyring.parse(`${newKey},${oldKey}`));
    const after = new Vault(Keyring.parse(newKey));

    it('opens old records and seals new ones under the new key', () => {
      const sealed = sut.seal('value', context);
      expect(rotated.open(sealed, context)).toBe('value');
      expect(rotated.needsRewrap(sealed)).toBe(true);
      expect(rotated.seal('value', context).keyId).toBe('new');
    });

    it('rewraps, after which the old key can go', () => {
      fc.assert(
        fc.property(fc.jsonValue(), (value) => {
          const sealed = sut.seal(value, context);
          const rewrapped = rotated.rewrap(sealed);
          expect(rewrapped).toMatchObject({ keyId: 'new', iv: sealed.iv, ciphertext: sealed.ciphertext, tag: sealed.tag });
          expect(after.needsRewrap(rewrapped)).toBe(false);
          expect(after.open(rewrapped, context)).toEqual(JSON.parse(JSON.stringify(value)));
        }),
      );
    });

    it('says which key is missing', () => {
      const sealed = sut.seal('value', context);
      const missing = { code: 'VAULT_KEY_UNKNOWN', retryable: false, details: { keyId: 'old' } };
      expect(() => after.open(sealed, context)).toThrow(expect.objectContaining(missing));
      expect(() => after.rewrap(sealed)).toThrow(expect.objectContaining(missing));
    });

    it('does not take a record for one of another key', () => {
      const sealed: SealedRecord = { ...sut.seal('value', context), keyId: 'new' };
      expect(() => rotated.open(sealed, context)).toThrow(expect.objectContaining({ code: 'VAULT_TAMPERED' }));
      expect(() => rotated.rewrap(sealed)).toThrow(expect.objectContaining({ code: 'VAULT_TAMPERED' }));
    });
  });
});
