import { AppError } from '@capstan/kernel';
import { readHostKey } from './host-key';
import { readServerOffer } from './kexinit';
import { shellAssignments, shellQuote } from './shell-quote';
import { MODERN_ALGORITHMS, preferHostKey } from './ssh-algorithms';
import { sshError } from './ssh-error';

const endpoint = { host: 'h', port: 22 };

describe(sshError.name, () => {
  it.each([
    [{ code: 'ECONNREFUSED' }, 'connect', 'CONN_REFUSED'],
    [{ code: 'EHOSTUNREACH' }, 'connect', 'HOST_UNREACHABLE'],
    [{ code: 'ENETUNREACH' }, 'connect', 'HOST_UNREACHABLE'],
    [{ code: 'ENOTFOUND' }, 'connect', 'HOST_NOT_FOUND'],
    [{ code: 'EAI_AGAIN' }, 'connect', 'HOST_NOT_FOUND'],
    [{ code: 'ETIMEDOUT' }, 'connect', 'CONNECT_TIMEOUT'],
    [{ message: 'Handshake failed: no matching key exchange algorithm', level: 'handshake' }, 'handshake', 'KEX_MISMATCH'],
    [{ message: 'Handshake failed: no matching C->S cipher', level: 'handshake' }, 'handshake', 'KEX_MISMATCH'],
    [{ message: 'Connection lost before handshake', level: 'protocol' }, 'handshake', 'HANDSHAKE_FAILED'],
    [{ message: 'All configured authentication methods failed', level: 'client-authentication' }, 'auth', 'AUTH_FAILED'],
    [{ message: 'closed' }, 'auth', 'AUTH_FAILED'],
    [{ message: 'Keepalive timeout', level: 'client-timeout' }, 'open', 'DEVICE_LOST'],
    [{ code: 'ECONNRESET', level: 'client-socket' }, 'open', 'DEVICE_LOST'],
    [undefined, 'open', 'DEVICE_LOST'],
  ] as const)('%j in phase %s is %s', (error, phase, code) => {
    expect(sshError(error, phase, endpoint).code).toBe(code);
  });

  it('never takes a refused login for something to repeat', () => {
    expect(sshError({ level: 'client-authentication' }, 'auth', endpoint).retryable).toBe(false);
  });

  it('passes on what is told apart already', () => {
    const told = new AppError('HOSTKEY_MISMATCH', 'other key');
    expect(sshError(told, 'handshake', endpoint)).toBe(told);
  });
});

describe(shellQuote.name, () => {
  it.each([
    ['eth0', 'eth0'],
    ['', "''"],
    ['a b', "'a b'"],
    ["it's", "'it'\\''s'"],
    ['$(reboot)`x`;|&"\\', `'$(reboot)\`x\`;|&"\\'`],
    ['-n', '-n'],
  ])('%j becomes %s', (word, quoted) => {
    expect(shellQuote(word)).toBe(quoted);
  });

  it.each(['a\nb', 'a\0b', 'a\rb', '\x1b'])('refuses control characters: %j', (word) => {
    expect(() => shellQuote(word)).toThrow(expect.objectContaining({ code: 'UNSAFE_ARGUMENT' }));
  });

  it('assigns values line by line', () => {
    expect(shellAssignments({ A: 1, B: "x'y", C: '' })).toBe("A=1\nB='x'\\''y'\nC=''\n");
  });
});

describe(readServerOffer.name, () => {
  const lists = [['kex-a', 'kex-b'], ['ssh-rsa'], ['aes'], ['aes'], ['mac'], ['mac'], ['none'], ['none'], [], []];
  const payload = Buffer.concat([
    Buffer.from([20]),
    Buffer.alloc(16, 7),
    ...lists.map((names) => {
      const text = Buffer.from(names.join(','));
      const length = Buffer.alloc(4);
      length.writeUInt32BE(text.length);
      return Buffer.concat([length, text]);
    }),
    Buffer.alloc(5),
  ]);
  const packet = Buffer.concat([Buffer.alloc(4), Buffer.from([4]), payload, Buffer.alloc(4)]);
  packet.writeUInt32BE(packet.length - 4);
  const greeting = Buffer.concat([Buffer.from('Welcome!\r\nSSH-2.0-Cisco-1.25\r\n'), packet]);

  it('reads the lists behind a banner', () => {
    expect(readServerOffer(greeting)).toEqual({ kex: ['kex-a', 'kex-b'], serverHostKey: ['ssh-rsa'], cipher: ['aes'], hmac: ['mac'] });
  });

  it('waits for more at every point before the end', () => {
    for (let length = 0; length < greeting.length; length += 1) {
      expect(readServerOffer(greeting.subarray(0, length))).toBe('more');
    }
  });

  it('knows what is no SSH server', () => {
    expect(readServerOffer(Buffer.from(`SSH-2.0-x\n${'A'.repeat(60)}`))).toBe('not-ssh');
    expect(readServerOffer(Buffer.alloc(40_000, 0x41))).toBe('not-ssh');
  });
});

describe(readHostKey.name, () => {
  it('prints fingerprints as ssh-keygen does', () => {
    const blob = Buffer.from('AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl', 'base64');
    expect(readHostKey(blob)).toEqual({ algorithm: 'ssh-ed25519', fingerprint: 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU' });
  });

  it('survives nonsense', () => {
    expect(readHostKey(Buffer.from([0, 0, 0, 200, 10, 65])).algorithm).toBe('?A');
  });
});

describe(preferHostKey.name, () => {
  it('asks first for the key that is trusted', () => {
    expect(preferHostKey(MODERN_ALGORITHMS, 'ssh-rsa').serverHostKey.slice(0, 2)).toEqual(['rsa-sha2-512', 'rsa-sha2-256']);
    expect(preferHostKey(MODERN_ALGORITHMS, 'ecdsa-sha2-nistp384').serverHostKey[0]).toBe('ecdsa-sha2-nistp384');
    expect(preferHostKey(MODERN_ALGORITHMS, 'unheard-of').serverHostKey).toEqual(MODERN_ALGORITHMS.serverHostKey);
  });

  it('adds nothing to the offer', () => {
    expect([...preferHostKey(MODERN_ALGORITHMS, 'ssh-rsa').serverHostKey].sort()).toEqual([...MODERN_ALGORITHMS.serverHostKey].sort());
  });
});
