import { AppError } from '@capstan/kernel';
import { compose, type Delivery } from './delivery';
import { duplicate, ok, reject, retry } from './outcome';
import { settlementOfError, settlementOfOutcome } from './settlement';

describe(settlementOfOutcome.name, () => {
  it.each([
    [undefined, { kind: 'ack', outcome: 'ok' }],
    [ok(), { kind: 'ack', outcome: 'ok' }],
    [duplicate(), { kind: 'ack', outcome: 'duplicate' }],
    [retry(7), { kind: 'retry', code: 'RETRY_ASKED', afterMs: 7, counts: true }],
    [reject('NO', 'never'), { kind: 'park', code: 'NO', reason: 'never' }],
  ])('of %j is %j', (outcome, settlement) => {
    expect(settlementOfOutcome(outcome)).toMatchObject(settlement);
  });
});

describe(settlementOfError.name, () => {
  it('parks what is not retryable', () => {
    expect(settlementOfError(new AppError('GONE', 'gone'))).toEqual({ kind: 'park', code: 'GONE', reason: 'gone' });
  });

  it('retries what is, after the time it names', () => {
    expect(settlementOfError(new AppError('BUSY', 'busy', { retryable: true, retryAfterMs: 9 }))).toMatchObject({ kind: 'retry', code: 'BUSY', afterMs: 9, counts: true });
  });

  it('retries an unexpected error without its text', () => {
    const settlement = settlementOfError(new Error('password=hunter2'));
    expect(settlement).toMatchObject({ kind: 'retry', code: 'INTERNAL_ERROR', counts: true });
    expect(JSON.stringify(settlement)).not.toContain('hunter2');
  });

  it('does not count what the database is to blame for', () => {
    expect(settlementOfError(Object.assign(new Error('x'), { code: '57P01' }))).toMatchObject({ code: 'DATABASE_UNAVAILABLE', counts: false });
  });

  it('hands back what the end of the drain interrupted', () => {
    expect(settlementOfError(new AppError('SHUTTING_DOWN', 'bye', { retryable: true }))).toEqual({ kind: 'requeue' });
  });
});

describe(compose.name, () => {
  it('runs the steps from the outside in, and a step may settle without the rest', async () => {
    const seen: string[] = [];
    const sut = compose([
      async (_, next) => {
        seen.push('outer');
        const settlement = await next();
        seen.push('outer again');
        return settlement;
      },
      async () => {
        seen.push('inner');
        return { kind: 'requeue' };
      },
      async () => {
        seen.push('never');
        return { kind: 'requeue' };
      },
    ]);
    await expect(sut({} as Delivery)).resolves.toEqual({ kind: 'requeue' });
    expect(seen).toEqual(['outer', 'inner', 'outer again']);
  });
});
