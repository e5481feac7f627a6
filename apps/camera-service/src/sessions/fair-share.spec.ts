import fc from 'fast-check';
import { fairShare } from './fair-share';

const holders = (...counts: number[]) => counts.map((count, index) => ({ name: `r${index}`, count }));

describe(fairShare.name, () => {
  it('is everything for one who is alone, or whom nobody knows yet', () => {
    expect(fairShare(7, holders(7), 'r0')).toBe(7);
    expect(fairShare(7, [], 'r0')).toBe(7);
    expect(fairShare(7, holders(7), 'new')).toBe(7);
  });

  it('leaves one more with those who have most already', () => {
    const ten = holders(2, 4, 4);
    expect(ten.map(({ name }) => fairShare(10, ten, name))).toEqual([3, 4, 3]);
    const four = holders(1, 0, 3);
    expect(four.map(({ name }) => fairShare(4, four, name))).toEqual([1, 1, 2]);
  });

  it('gives out exactly what there is, nobody more than one more than another', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.array(fc.nat(100), { minLength: 1, maxLength: 9 }), (total, counts) => {
        const all = holders(...counts);
        const shares = all.map(({ name }) => fairShare(total, all, name));
        expect(shares.reduce((sum, share) => sum + share)).toBe(total);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
