import fc from 'fast-check';
import { AppError, assertNever, backoffDelay, defineStateMachine, Gate, Serial, systemClock, uuidv7, UUID_PATTERN, withTimeout } from './index';

describe(uuidv7.name, () => {
  it('carries the time so that later ids sort later', () => {
    const random = new Uint8Array(10).fill(255);
    expect(uuidv7(1_000, random) < uuidv7(1_001, new Uint8Array(10))).toBe(true);
  });

  it('always has version 7 and the RFC variant', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 47 }), fc.uint8Array({ minLength: 10, maxLength: 10 }), (time, random) => {
        const id = uuidv7(time, random);
        expect(id).toMatch(UUID_PATTERN);
        expect(id[14]).toBe('7');
        expect('89ab').toContain(id[19]);
        expect(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(time);
      }),
    );
  });
});

describe(backoffDelay.name, () => {
  it('stays between half and all of the capped exponential', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, random) => {
        const ceiling = Math.min(30_000, 100 * 2 ** (attempt - 1));
        const delay = backoffDelay({ initialMs: 100, maxMs: 30_000 }, attempt, random);
        expect(delay).toBeGreaterThanOrEqual(Math.floor(ceiling / 2));
        expect(delay).toBeLessThanOrEqual(ceiling);
      }),
    );
  });
});

describe(defineStateMachine.name, () => {
  const sut = defineStateMachine<'open' | 'busy' | 'closed'>({ open: ['busy', 'closed'], busy: ['closed'], closed: [] });

  it('knows terminal states and sources', () => {
    expect(sut.isTerminal('closed')).toBe(true);
    expect(sut.isTerminal('open')).toBe(false);
    expect(sut.sourcesOf('closed')).toEqual(['open', 'busy']);
  });

  it('refuses a move that is not in the table', () => {
    expect(() => sut.assertMove('closed', 'open')).toThrow(expect.objectContaining({ code: 'ILLEGAL_TRANSITION' }));
    expect(() => sut.assertMove('open', 'busy')).not.toThrow();
  });
});

describe(AppError.name, () => {
  it('keeps its cause at home', () => {
    const error = new AppError('AUTH_FAILED', 'The device refused the password', { cause: new Error('s3cret') });
    expect(JSON.stringify(error.toShape())).not.toContain('s3cret');
    expect(AppError.fromShape(error.toShape())).toMatchObject({ code: 'AUTH_FAILED', retryable: false });
  });

  it('wraps what is not an AppError without repeating its text', () => {
    expect(AppError.from(new Error('password is hunter2')).message).not.toContain('hunter2');
  });

  it('makes an unhandled case an error', () => {
    expect(() => assertNever('surprise' as never)).toThrow(/surprise/);
  });
});

describe(withTimeout.name, () => {
  it('rejects with the code and aborts the work when time is up', async () => {
    let aborted = false;
    const work = withTimeout(systemClock, 5, 'STOP_TIMEOUT', 'Too slow', async (signal) => {
      signal.addEventListener('abort', () => {
        aborted = true;
      });
      await new Promise(() => undefined);
    });
    await expect(work).rejects.toMatchObject({ code: 'STOP_TIMEOUT', retryable: true });
    expect(aborted).toBe(true);
  });

  it("rejects with the parent's reason when the parent aborts", async () => {
    const parent = new AbortController();
    const work = withTimeout(systemClock, 10_000, 'STOP_TIMEOUT', 'Too slow', () => new Promise(() => undefined), parent.signal);
    parent.abort(new AppError('CANCELLED', 'Cancelled'));
    await expect(work).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('returns what the work returns', async () => {
    await expect(withTimeout(systemClock, 1_000, 'X', 'x', async () => 7)).resolves.toBe(7);
  });
});

describe(Gate.name, () => {
  it('never lets more in than it has places', async () => {
    const sut = new Gate(2);
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        await sut.enter();
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
        sut.leave();
      }),
    );
    expect(most).toBe(2);
    expect(sut.open).toBe(true);
  });
});

describe(Serial.name, () => {
  it('keeps the order and goes on after a failure', async () => {
    const sut = new Serial();
    const seen: number[] = [];
    const first = sut.run(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(1);
      throw new Error('first failed');
    });
    const second = sut.run(async () => {
      seen.push(2);
    });
    await expect(first).rejects.toThrow('first failed');
    await second;
    expect(seen).toEqual([1, 2]);
  });
});
