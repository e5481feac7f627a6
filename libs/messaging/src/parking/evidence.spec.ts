import { evidenceHeaders, readEvidence } from './evidence';

describe(readEvidence.name, () => {
  const evidence = { code: 'NO', reason: 'because', attempts: 3, queue: 'q', handler: 'A.b', at: Date.UTC(2026, 0, 1) };

  it('reads back what was written', () => {
    expect(readEvidence(evidenceHeaders(evidence))).toEqual({ code: 'NO', reason: 'because', attempts: 3, queue: 'q', handler: 'A.b', at: '2026-01-01T00:00:00.000Z', redriven: 0 });
  });

  it('keeps headers small, however long the reason', () => {
    const headers = evidenceHeaders({ ...evidence, reason: 'x'.repeat(1_000_000), handler: 'y'.repeat(1_000_000), code: 'z'.repeat(1_000_000) });
    expect(JSON.stringify(headers).length).toBeLessThan(1_000);
  });

  it('understands a message the broker parked', () => {
    expect(readEvidence({ 'x-first-death-reason': 'delivery_limit', 'x-first-death-queue': 'q' })).toMatchObject({ code: 'DELIVERY_LIMIT', queue: 'q', attempts: null });
  });

  it('admits that it knows nothing', () => {
    expect(readEvidence(undefined)).toEqual({ code: 'UNKNOWN', reason: 'No evidence', attempts: null, queue: null, handler: null, at: null, redriven: 0 });
  });
});
