/** One reading of a figure; null where there was none. */
export interface ChartPoint {
  /** Unix ms. */
  readonly at: number;
  readonly value: number | null;
}

/** Lines of a chart: a gap wherever a reading is missing or more than `gapMs` away from the one before. */
export function linesOf(points: readonly ChartPoint[], gapMs: number): { readonly at: number; readonly value: number }[][] {
  const lines: { at: number; value: number }[][] = [];
  let line: { at: number; value: number }[] = [];
  for (const { at, value } of points) {
    const last = line.at(-1);
    if (value === null || (last !== undefined && at - last.at > gapMs)) {
      if (line.length > 0) {
        lines.push(line);
      }
      line = [];
    }
    if (value !== null) {
      line.push({ at, value });
    }
  }
  return line.length === 0 ? lines : [...lines, line];
}

/** The smallest of 1, 2, 2.5 or 5 times a power of ten that is at least `value`: where an axis ends. */
export function niceCeiling(value: number): number {
  if (!(value > 0)) {
    return 1;
  }
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 2.5, 5, 10].find((step) => step * power >= value * 0.999) ?? 10) * power;
}

/** A figure with at most three digits that mean something. */
export function formatFigure(value: number): string {
  const size = Math.abs(value);
  return size >= 100 ? value.toFixed(0) : size >= 10 ? value.toFixed(1).replace(/\.0$/, '') : value.toFixed(2).replace(/\.?0+$/, '');
}

/** A stretch of time in one state. */
export interface StateSpan<State> {
  readonly state: State;
  readonly from: number;
  readonly to: number;
}

/** States over time, from looks in the order of their time. A span ends where the next begins, or after `gapMs` without a look. */
export function spansOf<State>(looks: readonly { readonly at: number; readonly state: State }[], until: number, gapMs: number): StateSpan<State>[] {
  const spans: { state: State; from: number; to: number }[] = [];
  looks.forEach(({ at, state }, index) => {
    const next = looks[index + 1]?.at ?? until;
    const to = Math.min(next, at + gapMs);
    const last = spans.at(-1);
    if (last !== undefined && last.state === state && at <= last.to) {
      last.to = to;
    } else {
      spans.push({ state, from: at, to });
    }
  });
  return spans;
}
