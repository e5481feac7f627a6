import { judgeHostKey, type KnownHostKey } from './host-key-decision';

const trusted: KnownHostKey = { status: 'trusted', algorithm: 'ssh-ed25519', fingerprint: 'A', trustedAlgorithm: null, trustedFingerprint: null };
const changed: KnownHostKey = { status: 'changed', algorithm: 'ssh-rsa', fingerprint: 'B', trustedAlgorithm: 'ssh-ed25519', trustedFingerprint: 'A' };
const shows = (fingerprint: string) => ({ algorithm: 'ssh-ed25519', fingerprint });

describe(judgeHostKey.name, () => {
  it.each([
    [undefined, 'A', 'first'],
    [trusted, 'A', 'same'],
    [trusted, 'B', 'changed'],
    [changed, 'B', 'still-changed'],
    [changed, 'C', 'changed'],
    [changed, 'A', 'recovered'],
  ])('known %j, shown %s: %s', (known, fingerprint, verdict) => {
    expect(judgeHostKey(known, shows(fingerprint))).toBe(verdict);
  });
});
