import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { Keyring, newKeyLine } from './keyring';

const base64 = randomBytes(32).toString('base64');
const other = randomBytes(32).toString('base64');

describe(Keyring.name, () => {
  it.each([
    ['a setting', `k1:${base64},k2:${other}`],
    ['a setting with spaces and a last comma', ` k1 : ${base64} , k2:${other}, `],
    ['a file', `# keys\n\nk1:${base64}\n k2:${other}\n`],
  ])('reads %s, the first key being current', (_, text) => {
    const sut = Keyring.parse(text);
    expect(sut.current.id).toBe('k1');
    expect(sut.ids).toEqual(['k1', 'k2']);
    expect(sut.find('k2').key.export().toString('base64')).toBe(other);
  });

  it.each([
    ['nothing', '', 'there is none'],
    ['only a comment', '# none', 'there is none'],
    ['no id', base64, 'entry 1 is not <key id>:<base64>'],
    ['an empty id', `k1:${base64},:${other}`, 'entry 2 is not'],
    ['an id with a space', `my key:${base64}`, 'entry 1 is not'],
    ['a short key', `k1:${base64},k2:${randomBytes(16).toString('base64')}`, 'the key k2 is not 32 bytes in base64'],
    ['a long key', `k1:${randomBytes(33).toString('base64')}`, 'the key k1 is not 32 bytes'],
    ['a key in hex', `k1:${randomBytes(32).toString('hex')}`, 'the key k1 is not 32 bytes'],
    ['a key with a typing error', `k1:*${base64}`, 'the key k1 is not 32 bytes'],
    ['a key of zeros', `k1:${Buffer.alloc(32).toString('base64')}`, 'the key k1 is not random'],
    ['an id twice', `k1:${base64},k1:${other}`, 'two have the same id'],
  ])('refuses %s and says what is wrong', (_, text, problem) => {
    expect(() => Keyring.parse(text)).toThrow(expect.objectContaining({ code: 'VAULT_KEYS_INVALID', retryable: false, message: expect.stringContaining(problem) }));
  });

  it('never repeats a key that it refuses, nor shows one that it holds', () => {
    const broken = `${base64.slice(0, -2)}!`;
    let message = '';
    try {
      Keyring.parse(`k1:${broken}`);
    } catch (error) {
      message = `${(error as Error).message} ${JSON.stringify(error)}`;
    }
    expect(message).toContain('k1');
    expect(message).not.toContain(base64.slice(0, 8));
    const sut = Keyring.parse(`k1:${base64}`);
    const shown = `${inspect(sut, { depth: 10, showHidden: true })}${JSON.stringify(sut)}`;
    expect(shown).not.toContain(base64);
    expect(shown).not.toContain(Buffer.from(base64, 'base64').toString('hex').slice(0, 8));
  });

  it('makes keys that it reads', () => {
    expect(Keyring.parse(newKeyLine()).current.id).toMatch(/^k-[0-9a-f]{8}$/);
    expect(newKeyLine()).not.toBe(newKeyLine());
  });
});
