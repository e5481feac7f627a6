import { eventually } from './eventually';

describe(eventually.name, () => {
  it('returns what the assertion returns once it holds', async () => {
    let calls = 0;
    const sut = eventually(
      () => {
        calls += 1;
        if (calls < 3) {
          throw new Error('not yet');
        }
        return 'done';
      },
      { everyMs: 1 },
    );
    await expect(sut).resolves.toBe('done');
    expect(calls).toBe(3);
  });

  it('tells the last state and points at its caller when time is up', async () => {
    let count = 0;
    const sut = eventually(() => expect((count += 1)).toBe(-1), { timeoutMs: 20, everyMs: 1, description: 'the count' });
    const error = (await sut.catch((reason: unknown) => reason)) as Error;
    expect(error.message).toMatch(/^Waited 20 ms for the count \(\d+ attempts\)\. Last state: /);
    expect(error.message).toContain('Expected: ');
    expect(error.stack).toContain('eventually.spec.ts');
    expect(error.cause).toBeInstanceOf(Error);
  });

  it('asks at least once', async () => {
    await expect(eventually(() => 7, { timeoutMs: 0 })).resolves.toBe(7);
  });
});
