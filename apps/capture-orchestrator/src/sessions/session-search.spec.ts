import fc from 'fast-check';
import { containsPattern, gramsOf, searchText } from './session-search';

describe(gramsOf.name, () => {
  it('holds every gram of every substring, so that the index never hides a match', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 3, maxLength: 60 }), fc.nat(), fc.nat(), (name, from, length) => {
        const text = searchText(name.replaceAll('\n', ' '), ['10.0.0.1']);
        const [line = ''] = text.split('\n');
        const characters = [...line];
        const start = from % characters.length;
        const part = characters.slice(start, start + 3 + (length % 10)).join('');
        const grams = new Set(gramsOf(text));
        expect(gramsOf(part).every((gram) => grams.has(gram))).toBe(true);
      }),
    );
  });

  it('does not reach across a name and a host', () => {
    expect(gramsOf('ab\ncd')).toEqual([]);
  });
});

describe(containsPattern.name, () => {
  it('takes every character as itself', () => {
    expect(containsPattern(String.raw`50%_A\b`)).toBe(String.raw`%50\%\_a\\b%`);
  });
});
