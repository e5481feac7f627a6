import { AppError } from '@capstan/kernel';
import { ManualClock } from '@capstan/testing';
import { GatheringWriter } from './gathering-writer';

describe(GatheringWriter.name, () => {
  let clock: ManualClock;
  let written: number[][];
  let fail: Error | undefined;
  let sut: GatheringWriter<number>;

  beforeEach(() => {
    clock = new ManualClock();
    written = [];
    fail = undefined;
    sut = new GatheringWriter({
      clock,
      write: async (items) => {
        if (fail !== undefined) {
          throw fail;
        }
        written.push([...items]);
      },
    });
  });

  it('writes a single item at once', async () => {
    await sut.add(1);
    await sut.add(2);
    expect(written).toEqual([[1], [2]]);
  });

  it('gathers for a moment where there are many', async () => {
    await Promise.all(Array.from({ length: 30 }, (_, k) => sut.add(k)));
    const done = sut.add(30);
    const more = sut.add(31);
    await clock.advance(49);
    expect(written.flat()).toHaveLength(30);
    await clock.advance(1);
    await Promise.all([done, more]);
    expect(written.at(-1)).toEqual([30, 31]);
  });

  it('waits for a database that is away, in order', async () => {
    fail = new AppError('DATABASE_UNAVAILABLE', 'away', { retryable: true });
    const both = Promise.all([sut.add(1), sut.add(2)]);
    await clock.advance(400);
    fail = undefined;
    await clock.advance(2_000);
    await both;
    expect(written.flat()).toEqual([1, 2]);
  });

  it('tells what cannot be written to who handed it in', async () => {
    fail = new Error('broken');
    await expect(sut.add(1)).rejects.toThrow('broken');
  });
});
