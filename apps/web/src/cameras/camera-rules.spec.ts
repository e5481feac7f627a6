import type { CameraView, HealthSample } from '@capstan/contracts';
import { bodyOf, changedByOthers, changesOf, draftOf, draftProblems, EMPTY_DRAFT, isComplete } from './camera-draft';
import { hashDistance, withHealth } from './camera-live';
import { mismatchText } from './camera-words';
import { formatFigure, linesOf, niceCeiling, spansOf } from './health-chart';
import { nextPictureMs, PictureQueue } from './picture-queue';
import { countsOf } from './camera-counts';
import { filterFrom, isNarrowed, queryOf, searchOf } from './wall-filter';

const id = '0190a7de-0000-7000-8000-000000000001';
const camera = {
  ...bodyOf({ ...EMPTY_DRAFT, name: 'Door', rtsp_url: 'rtsp://10.0.0.1/live' }),
  id,
  has_password: true,
  revision: 3,
  state: 'live',
  grade: 'excellent',
  reason_code: null,
  open_events: ['frozen'],
} as unknown as CameraView;
const look = (part: Partial<HealthSample>, opened: string[] = [], closed: string[] = []) => ({ sample: { camera_id: id, state: 'live', grade: 'excellent', reason_code: null, ...part } as HealthSample, opened, closed });

describe(filterFrom.name, () => {
  it('reads back every filter that searchOf writes, and leaves defaults out', () => {
    const filter = { q: 'door', group: id, state: 'error', grade: 'poor', withEvents: true, page: 2, rate: 0, size: 'l' } as const;
    expect(filterFrom(searchOf(filter))).toEqual(filter);
    expect(searchOf(filterFrom(new URLSearchParams())).toString()).toBe('');
  });

  it('leaves out what it does not understand', () => {
    const sut = filterFrom(new URLSearchParams('state=broken&grade=9&page=-3&every=7&size=xl'));
    expect([sut.state, sut.grade, sut.page, sut.rate, sut.size, isNarrowed(sut)]).toEqual([undefined, undefined, 1, 5, 'm', false]);
  });

  it('asks for one state by its name and for every failure by the status', () => {
    expect(queryOf(filterFrom(new URLSearchParams('state=stalled&q= a ')))).toMatchObject({ state: 'stalled', q: 'a' });
    expect(queryOf(filterFrom(new URLSearchParams('state=error&events=open')))).toMatchObject({ status: 'error', with_events: 'true' });
  });
});

describe(withHealth.name, () => {
  it('opens and closes events, and takes state and grade over', () => {
    expect(withHealth(camera, look({ state: 'stalled', grade: null, reason_code: 'CAMERA_STALLED' }, ['camera_stalled'], ['frozen']))).toMatchObject({ state: 'stalled', grade: null, open_events: ['camera_stalled'] });
  });

  it('is the same object when nothing is new, when it is switched off, and for another camera', () => {
    const off = { ...camera, is_active: false };
    expect([withHealth(camera, look({})), withHealth(off, look({ state: 'stalled' })), withHealth(camera, look({ camera_id: 'other', state: 'stalled' }))]).toEqual([camera, off, camera]);
  });
});

describe(changesOf.name, () => {
  it('names changed fields only, and null for what was cleared', () => {
    expect(changesOf(camera, draftOf(camera))).toEqual({});
    expect(changesOf({ ...camera, location: 'Gate' }, { ...draftOf(camera), fps: 12, location: ' ' })).toEqual({ fps: 12, location: null });
  });

  it('writes a password only when one was typed, and clears it only when asked to', () => {
    expect(changesOf(camera, { ...draftOf(camera), password: 'p@ss ' })).toEqual({ password: 'p@ss ' });
    expect(changesOf(camera, { ...draftOf(camera), clear_password: true })).toEqual({ password: null });
    expect(bodyOf(EMPTY_DRAFT)).not.toHaveProperty('password');
  });

  it('tells in words what somebody else wrote', () => {
    expect(changedByOthers(camera, { ...camera, rtsp_url: 'rtsp://10.0.0.2/', is_active: false })).toEqual(['stream', 'on or off']);
  });
});

