import type { LiveTarget } from '../live/live-session';

/** When one target's start line left. */
export interface StartMark {
  readonly targetId: string;
  readonly title: string;
  /** From the origin of the axis. */
  readonly offsetMs: number;
}

/** Start offsets of a session and the axis they are drawn on. */
export interface StartSpread {
  readonly marks: readonly StartMark[];
  /** From the first to the last start line. */
  readonly spreadMs: number;
  /** Right end of the axis in ms: a round number that holds every mark. */
  readonly axisMs: number;
  readonly ticks: readonly number[];
  /** Where T0 lies on the axis: at its origin unless a worker's clock is ahead; undefined when it is unknown or far away. */
  readonly t0Ms: number | undefined;
}

/** Offsets of the targets that have started; undefined until there are two. */
export function spreadOf(targets: readonly LiveTarget[], t0: string | null): StartSpread | undefined {
  const started = targets.flatMap(({ view }) => (view.start_sent_at === null ? [] : [{ targetId: view.target_id, title: view.title, at: millis(view.start_sent_at) }]));
  if (started.length < 2) {
    return undefined;
  }
  const first = Math.min(...started.map(({ at }) => at));
  const spreadMs = Math.max(...started.map(({ at }) => at)) - first;
  const planned = t0 === null ? undefined : millis(t0);
  // A T0 that is far from every start (clocks differ) would squeeze the marks into one.
  const near = planned !== undefined && Math.abs(planned - first) <= Math.max(NEAR_MS, spreadMs * 4) ? planned : undefined;
  const origin = Math.min(first, near ?? first);
  const marks = started.map(({ at, ...rest }) => ({ ...rest, offsetMs: at - origin })).sort((a, b) => a.offsetMs - b.offsetMs);
  const end = Math.max(first + spreadMs, near ?? 0) - origin;
  const step = roundStep(Math.max(end, 1) / 4);
  const axisMs = step * Math.max(1, Math.ceil(end / step - 1e-9));
  return {
    marks,
    spreadMs,
    axisMs,
    ticks: Array.from({ length: Math.round(axisMs / step) + 1 }, (_, index) => Number((index * step).toFixed(3))),
    t0Ms: near === undefined ? undefined : near - origin,
  };
}

const NEAR_MS = 50;

/** Epoch milliseconds with the fraction that `Date` would cut off. */
function millis(iso: string): number {
  const fraction = /\.\d{3}(\d+)Z$/.exec(iso)?.[1];
  return Date.parse(iso) + (fraction === undefined ? 0 : Number(`0.${fraction}`));
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= rough - 1e-9) ?? 10;
  return Math.max(0.25, factor * power);
}
