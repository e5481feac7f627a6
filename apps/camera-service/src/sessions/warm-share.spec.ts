import { WarmShare } from './warm-share';

const cameras = (count: number) => Array.from({ length: count }, (_, index) => `c${index}`);
const holders = (...counts: number[]) => counts.map((count, index) => ({ name: `r${index}`, count }));

describe(WarmShare.name, () => {
  it('takes everything when it is alone', () => {
    expect(new WarmShare('r0').toTake(holders(0), cameras(9), 0)).toEqual(cameras(9));
  });

  it('gives away what is too much, of what nobody uses, and leaves it to the others for a while', () => {
    const sut = new WarmShare('r0');
    expect(sut.toGiveAway(holders(9, 0, 0), ['c1', 'c2', 'c3'], 0)).toEqual(['c1', 'c2', 'c3']);
    expect(sut.toGiveAway(holders(9, 0, 0), cameras(9), 0)).toHaveLength(6);
    expect(sut.toTake(holders(0, 0, 0), ['c1', 'c9'], 0)).toEqual(['c9']);
    expect(sut.toTake(holders(0, 0, 0), ['c1'], 20_001)).toEqual(['c1']);
    expect(sut.toGiveAway(holders(3, 3, 3), cameras(3), 0)).toEqual([]);
  });

  it('takes no more than its share of what is free, until nobody else has wanted the rest', () => {
    const sut = new WarmShare('r0');
    expect(sut.toTake(holders(0, 0, 0), cameras(9), 0)).toEqual(cameras(3));
    const left = cameras(9).slice(3);
    expect(sut.toTake(holders(3, 3, 0), left.slice(3), 5_000)).toEqual(left.slice(3));
  });

  it('comes to equal shares, whatever the beginning', () => {
    const owned = new Map<string, string | undefined>(cameras(20).map((camera) => [camera, 'r0']));
    const replicas = ['r0', 'r1', 'r2'].map((name) => ({ name, sut: new WarmShare(name) }));
    const of = (name: string | undefined) => [...owned].filter(([, owner]) => owner === name).map(([camera]) => camera);
    const all = () => replicas.map(({ name }) => ({ name, count: of(name).length }));
    for (let round = 0; round < 4; round += 1) {
      for (const { name, sut } of replicas) {
        sut.toGiveAway(all(), of(name), round * 5_000).forEach((camera) => owned.set(camera, undefined));
        sut.toTake(all(), of(undefined), round * 5_000).forEach((camera) => owned.set(camera, name));
      }
    }
    expect(all().map(({ count }) => count).sort()).toEqual([6, 7, 7]);
  });
});
