import { bigintAsNumber } from './transformers';

describe('bigintAsNumber', () => {
  it('makes numbers of what the driver gives as text', () => {
    expect(bigintAsNumber.from('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
    expect(bigintAsNumber.from(null)).toBeNull();
  });

  it('refuses what a number cannot hold exactly, in both directions', () => {
    const outOfRange = expect.objectContaining({ code: 'NUMBER_OUT_OF_RANGE' }) as Error;
    expect(() => bigintAsNumber.from('9007199254740993') as unknown).toThrow(outOfRange);
    expect(() => bigintAsNumber.to(1.5) as unknown).toThrow(outOfRange);
  });

  it('leaves operators and nothing alone', () => {
    const operator = { type: 'moreThan' };
    expect(bigintAsNumber.to(operator)).toBe(operator);
    expect(bigintAsNumber.to(undefined)).toBeUndefined();
  });
});
