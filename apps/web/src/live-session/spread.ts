import type { LiveTarget } from '../live/live-session';

/** When one target's start line left, measured from the first one. */
export interface StartMark {
  readonly targetId: string;
  readonly title: string;
  readonly offsetMs: number;
}

/** Start offsets of a session and the axis they are drawn on. */
export interface StartSpread {
  readonly marks: readonly StartMark[];
  readonly spreadMs: number;
  /** Right end of the axis in ms: a round number that holds every mark. */
  readonly axisMs: number;
  readonly ticks: readonly number[];
  /** Where T0 lies on the axis; undefined when it is not known or would be far to the left. */
  readonly t0Ms: number | undefined;
}

/** Offsets of the targets that have started; undefined until there are two. */
export function spreadOf(targets: readonly LiveTarget[], t0: string | null): StartSpread | undefined {
  const started = targets.flatMap(({ view }) => (view.start_sent_at === null ? [] : [{ targetId: view.target_id, title: view.title, at: millis(view.start_sent_at) }]));
  if (started.length < 2) {
    return undefined;
  }
  const first = Math.min(...started.map(({ at }) => at));
  const marks = started.map(({ at, ...rest }) => ({ ...rest, offsetMs: at - first })).sort((a, b) => a.offsetMs - b.offsetMs);
  const spreadMs = marks.at(-1)?.offsetMs ?? 0;
  const step = roundStep(Math.max(spreadMs, 1) / 4);
  const axisMs = step * Math.max(1, Math.ceil(spreadMs / step + 1e-9));
  const planned = t0 === null ? undefined : millis(t0) - first;
  return {
    marks,
    spreadMs,
    axisMs,
    ticks: Array.from({ length: Math.round(axisMs / step) + 1 }, (_, index) => Number((index * step).toFixed(3))),
    t0Ms: planned !== undefined && planned >= -axisMs * 0.02 && planned <= axisMs ? Math.max(0, planned) : undefined,
  };
}

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
