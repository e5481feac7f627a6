import { Deferred } from '@capstan/kernel';
import { lanesOf, publishLane, type RowResult } from './lanes';

describe(lanesOf.name, () => {
  it('keeps the order within a key', () => {
    const rows = [
      { partitionKey: 'a', n: 1 },
      { partitionKey: 'b', n: 2 },
      { partitionKey: 'a', n: 3 },
    ];
    expect(lanesOf(rows).map((lane) => lane.map(({ n }) => n))).toEqual([[1, 3], [2]]);
  });
});

describe(publishLane.name, () => {
  it('publishes nothing behind a row that failed', async () => {
    const seen: number[] = [];
    const results = await publishLane(
      [1, 2, 3],
      () => false,
      async (row) => {
        seen.push(row);
        return row === 2 ? { failed: 'no' } : 'sent';
      },
    );
    expect(seen).toEqual([1, 2]);
    expect(results).toEqual(['sent', { failed: 'no' }]);
  });

  it('does not wait between rows whose route is proven', async () => {
    const confirmation = new Deferred<RowResult>();
    const seen: number[] = [];
    const running = publishLane(
      [1, 2, 3],
      () => true,
      (row) => {
        seen.push(row);
        return confirmation.promise;
      },
    );
    expect(seen).toEqual([1, 2, 3]);
    confirmation.resolve('sent');
    await expect(running).resolves.toEqual(['sent', 'sent', 'sent']);
  });

  it('waits for proven rows before an unproven one, and stops there when one of them failed', async () => {
    const seen: number[] = [];
    const results = await publishLane(
      [1, 2, 3],
      (row) => row < 3,
      async (row) => {
        seen.push(row);
        return row === 1 ? { failed: 'no' } : 'sent';
      },
    );
    expect(seen).toEqual([1, 2]);
    expect(results).toEqual([{ failed: 'no' }, 'sent']);
  });
});
