import { systemClock } from '@capstan/kernel';
import { shutDown } from './shutdown';

const log = { log: jest.fn(), error: jest.fn() };

describe(shutDown.name, () => {
  it('runs the steps in order', async () => {
    const seen: string[] = [];
    const step = (name: string) => ({ name, run: async () => void seen.push(name) });
    await expect(shutDown([step('consumers'), step('pool')], 1_000, systemClock, log)).resolves.toBe(true);
    expect(seen).toEqual(['consumers', 'pool']);
  });

  it('goes on after a step that fails, and says so', async () => {
    const pool = jest.fn(async () => undefined);
    const result = await shutDown([{ name: 'consumers', run: () => Promise.reject(new Error('stuck')) }, { name: 'pool', run: pool }], 1_000, systemClock, log);
    expect(result).toBe(false);
    expect(pool).toHaveBeenCalled();
  });

  it('gives up at the second deadline', async () => {
    await expect(shutDown([{ name: 'consumers', run: () => new Promise(() => undefined) }], 5, systemClock, log)).resolves.toBe(false);
  });
});
