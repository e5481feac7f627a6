import type { Algorithms } from 'ssh2';

/**
 * What is offered to every device: the modern part of what `ssh2` can do, written out so that an error can show both
 * sides' lists. SHA-1 and CBC are not in it; they come back as an explicit per-device policy, appended behind these.
 */
export const MODERN_ALGORITHMS = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group14-sha256',
    'diffie-hellman-group15-sha512',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group17-sha512',
    'diffie-hellman-group18-sha512',
  ],
  serverHostKey: ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'rsa-sha2-512', 'rsa-sha2-256'],
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
  ],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
} as const;

/**
 * What older gear needs, appended behind the modern lists by a per-device policy. Both fixed groups are in it: `ssh2` never
 * offers a group exchange to a server that calls itself `Cisco-1.25` (read off version 1.17), so that of such a device
 * only they are left.
 */
export const LEGACY_ALGORITHMS = {
  kex: ['diffie-hellman-group-exchange-sha1', 'diffie-hellman-group14-sha1', 'diffie-hellman-group1-sha1'],
  serverHostKey: ['ssh-rsa'],
  cipher: ['aes128-cbc', 'aes192-cbc', 'aes256-cbc', '3des-cbc'],
  hmac: ['hmac-sha1-etm@openssh.com', 'hmac-sha1', 'hmac-sha1-96'],
} as const;

/** The offer with the outdated algorithms behind it. */
export function withLegacy(offer: AlgorithmOffer): AlgorithmOffer {
  return {
    kex: [...offer.kex, ...LEGACY_ALGORITHMS.kex],
    serverHostKey: [...offer.serverHostKey, ...LEGACY_ALGORITHMS.serverHostKey],
    cipher: [...offer.cipher, ...LEGACY_ALGORITHMS.cipher],
    hmac: [...offer.hmac, ...LEGACY_ALGORITHMS.hmac],
  };
}

/** The outdated ones among algorithms that were agreed on. */
export function weakAmong(agreed: readonly string[]): string[] {
  const legacy: readonly string[] = Object.values(LEGACY_ALGORITHMS).flat();
  return agreed.filter((name) => legacy.includes(name));
}

/** Lists of algorithm names as SSH negotiates them. */
export interface AlgorithmOffer {
  readonly kex: readonly string[];
  readonly serverHostKey: readonly string[];
  readonly cipher: readonly string[];
  readonly hmac: readonly string[];
}

/** Signature algorithms with which a key of a type proves itself; an RSA key has several. */
const SIGNATURES: Readonly<Record<string, readonly string[]>> = { 'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] };

/**
 * The offer, with the signature algorithms of the known host key first: a server with several keys then shows the one
 * that was trusted, instead of another one that would look like a change.
 */
export function preferHostKey(offer: AlgorithmOffer, knownKeyType: string | undefined): AlgorithmOffer {
  if (knownKeyType === undefined) {
    return offer;
  }
  const wanted = SIGNATURES[knownKeyType] ?? [knownKeyType];
  const first = offer.serverHostKey.filter((name) => wanted.includes(name));
  return { ...offer, serverHostKey: [...first, ...offer.serverHostKey.filter((name) => !first.includes(name))] };
}

/** The offer in the form `ssh2` takes. */
export function toSsh2Algorithms(offer: AlgorithmOffer): Algorithms {
  return { kex: [...offer.kex], serverHostKey: [...offer.serverHostKey], cipher: [...offer.cipher], hmac: [...offer.hmac] } as Algorithms;
}
