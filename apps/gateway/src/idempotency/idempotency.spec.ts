import { decideRepeat, fingerprint, readIdempotencyKey } from './idempotency';

const key = new Uint8Array(32).fill(9);

describe(fingerprint.name, () => {
  it('does not depend on the order of fields, nor on fields that are not there', () => {
    expect(fingerprint(key, { a: 1, b: { c: [1, 2], d: 'x' } })).toBe(fingerprint(key, { b: { d: 'x', c: [1, 2], e: undefined }, a: 1 }));
  });

  it.each([
    [{ a: 1 }, { a: '1' }],
    [{ a: [1, 2] }, { a: [2, 1] }],
    [{ a: null }, {}],
    [{ 'a:1,b': 1 }, { a: 1, b: 1 }],
  ])('tells %p from %p', (one, other) => {
    expect(fingerprint(key, one)).not.toBe(fingerprint(key, other));
  });
});

describe(decideRepeat.name, () => {
  it.each([
    [{ fingerprint: 'f', lockedUntil: null, status: 201 }, 'f', 'replay'],
    [{ fingerprint: 'f', lockedUntil: null, status: 201 }, 'g', 'conflict'],
    [{ fingerprint: 'f', lockedUntil: 11, status: null }, 'f', 'in-progress'],
    [{ fingerprint: 'f', lockedUntil: 10, status: null }, 'f', 'run'],
    [{ fingerprint: 'f', lockedUntil: null, status: null }, 'f', 'run'],
  ] as const)('of %p for %s is %s', (known, given, decision) => {
    expect(decideRepeat(known, given, 10)).toBe(decision);
  });
});

describe(readIdempotencyKey.name, () => {
  it('takes visible characters and nothing else', () => {
    expect(readIdempotencyKey(undefined)).toBeUndefined();
    expect(readIdempotencyKey('7f-3')).toBe('7f-3');
    for (const bad of ['', 'a b', 'x'.repeat(201), 'ü']) {
      expect(() => readIdempotencyKey(bad)).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }));
    }
  });
});
