import type { ServerConfig } from 'ssh2';

/** What a device of yesterday accepts: SHA-1, CBC, and an RSA key signed with SHA-1. */
export const LEGACY_ALGORITHMS: ServerConfig['algorithms'] = {
  kex: ['diffie-hellman-group14-sha1', 'diffie-hellman-group1-sha1'],
  serverHostKey: ['ssh-rsa'],
  cipher: ['aes128-ctr', 'aes256-ctr', 'aes128-cbc', '3des-cbc'],
  hmac: ['hmac-sha1'],
};

/** What a device of today accepts; cheap key exchanges first, because dozens of devices live in one process. */
export const MODERN_GEAR_ALGORITHMS: ServerConfig['algorithms'] = {
  kex: ['curve25519-sha256', 'ecdh-sha2-nistp256', 'diffie-hellman-group14-sha256'],
  cipher: ['aes128-gcm@openssh.com', 'aes128-ctr', 'aes256-ctr'],
  hmac: ['hmac-sha2-256', 'hmac-sha1'],
};
