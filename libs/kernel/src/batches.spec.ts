import { Batches, Deferred } from './index';

describe(Batches.name, () => {
  const worked: string[] = [];
  let gate: Deferred<void>;
  const sut = new Batches<string>(async (key, items) => {
    worked.push(`${key}: ${items.join(' ')}`);
    await gate.promise;
    if (items.includes('bad')) {
      throw new Error(`refused ${items.join(' ')}`);
    }
  });

  beforeEach(() => {
    worked.length = 0;
    gate = new Deferred<void>();
  });

  it('begins at once, and takes what comes meanwhile together and in order', async () => {
    const all = Promise.all(['one', 'two', 'three'].map((item) => sut.add('a', item)));
    gate.resolve();
    await all;
    expect(worked).toEqual(['a: one', 'a: two three']);
  });

  it('keeps no key waiting for another', async () => {
    const all = Promise.all([sut.add('a', 'one'), sut.add('b', 'two')]);
    expect(worked).toEqual(['a: one', 'b: two']);
    gate.resolve();
    await all;
  });

  it('tries the items of a batch that failed alone, and tells only the bad one', async () => {
    const results = Promise.allSettled(['first', 'good', 'bad', 'fine'].map((item) => sut.add('a', item)));
    gate.resolve();
    expect((await results).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(worked).toEqual(['a: first', 'a: good bad fine', 'a: good', 'a: bad', 'a: fine']);
  });

  it('begins anew when it has come to rest', async () => {
    gate.resolve();
    await sut.add('a', 'one');
    await sut.add('a', 'two');
    expect(worked).toEqual(['a: one', 'a: two']);
  });
});
