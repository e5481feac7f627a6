import type { PresentedHostKey } from '../ssh/host-key';

/** What is kept of a host. */
export interface KnownHostKey {
  readonly status: 'trusted' | 'changed';
  readonly algorithm: string;
  readonly fingerprint: string;
  readonly trustedAlgorithm: string | null;
  readonly trustedFingerprint: string | null;
}

/**
 * What a shown key means:
 * `first`: never seen before, trusted from now on (on first use, as people do by hand);
 * `same`: the trusted one; `recovered`: the trusted one again, after the host had shown another;
 * `changed`: another one than the trusted; `still-changed`: the other one again, known already.
 */
export type HostKeyVerdict = 'first' | 'same' | 'recovered' | 'changed' | 'still-changed';

/** Pure. A key is the trusted one only when its fingerprint is; the type follows from that. */
export function judgeHostKey(known: KnownHostKey | undefined, shown: PresentedHostKey): HostKeyVerdict {
  if (known === undefined) {
    return 'first';
  }
  if (known.status === 'trusted') {
    return known.fingerprint === shown.fingerprint ? 'same' : 'changed';
  }
  if (known.trustedFingerprint === shown.fingerprint) {
    return 'recovered';
  }
  return known.fingerprint === shown.fingerprint ? 'still-changed' : 'changed';
}