describe(draftProblems.name, () => {
  it('finds wrong schemes, sizes and ranges, and nothing in an empty optional field', () => {
    expect(Object.keys(draftProblems({ ...EMPTY_DRAFT, rtsp_url: 'http://x', snapshot_url: 'rtsp://x', resolution: '1920', latitude: 91, fps: '', snapshot_interval_sec: 5 })).sort()).toEqual(['fps', 'latitude', 'resolution', 'rtsp_url', 'snapshot_interval_sec', 'snapshot_url']);
    expect(draftProblems(EMPTY_DRAFT)).toEqual({});
  });

  it('wants a name and a stream', () => {
    expect([isComplete(EMPTY_DRAFT), isComplete({ ...EMPTY_DRAFT, name: 'a', rtsp_url: 'rtsps://x/1' })]).toEqual([false, true]);
  });
});

describe(linesOf.name, () => {
  it('breaks the line where a reading is missing or late', () => {
    const points = [1, 2, 3, 4, 9].map((at) => ({ at, value: at === 3 ? null : at }));
    expect(linesOf(points, 2).map((line) => line.map(({ at }) => at))).toEqual([[1, 2], [4], [9]]);
  });
});

describe(spansOf.name, () => {
  it('joins equal looks, and ends a span where looks are missing', () => {
    const looks = [
      { at: 0, state: 'live' },
      { at: 10, state: 'live' },
      { at: 20, state: 'stalled' },
      { at: 100, state: 'live' },
    ];
    expect(spansOf(looks, 105, 30)).toEqual([
      { state: 'live', from: 0, to: 20 },
      { state: 'stalled', from: 20, to: 50 },
      { state: 'live', from: 100, to: 105 },
    ]);
  });
});

describe(niceCeiling.name, () => {
  it.each([
    [0, 1],
    [12, 20],
    [25, 25],
    [0.03, 0.05],
    [1_900, 2_000],
  ])('ends the axis of %d at %d', (value, end) => expect(niceCeiling(value)).toBeCloseTo(end, 9));

  it('writes figures with three digits', () => {
    expect([formatFigure(0), formatFigure(0.5), formatFigure(12.04), formatFigure(1_234.5)]).toEqual(['0', '0.5', '12', '1235']);
  });
});

describe(PictureQueue.name, () => {
  it('runs as many as it may, and the next when one is done', async () => {
    const sut = new PictureQueue(2);
    const { signal } = new AbortController();
    const ends: (() => void)[] = [];
    const started: number[] = [];
    const jobs = [1, 2, 3].map((n) => sut.run(() => new Promise<void>((resolve) => void (started.push(n), ends.push(resolve))), signal));
    expect(started).toEqual([1, 2]);
    ends[0]?.();
    await jobs[0];
    await Promise.resolve();
    expect(started).toEqual([1, 2, 3]);
    ends.forEach((end) => end());
    await Promise.all(jobs);
  });

  it('gives the place on when a job fails or is not wanted any more', async () => {
    const sut = new PictureQueue(1);
    const { signal } = new AbortController();
    await expect(sut.run(() => Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
    await expect(sut.run(() => Promise.resolve(1), AbortSignal.abort())).rejects.toThrow();
    expect(await sut.run(() => Promise.resolve(2), signal)).toBe(2);
  });

  it('asks a camera that gives no picture less and less often', () => {
    expect([0, 1, 2, 3, 9].map((failures) => nextPictureMs(2_000, failures))).toEqual([2_000, 5_000, 10_000, 20_000, 60_000]);
  });
});

describe(hashDistance.name, () => {
  it('counts bits', () => {
    expect([hashDistance('00000000000000ff', '00000000000000ff'), hashDistance('ffffffffffffffff', '0000000000000000'), hashDistance('8000000000000001', '0000000000000001')]).toEqual([0, 64, 1]);
  });
});

describe(countsOf.name, () => {
  it('counts every state in which nothing comes together', () => {
    expect(countsOf({ total_cameras: 9, by_state: { live: 3, stalled: 1, unreachable: 2, auth_failed: 1, disabled: 2 } })).toEqual({ total: 9, live: 3, degraded: 0, failing: 4, off: 2 });
    expect(mismatchText(['resolution', 'fps', 'codec'])).toBe('resolution, frame rate and codec');
  });
});
