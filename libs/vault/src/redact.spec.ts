import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { redact } from './redact';
import { Secret } from './secret';

/** Without the mask's own character, which would appear in any redacted text. */
const secretText = fc.string({ minLength: 1, maxLength: 24, unit: 'grapheme' }).filter((text) => !text.includes('*'));
const ordinary = fc.string({ maxLength: 20 }).filter((text) => !text.includes('*'));

describe(redact.name, () => {
  it('masks every occurrence', () => {
    expect(redact('user admin\npassword hunter2\nhunter2hunter2 xhunter2x', [new Secret('hunter2')])).toBe('user admin\npassword ********\n******** x********x');
  });

  it('leaves a text without secrets as it is', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(redact(text, [])).toBe(text);
        expect(redact(text, ['', new Secret('')])).toBe(text);
        expect(redact(text, ['a secret that is not in there'])).toBe(text);
      }),
    );
  });

  it('leaves no trace of two secrets that overlap', () => {
    expect(redact('-abcde-', ['abc', 'cde'])).toBe('-********-');
    expect(redact('-password123-', ['password', 'password123'])).toBe('-********-');
    expect(redact('aaaa', ['aa'])).toBe('********');
  });

  it('finds any secret anywhere', () => {
    fc.assert(
      fc.property(ordinary, secretText, ordinary, (before, secret, after) => {
        expect(redact(before + secret + after, [secret])).not.toContain(secret);
      }),
    );
  });

  it.each<[string, (secret: string) => string]>([
    ['encodeURIComponent', (secret) => encodeURIComponent(secret)],
    ['encodeURIComponent in lower case', (secret) => encodeURIComponent(secret).replace(/%../g, (escape) => escape.toLowerCase())],
    ['encodeURI', (secret) => encodeURI(secret)],
    ['a form', (secret) => new URLSearchParams([['p', secret]]).toString().slice(2)],
    ['JSON', (secret) => JSON.stringify(secret).slice(1, -1)],
    ['JSON in JSON', (secret) => JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    ['single quotes of a shell', (secret) => secret.replaceAll("'", `'\\''`)],
    ['double quotes of a shell', (secret) => secret.replace(/["$`\\]/g, '\\$&')],
    ['XML', (secret) => secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')],
  ])('finds a secret written as %s', (_, write) => {
    fc.assert(
      fc.property(ordinary, secretText.filter((text) => !/\p{Surrogate}/u.test(text)), ordinary, (before, secret, after) => {
        const written = write(secret);
        const redacted = redact(`${before}\u0000${written}\u0000${after}`, [secret]);
        expect(redacted).toContain('********');
        // Where a secret stands whole in its surroundings, those are masked as well; between the marks nothing may be left.
        if (!before.includes(secret) && !after.includes(secret)) {
          expect(redacted.split('\u0000')[1]).toBe('********');
        }
      }),
      { examples: [['', '~ ', '']] },
    );
  });

  it('finds a secret inside longer base64, as in basic authentication', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12, unit: 'grapheme-ascii' }), fc.string({ minLength: 8, maxLength: 30, unit: 'grapheme-ascii' }), ordinary, (user, secret, after) => {
        for (const encoding of ['base64', 'base64url'] as const) {
          const encoded = Buffer.from(`${user}:${secret}${after}`).toString(encoding);
          const redacted = redact(`Authorization: Basic ${encoded}`, [secret]);
          expect(redacted).toContain('********');
          // What is left holds at most the bits shared with the neighbours: less than a byte at either end.
          const start = Buffer.byteLength(`${user}:`);
          const kept = redacted.slice('Authorization: Basic '.length).split('********')[0] ?? '';
          expect(Math.floor((kept.length * 6) / 8)).toBeLessThanOrEqual(start);
        }
      }),
    );
  });

  it('finds a secret in hex', () => {
    const hex = Buffer.from('hunter2').toString('hex');
    expect(redact(`tcpdump shows ${hex} ${hex.toUpperCase()}`, ['hunter2'])).toBe('tcpdump shows ******** ********');
  });

  it('finds a secret as bash quotes it', () => {
    const secret = `p'a"s $w\`o!r\\d&<>`;
    const quoted = execFileSync('bash', ['-c', 'printf "%q" "$1"', 'bash', secret], { encoding: 'utf8' });
    expect(redact(`+ sshpass -p ${quoted} ssh`, [secret])).toBe('+ sshpass -p ******** ssh');
  });
});
