import type { CameraState, HealthSample } from '@capstan/contracts';

/** What one look at a camera says by itself. */
export type Verdict = Exclude<CameraState, 'unknown' | 'connecting' | 'disabled'>;

/** Where a camera stands: its state, and looks that speak for another one. */
export interface Standing {
  readonly state: CameraState;
  readonly pending: Verdict | null;
  /** How many looks in a row spoke for `pending`. */
  readonly streak: number;
}

/** Looks in a row that make a camera bad, and good again. */
const BAD_LOOKS = 3;
const GOOD_LOOKS = 2;

/** The state a failure stands for. */
export function verdictOf(failure: string): Verdict {
  switch (failure) {
    case 'CAMERA_AUTH_FAILED':
      return 'auth_failed';
    case 'CAMERA_NOT_FOUND_ON_HOST':
    case 'CAMERA_NO_VIDEO':
      return 'not_found';
    case 'CAMERA_STALLED':
      return 'stalled';
    case 'CAMERA_BUSY':
    case 'CAMERA_DECODE':
      return 'degraded';
    default:
      return 'unreachable';
  }
}

/**
 * Where a camera stands after a look. One bad moment does not make a camera bad, and one good one does not make it good: three
 * bad looks or two good ones in a row do. The first look at a camera counts at once, and so does every look that finds
 * out why the camera answers nothing: a refused password is no flicker.
 */
export function nextStanding(standing: Standing, verdict: Verdict): Standing {
  if (standing.state === verdict) {
    return { state: verdict, pending: null, streak: 0 };
  }
  if (standing.state === 'unknown' || standing.state === 'connecting' || standing.state === 'disabled' || verdict === 'auth_failed') {
    return { state: verdict, pending: null, streak: 0 };
  }
  const bad = verdict !== 'live';
  const sameSide = standing.pending !== null && (standing.pending !== 'live') === bad;
  const streak = sameSide ? standing.streak + 1 : 1;
  return streak >= (bad ? BAD_LOOKS : GOOD_LOOKS) ? { state: verdict, pending: null, streak: 0 } : { state: standing.state, pending: verdict, streak };
}

/** Seconds until the next look: a camera in a doubtful moment is looked at sooner, one that refuses our password seldom. */
export function nextLookSec(standing: Standing, everySec: number): number {
  if (standing.state === 'auth_failed') {
    return Math.max(everySec, 600);
  }
  return standing.pending === null ? everySec : Math.min(everySec, Math.max(2, everySec / 6));
}

/**
 * How good a stream is, from the packets alone.
 * @param reconnects within the last hour
 */
export function gradeOf(sample: Pick<HealthSample, 'fps' | 'fps_expected' | 'loss_pct'>, reconnects: number): HealthSample['grade'] {
  const { fps, fps_expected: expected, loss_pct: loss } = sample;
  if (fps === null) {
    return null;
  }
  const share = expected === null || expected === 0 ? 1 : fps / expected;
  if (fps < 1 || reconnects > 10) {
    return 'unusable';
  }
  if (share >= 0.9 && (loss ?? 0) < 0.1 && reconnects === 0) {
    return 'excellent';
  }
  return share >= 0.6 && reconnects <= 2 ? 'fair' : 'poor';
}
