import { assertObjectKey } from '@capstan/object-store';
import fc from 'fast-check';
import { defaultName, distinctTitles, keyPrefixOf, retryName, slugOf } from './naming';

const SESSION = '00000000-0000-7000-8000-000000000001';

describe(keyPrefixOf.name, () => {
  it('names session, target and attempt', () => {
    expect(keyPrefixOf(SESSION, { ordinal: 3, title: 'Edge-01.example.net' }, 2)).toBe(`sessions/${SESSION}/03-edge-01.example.net/a2/`);
  });

  it('is a valid object key with a file name behind it, whatever the title is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 50 }), (title, ordinal) => {
        expect(() => assertObjectKey(`${keyPrefixOf(SESSION, { ordinal, title }, 1)}capture.pcap`)).not.toThrow();
      }),
    );
  });
});

describe(slugOf.name, () => {
  it.each([
    ['fe80::1', 'fe80-1'],
    ['..', 'target'],
    ['10.0.0.5 (2)', '10.0.0.5-2'],
    ['ünïcode', 'n-code'],
  ])('turns %s into %s', (title, slug) => {
    expect(slugOf(title)).toBe(slug);
  });
});

describe(distinctTitles.name, () => {
  it('numbers what appears twice', () => {
    expect(distinctTitles(['a', 'b', 'a', 'a'])).toEqual(['a', 'b', 'a (2)', 'a (3)']);
  });
});

describe(retryName.name, () => {
  it('counts retries of retries and stays within a hundred characters', () => {
    expect(retryName('edge')).toBe('edge (retry)');
    expect(retryName('edge (retry)')).toBe('edge (retry 2)');
    expect(retryName('edge (retry 9)')).toBe('edge (retry 10)');
    expect(retryName('x'.repeat(100))).toHaveLength(100);
  });
});

describe(defaultName.name, () => {
  it('says which device, and how many more', () => {
    expect(defaultName(['a'])).toBe('a');
    expect(defaultName(['a', 'b', 'c'])).toBe('a and 2 more');
  });
});
