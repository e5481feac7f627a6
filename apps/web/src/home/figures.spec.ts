import { cameraFigure, changeFigure, failureFigure, nextFigure, nextOfEach, receiverFigure, runningFigure, storageFigure } from './figures';

const now = Date.parse('2026-11-21T12:00:00.000Z');
const ended = (hoursAgo: number, failed = 1) => ({ created_at: new Date(now - (hoursAgo + 1) * 3_600_000).toISOString(), completed_at: new Date(now - hoursAgo * 3_600_000).toISOString(), failed_count: failed });
const receiver = (status: string) => ({ health: { status } }) as Parameters<typeof receiverFigure>[0][number];

describe('the figures of the first page', () => {
  it('count what runs, and on how much', () => {
    expect(runningFigure([{ target_count: 2 }, { target_count: 3 }])).toEqual({ value: 2, detail: 'on 5 targets', status: 'running' });
    expect(runningFigure([])).toMatchObject({ value: 0, status: 'pending' });
  });

  it('count failures of a day by when they ended', () => {
    expect(failureFigure([ended(1, 2), ended(23), ended(25)], now)).toEqual({ value: 2, detail: '3 targets failed', status: 'failed' });
    expect(failureFigure([ended(30)], now)).toMatchObject({ value: 0, status: 'success' });
    expect(failureFigure(Array.from({ length: 20 }, () => ended(1)), now).value).toBe('20+');
  });

  it.each([
    [30_000, 'now'],
    [61_000, 'in 1 min'],
    [3_725_000, 'in 1 h 2 min'],
  ])('tell a run that is due in %i ms as %s', (ms, value) => {
    expect(nextFigure([{ due_at: new Date(now + ms).toISOString(), schedule_name: 'Nightly' }], now)).toMatchObject({ value, detail: 'Nightly' });
  });

  it('say the worst of cameras and receivers first', () => {
    expect([{ total: 0, failing: 0, degraded: 0 }, { total: 9, failing: 2, degraded: 1 }, { total: 9, failing: 0, degraded: 1 }, { total: 9, failing: 0, degraded: 0 }].map((counts) => cameraFigure(counts).status)).toEqual(['pending', 'failed', 'attention', 'success']);
    expect(receiverFigure([receiver('online'), receiver('offline')])).toEqual({ value: 1, detail: 'of 2 offline', status: 'failed' });
    expect([receiverFigure([]).status, receiverFigure([receiver('busy')]).status]).toEqual(['pending', 'success']);
  });

  it('tell changes that nobody has looked at', () => {
    expect(changeFigure(3, [{ severity: 'critical', acknowledged_at: null }])).toMatchObject({ value: 3, detail: 'a critical one is new', status: 'failed' });
    expect(changeFigure(3, [{ severity: 'minor', acknowledged_at: null }]).status).toBe('attention');
    expect(changeFigure(3, [{ severity: 'critical', acknowledged_at: '2026-11-21T11:00:00.000Z' }]).status).toBe('success');
    expect(nextFigure([], now).value).toBe('none');
  });
});

describe(storageFigure.name, () => {
  const store = (state?: string) => ({ store: 'packet-capture', bytes: 1_500_000, quota: state === undefined ? null : { state } }) as Parameters<typeof storageFigure>[0]['stores'][number];
  const sweep = (lost: number) => ({ lost }) as Parameters<typeof storageFigure>[0]['sweeps'][number];

  it.each([
    [{ stores: [store()], sweeps: [sweep(0)], missing: [] }, 'success'],
    [{ stores: [store('warning')], sweeps: [], missing: [] }, 'attention'],
    [{ stores: [store('warning'), store('stopped')], sweeps: [], missing: [] }, 'failed'],
    [{ stores: [store()], sweeps: [sweep(2)], missing: [] }, 'failed'],
    [{ stores: [store()], sweeps: [], missing: [{ owner: 'camera-service' as const, error: 'away' }] }, 'attention'],
  ])('says the worst first', (view, status) => {
    expect(storageFigure(view).status).toBe(status);
  });

  it('adds up what is stored', () => {
    expect(storageFigure({ stores: [store(), store()], sweeps: [], missing: [] }).value).toBe('3 MB');
  });
});

describe(nextOfEach.name, () => {
  it('shows each schedule once, with the instant after the next', () => {
    const runs = [['often', 1], ['often', 2], ['nightly', 3], ['often', 4]] as const;
    const planned = runs.map(([id, hour]) => ({ schedule_id: id, schedule_name: id, due_at: `2026-11-21T0${hour}:00:00.000Z` }));
    expect(nextOfEach(planned).map(({ schedule_id: id, due_at, then }) => [id, due_at.slice(11, 13), then?.slice(11, 13)])).toEqual([['often', '01', '02'], ['nightly', '03', undefined]]);
  });
});
