import { clustersOf, scaleBarOf } from './clusters';

describe(clustersOf.name, () => {
  it('joins what would cover each other, and nothing else', () => {
    const points = [
      { x: 0, y: 0, thing: 'a' },
      { x: 10, y: 0, thing: 'b' },
      { x: 60, y: 0, thing: 'c' },
    ];
    expect(clustersOf(points, 20)).toEqual([
      { x: 5, y: 0, things: ['a', 'b'] },
      { x: 60, y: 0, things: ['c'] },
    ]);
  });

  it('draws no chain of neighbours together', () => {
    const chain = Array.from({ length: 10 }, (_, index) => ({ x: index * 15, y: 0, thing: index }));
    expect(clustersOf(chain, 20).map(({ things }) => things.length)).toEqual([2, 2, 2, 2, 2]);
  });
});

describe(scaleBarOf.name, () => {
  it.each([
    [1, '100 m', 100],
    [2, '200 m', 100],
    [0.3, '20 m', 66.67],
    [40, '2 km', 50],
    [9_000, '500 km', 55.56],
  ])('with %d m per pixel shows %s', (metresPerPixel, label, pixels) => {
    const bar = scaleBarOf(metresPerPixel, 100);
    expect(bar.label).toBe(label);
    expect(bar.pixels).toBeCloseTo(pixels, 1);
  });
});
