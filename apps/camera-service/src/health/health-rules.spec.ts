import { gradeOf, nextLookSec, nextStanding, type Standing, type Verdict, verdictOf } from './health-state';
import { judgePicture, NO_MEMORY, type PictureLook, type PictureMemory } from './picture-checks';

const live: Standing = { state: 'live', pending: null, streak: 0 };
const after = (from: Standing, ...verdicts: Verdict[]): Standing => verdicts.reduce(nextStanding, from);

describe(nextStanding.name, () => {
  it('believes the first look', () => {
    expect(after({ state: 'unknown', pending: null, streak: 0 }, 'unreachable').state).toBe('unreachable');
  });

  it('needs three bad looks in a row to call a camera bad', () => {
    expect(after(live, 'stalled', 'stalled').state).toBe('live');
    expect(after(live, 'stalled', 'live', 'stalled', 'stalled').state).toBe('live');
    expect(after(live, 'stalled', 'unreachable', 'unreachable').state).toBe('unreachable');
  });

  it('needs two good looks to call it good again', () => {
    const bad: Standing = { state: 'unreachable', pending: null, streak: 0 };
    expect(after(bad, 'live').state).toBe('unreachable');
    expect(after(bad, 'live', 'live').state).toBe('live');
  });

  it('believes a refused password at once, and asks seldom from then on', () => {
    const refused = after(live, 'auth_failed');
    expect(refused.state).toBe('auth_failed');
    expect(nextLookSec(refused, 60)).toBe(600);
    expect(nextLookSec(after(live, 'stalled'), 60)).toBe(10);
    expect(nextLookSec(live, 60)).toBe(60);
  });
});

describe(verdictOf.name, () => {
  it.each([
    ['CAMERA_AUTH_FAILED', 'auth_failed'],
    ['CAMERA_NOT_FOUND_ON_HOST', 'not_found'],
    ['CAMERA_TIMEOUT', 'unreachable'],
    ['CAMERA_UNREACHABLE', 'unreachable'],
    ['CAMERA_BUSY', 'degraded'],
  ])('%s is %s', (code, verdict) => {
    expect(verdictOf(code)).toBe(verdict);
  });
});

describe(gradeOf.name, () => {
  it.each([
    [25, 25, 0, 0, 'excellent'],
    [25, 25, 0, 1, 'fair'],
    [16, 25, 0, 0, 'fair'],
    [10, 25, 0, 0, 'poor'],
    [0.5, 25, 0, 0, 'unusable'],
    [25, 25, 0, 11, 'unusable'],
  ] as const)('%d of %d frames, %d %% lost, %d reconnects is %s', (fps, expected, loss, reconnects, grade) => {
    expect(gradeOf({ fps, fps_expected: expected, loss_pct: loss }, reconnects)).toBe(grade);
  });

  it('says nothing about a stream nobody watched', () => {
    expect(gradeOf({ fps: null, fps_expected: 25, loss_pct: null }, 0)).toBeNull();
  });
});

describe(judgePicture.name, () => {
  const scene: PictureLook = { at: 0, mean: 128, std: 60, sharpness: 2_000, dhash: '0123456789abcdef' };
  const watch = (looks: readonly (readonly [Partial<PictureLook>, number])[], from: PictureMemory = NO_MEMORY): PictureMemory => {
    let before: number | undefined;
    return looks.reduce((memory, [change, difference], index) => {
      const look = { ...scene, at: index * 6_000, ...change };
      const next = judgePicture(memory, look, before === undefined ? undefined : difference, before);
      before = look.at;
      return next;
    }, from);
  };
  const steady = (count: number, change: Partial<PictureLook> = {}, difference = 3): (readonly [Partial<PictureLook>, number])[] => Array.from({ length: count }, () => [change, difference] as const);

  it('finds nothing wrong with a scene that lives', () => {
    expect(watch(steady(10)).flags).toEqual([]);
  });

  it('suspects a picture that does not change, and is sure after 15 seconds', () => {
    expect(watch(steady(2, {}, 0.1)).flags).toEqual(['suspect_frozen']);
    expect(watch(steady(4, {}, 0.1)).flags).toEqual(['frozen']);
    expect(watch([...steady(4, {}, 0.1), ...steady(1)]).flags).toEqual([]);
  });

  it('tells black from covered, and neither from frozen', () => {
    expect(watch(steady(5, { mean: 1, std: 0.2, sharpness: 0 }, 0)).flags).toEqual(['black']);
    expect(watch(steady(5, { mean: 64, std: 2, sharpness: 1 }, 0.05)).flags).toEqual(['covered']);
  });

  it("measures blur against the camera's own pictures", () => {
    expect(watch([...steady(6), ...steady(1, { sharpness: 500 })]).flags).toEqual(['blurred']);
    expect(watch([...steady(2), ...steady(1, { sharpness: 500 })]).flags).toEqual([]);
  });

  it('notices after two looks that the camera looks elsewhere', () => {
    const turned = { dhash: 'fedcba9876543210' };
    expect(watch([...steady(3), ...steady(1, turned)]).flags).toEqual([]);
    expect(watch([...steady(3), ...steady(2, turned)]).flags).toEqual(['moved']);
  });
});
