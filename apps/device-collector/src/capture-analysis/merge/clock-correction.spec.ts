import fc from 'fast-check';
import { clockCorrection, offsetAt } from './clock-correction';

const SPAN = { first: 1_000_000, last: 1_060_000 };

describe(clockCorrection.name, () => {
  it('corrects nothing when the clock was never measured', () => {
    expect(clockCorrection(undefined, undefined, SPAN)).toEqual({ method: 'none' });
  });

  it('takes the only measurement there is', () => {
    expect(clockCorrection({ offsetMs: 40, uncertaintyMs: 3, at: 1 }, undefined, SPAN)).toEqual({ method: 'constant', offsetMs: 40, uncertaintyMs: 3 });
    expect(clockCorrection(undefined, { offsetMs: -7, uncertaintyMs: 2, at: 1 }, SPAN)).toEqual({ method: 'constant', offsetMs: -7, uncertaintyMs: 2 });
  });

  it('is constant when the difference may be the error of the measurements, and says all they allow', () => {
    expect(clockCorrection({ offsetMs: 5, uncertaintyMs: 10, at: SPAN.first }, { offsetMs: 8, uncertaintyMs: 10, at: SPAN.last }, SPAN)).toEqual({ method: 'constant', offsetMs: 6.5, uncertaintyMs: 11.5 });
  });

  it('follows a clock that ran away', () => {
    const correction = clockCorrection({ offsetMs: 100, uncertaintyMs: 1, at: SPAN.first - 100 }, { offsetMs: 160, uncertaintyMs: 2, at: SPAN.last - 160 }, SPAN);
    expect(correction).toEqual({ method: 'linear', offsetMs: 100, from: SPAN.first, slope: 0.001, uncertaintyMs: 2 });
    expect(offsetAt(correction, SPAN.last)).toBeCloseTo(160, 6);
  });

  it('believes in no drift between measurements that lie together', () => {
    expect(clockCorrection({ offsetMs: 0, uncertaintyMs: 1, at: 500 }, { offsetMs: 9, uncertaintyMs: 1, at: 900 }, SPAN).method).toBe('constant');
  });

  it('keeps the true offset of any steady clock within its uncertainty, whatever the measurements’ errors', () => {
    const unit = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.double({ min: -5_000, max: 5_000, noNaN: true }), unit, unit, unit, fc.double({ min: 0.5, max: 500, noNaN: true }), (offset, drift, errorBefore, errorAfter, uncertainty) => {
        const truth = (ours: number): number => offset + drift * 1e-3 * (ours - SPAN.first);
        const measure = (at: number, error: number) => ({ offsetMs: truth(at) + error * uncertainty, uncertaintyMs: uncertainty, at });
        const correction = clockCorrection(measure(SPAN.first, errorBefore), measure(SPAN.last, errorAfter), SPAN);
        for (const ours of [SPAN.first, (SPAN.first + SPAN.last) / 2, SPAN.last]) {
          const found = offsetAt(correction, ours + truth(ours));
          const stated = correction.method === 'none' ? 0 : correction.uncertaintyMs;
          // Device time in place of ours in the interpolation: an error of drift squared.
          expect(Math.abs(found - truth(ours))).toBeLessThanOrEqual(stated + 0.2);
        }
      }),
    );
  });
});
