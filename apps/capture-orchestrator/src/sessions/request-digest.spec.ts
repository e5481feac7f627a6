import { digestOf } from './request-digest';

describe(digestOf.name, () => {
  it('does not depend on the order of fields, nor on fields that are undefined', () => {
    expect(digestOf({ a: 1, b: { c: [1, 2], d: undefined } })).toBe(digestOf({ b: { c: [1, 2] }, a: 1 }));
  });

  it('depends on values and on the order of lists', () => {
    expect(digestOf({ a: [1, 2] })).not.toBe(digestOf({ a: [2, 1] }));
    expect(digestOf({ a: '1' })).not.toBe(digestOf({ a: 1 }));
  });
});
