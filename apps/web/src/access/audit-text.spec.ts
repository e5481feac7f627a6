import { detailOf, outcomeStatus } from './audit-text';

describe(outcomeStatus.name, () => {
  it.each([
    ['200', 'success'],
    ['302', 'success'],
    ['401', 'attention'],
    ['422', 'failed'],
    ['ok', 'success'],
    ['AUTH_FAILED', 'failed'],
    ['skipped', 'pending'],
  ])('shows %p as %p', (outcome, status) => {
    expect(outcomeStatus(outcome)).toBe(status);
  });
});

describe(detailOf.name, () => {
  it('prefers the command and leaves nested values out', () => {
    expect(detailOf({ command: 'tcpdump -D', exit: 0 })).toBe('tcpdump -D');
    expect(detailOf({ exit: 0, nested: { a: 1 } })).toBe('exit=0');
    expect(detailOf({})).toBeUndefined();
  });
});
