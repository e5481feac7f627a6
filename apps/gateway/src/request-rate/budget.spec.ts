import { Budget, Budgets } from './budget';

describe(Budget.name, () => {
  it('allows a burst, then as many as time brings', () => {
    const sut = new Budget({ burst: 3, perSecond: 2 }, 0);
    expect([sut.spend(0), sut.spend(0), sut.spend(0), sut.spend(0)]).toEqual([true, true, true, false]);
    expect([sut.spend(400), sut.spend(600), sut.spend(600)]).toEqual([false, true, false]);
    expect([sut.spend(60_000), sut.spend(60_000), sut.spend(60_000), sut.spend(60_000)]).toEqual([true, true, true, false]);
  });
});

describe(Budgets.name, () => {
  it('gives everyone a budget of their own, and forgets who has not spent any for long', () => {
    const sut = new Budgets({ burst: 2, perSecond: 1 });
    expect([sut.spend('ann', 0), sut.spend('ann', 0), sut.spend('ann', 0), sut.spend('ben', 0)]).toEqual([true, true, false, true]);
    expect(sut.size).toBe(2);
    expect([sut.spend('ann', 1_000), sut.spend('ann', 1_000)]).toEqual([true, false]);
    expect(sut.spend('cid', 2_500)).toBe(true);
    expect(sut.size).toBe(2); // Ann's is still filling; Ben's was full.
  });
});
