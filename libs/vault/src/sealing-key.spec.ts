import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import type { Clock } from '@capstan/kernel';
import { Keyring } from './keyring';
import { sealFor, SealingKeyPair } from './sealing-key';
import { Secret } from './secret';
import { Vault } from './vault';

const context = { service: 'device-collector', recordId: 'sealing-key' };
const purpose = 'device-collector.create-credential';

function clockAt(seconds: number): Clock {
  return { now: () => seconds * 1000, monotonic: () => seconds * 1000, sleep: () => Promise.resolve() };
}

describe(SealingKeyPair.name, () => {
  const vault = new Vault(Keyring.parse(`k1:${randomBytes(32).toString('base64')}`));
  const clock = clockAt(1_800_000_000);
  const options = { purpose, clock };
  let sut: SealingKeyPair;

  beforeAll(async () => {
    sut = (await SealingKeyPair.generate(vault, context)).pair;
  });

  it('opens what was sealed for it, and nobody between can read it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 200 }), async (text) => {
        const sealed = await sealFor(sut.publicJwk(), new Secret(text), options);
        expect(sealed.split('.')).toHaveLength(5);
        expect((await sut.openSealed(sealed, options)).reveal()).toBe(Buffer.from(text).toString('utf8'));
      }),
      { numRuns: 30 },
    );
    const sealed = await sealFor(sut.publicJwk(), new Secret('hunter2-canary'), options);
    expect(sealed.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1')).join()).not.toContain('hunter2');
  });

  it('shows no private part', () => {
    const jwk = sut.publicJwk();
    expect(Object.keys(jwk).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
  });

  it('survives a restart, sealed by the vault', async () => {
    const { pair, sealedPrivateKey } = await SealingKeyPair.generate(vault, context);
    const sealed = await sealFor(pair.publicJwk(), new Secret('hunter2'), options);
    const restored = await SealingKeyPair.restore(vault, JSON.parse(JSON.stringify(sealedPrivateKey)), context);
    expect(restored.publicJwk()).toEqual(pair.publicJwk());
    expect((await restored.openSealed(sealed, options)).reveal()).toBe('hunter2');
    await expect(SealingKeyPair.restore(vault, sealedPrivateKey, { ...context, recordId: 'x' })).rejects.toMatchObject({ code: 'VAULT_TAMPERED' });
    await expect(SealingKeyPair.restore(vault, vault.seal({ kty: 'oct' }, context), context)).rejects.toMatchObject({ code: 'SEALING_KEY_INVALID' });
  });

  it('asks for a new sealing when the pair was replaced', async () => {
    const { pair: replaced } = await SealingKeyPair.generate(vault, context);
    const sealed = await sealFor(replaced.publicJwk(), new Secret('hunter2'), options);
    await expect(sut.openSealed(sealed, options)).rejects.toMatchObject({ code: 'SEALING_KEY_UNKNOWN', retryable: true });
  });

  it('opens for five minutes, and tolerates clocks that differ a little', async () => {
    const sealed = await sealFor(sut.publicJwk(), new Secret('hunter2'), options);
    const at = (seconds: number): { purpose: string; clock: Clock } => ({ purpose, clock: clockAt(1_800_000_000 + seconds) });
    await expect(sut.openSealed(sealed, at(300))).resolves.toBeInstanceOf(Secret);
    await expect(sut.openSealed(sealed, at(301))).rejects.toMatchObject({ code: 'SEALED_SECRET_EXPIRED', retryable: false });
    await expect(sut.openSealed(sealed, { ...at(11), maxAgeSec: 10 })).rejects.toMatchObject({ code: 'SEALED_SECRET_EXPIRED' });
    await expect(sut.openSealed(sealed, at(-60))).resolves.toBeInstanceOf(Secret);
    await expect(sut.openSealed(sealed, at(-61))).rejects.toMatchObject({ code: 'SEALED_SECRET_INVALID' });
  });

  it('opens for its purpose only', async () => {
    const sealed = await sealFor(sut.publicJwk(), new Secret('hunter2'), options);
    await expect(sut.openSealed(sealed, { purpose: 'device-collector.test-login', clock })).rejects.toMatchObject({ code: 'SEALED_SECRET_INVALID' });
  });

  it('notices every changed character', async () => {
    const sealed = await sealFor(sut.publicJwk(), new Secret('hunter2'), options);
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = `${sealed.slice(0, index)}${sealed[index] === 'A' ? 'B' : 'A'}${sealed.slice(index + 1)}`;
      const outcome = await sut.openSealed(changed, options).then(
        () => 'opened',
        (error: { code: string }) => error.code,
      );
      expect(['SEALED_SECRET_INVALID', 'SEALING_KEY_UNKNOWN']).toContain(outcome);
    }
  });

  it.each([
    ['nothing', ''],
    ['plain text', 'hunter2'],
    ['five parts of nothing', '....'],
    ['a token without encryption', `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`],
    ['a very long text', 'A'.repeat(200_000)],
  ])('refuses %s', async (_, sealed) => {
    await expect(sut.openSealed(sealed, options)).rejects.toMatchObject({ code: expect.stringMatching(/^SEAL/) });
    await expect(sut.openSealed(sealed, options)).rejects.not.toMatchObject({ message: expect.stringContaining('hunter2') });
  });

  it('refuses to seal for a key that is not the one its id names', async () => {
    const other = (await SealingKeyPair.generate(vault, context)).pair.publicJwk();
    const jwk = sut.publicJwk();
    const wrong = [{ ...jwk, kid: other.kid }, { ...jwk, x: other.x }, { ...jwk, kty: 'oct' }, { ...jwk, crv: 'P-384' }, {}];
    for (const key of wrong) {
      await expect(sealFor(key, new Secret('hunter2'), options)).rejects.toMatchObject({ code: 'SEALING_KEY_INVALID' });
    }
  });
});
