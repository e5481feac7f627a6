import type { X509Certificate } from 'node:crypto';

/** A certificate as a server presented it. */
export interface PresentedCertificate {
  /** `x509` and the kind of its key, e.g. `x509-rsa-2048`, `x509-ec-prime256v1`. */
  readonly algorithm: string;
  /** SHA-256 of the whole certificate in hex, as `openssl x509 -fingerprint -sha256` and browsers print it. */
  readonly fingerprint: string;
}

/** Reads what a certificate is known by. A renewed one is another one, also when its key stayed. */
export function readCertificate(certificate: Pick<X509Certificate, 'fingerprint256' | 'publicKey'>): PresentedCertificate {
  const { asymmetricKeyType: type = 'unknown', asymmetricKeyDetails: details } = certificate.publicKey;
  const size = details?.modulusLength ?? details?.namedCurve;
  return { algorithm: ['x509', type, size].filter((part) => part !== undefined).join('-'), fingerprint: certificate.fingerprint256 };
}

/** A fingerprint as people write it (with or without colons, in any case, perhaps with `SHA256:` in front) in the form of {@link PresentedCertificate}. */
export function normaliseFingerprint(text: string): string {
  const digits = text.replace(/^sha-?256[:=\s]/i, '').replace(/[:\s]/g, '').toUpperCase();
  return digits.match(/../g)?.join(':') ?? '';
}
