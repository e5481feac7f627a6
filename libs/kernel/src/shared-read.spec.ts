import { Deferred } from './async';
import { SharedRead } from './shared-read';

describe(SharedRead.name, () => {
  it('answers those who ask while a read runs with the next read, shared by all of them', async () => {
    const reads: Array<Deferred<number>> = [];
    const sut = new SharedRead<number>();
    const read = (): Promise<number> => {
      const deferred = new Deferred<number>();
      reads.push(deferred);
      return deferred.promise;
    };
    const first = sut.run('a', read);
    const waiting = [sut.run('a', read), sut.run('a', read), sut.run('a', read)];
    expect(reads).toHaveLength(1);
    reads[0]?.resolve(1);
    await expect(first).resolves.toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(reads).toHaveLength(2);
    reads[1]?.resolve(2);
    await expect(Promise.all(waiting)).resolves.toEqual([2, 2, 2]);
  });

  it('reads anew for whoever comes later, also after a failure', async () => {
    const sut = new SharedRead<number>();
    await expect(sut.run('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    await expect(sut.run('a', async () => 1)).resolves.toBe(1);
    await expect(sut.run('a', async () => 2)).resolves.toBe(2);
  });

  it('does not mix different questions', async () => {
    const sut = new SharedRead<number>();
    await expect(Promise.all([sut.run('a', async () => 1), sut.run('b', async () => 2)])).resolves.toEqual([1, 2]);
  });
});
