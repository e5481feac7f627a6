import { format, inspect } from 'node:util';
import { Secret } from './secret';

describe(Secret.name, () => {
  const sut = new Secret('hunter2');

  it('gives its text only when asked for it', () => {
    expect(sut.reveal()).toBe('hunter2');
  });

  it.each<[string, () => string]>([
    ['String()', () => String(sut)],
    ['a template', () => `${sut}`],
    ['concatenation', () => 'password: ' + sut],
    ['JSON', () => JSON.stringify({ sut, list: [sut] })],
    ['inspect', () => inspect({ sut }, { depth: 9, showHidden: true, getters: true })],
    ['a log format', () => format('%s %o %O %j', sut, sut, sut, sut)],
    ['an error', () => new Error(`failed with ${sut}`).stack ?? ''],
    ['its keys', () => JSON.stringify([Object.entries(sut), Object.getOwnPropertyNames(sut)])],
    ['a structured clone', () => inspect(structuredClone({ sut }))],
    ['a spread', () => inspect({ ...sut })],
  ])('does not show it in %s', (_, show) => {
    expect(show()).not.toContain('hunter2');
  });

  it('compares by text', () => {
    expect(sut.equals(new Secret('hunter2'))).toBe(true);
    expect(sut.equals(new Secret('hunter3'))).toBe(false);
    expect(sut.equals(new Secret(''))).toBe(false);
  });
});
