import { countLogLine, NO_ATTEMPTS } from './sshd-log';

describe(countLogLine.name, () => {
  const after = (...lines: string[]) => lines.reduce(countLogLine, NO_ATTEMPTS);

  it('counts refused and accepted passwords and keys', () => {
    expect(
      after(
        'Failed password for root from 198.18.1.254 port 4000 ssh2',
        'Failed password for invalid user x from 198.18.1.254 port 4000 ssh2',
        'Accepted password for root from 198.18.1.254 port 4001 ssh2',
        'Accepted publickey for root from 198.18.1.254 port 4002 ssh2: ED25519 SHA256:abc',
      ),
    ).toEqual({ password: { accepted: 1, failed: 2 }, publickey: { accepted: 1, failed: 0 } });
  });

  it.each([
    'Failed none for root from 198.18.1.254 port 4000 ssh2',
    'Connection from 198.18.1.254 port 4000 on 198.18.1.1 port 22',
    'Invalid user Failed password for from 198.18.1.254 port 4000',
  ])('takes %j for no attempt', (line) => {
    expect(after(line)).toEqual(NO_ATTEMPTS);
  });
});
