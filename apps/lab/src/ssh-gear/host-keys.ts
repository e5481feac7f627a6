import { createHash } from 'node:crypto';
import { utils } from 'ssh2';
import type { HostKey } from '../inventory';

/** A host key pair of a device. */
export interface GearHostKey {
  readonly privateKey: string;
  readonly shown: HostKey;
}

let sharedRsa: GearHostKey | undefined;

/**
 * A key for a device. RSA keys take long to find, and only old devices show one: they share one per process, as a row of
 * cloned virtual machines does. 1,024 bits is what such devices have.
 */
export function gearHostKey(type: 'ed25519' | 'rsa'): GearHostKey {
  if (type === 'ed25519') {
    return describe(readablePair());
  }
  sharedRsa ??= describe(utils.generateKeyPairSync('rsa', { bits: 1024 }));
  return sharedRsa;
}

/** Of every few hundred Ed25519 keys that `ssh2` 1.17 makes, it cannot read one itself. */
function readablePair(): ReturnType<typeof utils.generateKeyPairSync> {
  for (;;) {
    const pair = utils.generateKeyPairSync('ed25519');
    if (!(utils.parseKey(pair.private) instanceof Error)) {
      return pair;
    }
  }
}

function describe({ private: privateKey, public: publicKey }: { private: string; public: string }): GearHostKey {
  const [type = '', blob = ''] = publicKey.split(' ');
  return { privateKey, shown: { type, fingerprint: `SHA256:${createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64').replace(/=+$/, '')}` } };
}
