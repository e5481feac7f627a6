import { delayImpairment, meanOpinionScore, ratingFactor } from './e-model';

const PERFECT = { lossPercent: 0, jitterMs: 0, packetMs: 0 };

describe(meanOpinionScore.name, () => {
  // ITU-T G.107 table B.1: R and the MOS it stands for.
  it.each([
    [90, 4.34],
    [80, 4.03],
    [70, 3.6],
    [60, 3.1],
    [50, 2.58],
  ])('of R = %d is %d, as in G.107 table B.1', (rating, score) => {
    // The table rounds up in the second decimal.
    expect(Math.abs(meanOpinionScore(rating) - score)).toBeLessThan(0.01);
  });

  it('of the default rating is 4.41', () => {
    expect(meanOpinionScore(93.2)).toBeCloseTo(4.41, 2);
  });

  it('stays between 1 and 4.5', () => {
    for (let rating = -20; rating <= 130; rating += 0.5) {
      expect(meanOpinionScore(rating)).toBeGreaterThanOrEqual(1);
      expect(meanOpinionScore(rating)).toBeLessThanOrEqual(4.5);
    }
  });
});

describe(ratingFactor.name, () => {
  it('is the default of G.107 for a perfect G.711 stream', () => {
    expect(ratingFactor('PCMU', PERFECT)).toBeCloseTo(93.2, 6);
  });

  it('of G.729 without loss is 82.2', () => {
    expect(ratingFactor('G729', PERFECT)).toBeCloseTo(82.2, 6);
  });

  // Ie,eff = Ie + (95 − Ie) · Ppl / (Ppl + Bpl), worked out by hand.
  it.each([
    ['PCMA', 1, 93.2 - 95 / 26.1],
    ['PCMU', 5, 93.2 - (95 * 5) / 30.1],
    ['G729', 2, 82.2 - (84 * 2) / 21],
  ])('of %s with %d %% loss follows (7-29) of G.107', (codec, lossPercent, expected) => {
    expect(ratingFactor(codec, { ...PERFECT, lossPercent })).toBeCloseTo(expected, 6);
  });

  it('knows nothing of codecs without planning values', () => {
    expect(ratingFactor('opus', PERFECT)).toBeUndefined();
  });

  it('never leaves 0..100', () => {
    expect(ratingFactor('G723', { lossPercent: 100, jitterMs: 2_000, packetMs: 30 })).toBe(0);
  });
});

describe(delayImpairment.name, () => {
  it('grows faster behind 177.3 ms', () => {
    expect(delayImpairment(100)).toBeCloseTo(2.4, 6);
    expect(delayImpairment(277.3)).toBeCloseTo(6.6552 + 11, 3);
  });
});
