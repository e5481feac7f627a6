import { useElementSize } from '@mantine/hooks';
import { type PointerEvent, useState } from 'react';
import { localMinute, localTime } from '../design/time';
import { type ChartPoint, formatFigure, linesOf, niceCeiling } from './health-chart';
import classes from './figure-chart.module.css';

interface FigureChartProps {
  readonly label: string;
  readonly unit: string;
  /** Oldest first. */
  readonly points: readonly ChartPoint[];
  readonly from: number;
  readonly to: number;
  /** Readings further apart than this have a gap between them, in ms. */
  readonly gapMs: number;
  /** A level to compare with. */
  readonly expected?: number | null;
  /** Where the axis ends at least. */
  readonly atLeast?: number;
}

const HEIGHT = 96;
const LEFT = 40;
const BOTTOM = 18;
const TOP = 6;

/** One figure over time, with axes; what the pointer is at is written above it. */
export function FigureChart({ label, unit, points, from, to, gapMs, expected = null, atLeast = 0 }: FigureChartProps) {
  const { ref, width } = useElementSize<HTMLDivElement>();
  const [at, setAt] = useState<number>();
  const known = points.flatMap(({ at: time, value }) => (value === null ? [] : [{ at: time, value }]));
  const top = niceCeiling(Math.max(atLeast, expected ?? 0, ...known.map(({ value }) => value)));
  const x = (time: number): number => LEFT + ((time - from) / (to - from)) * Math.max(1, width - LEFT - 4);
  const y = (value: number): number => TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM);
  const last = known.at(-1);
  const shown = at === undefined ? last : known.reduce<(typeof known)[number] | undefined>((best, point) => (best === undefined || Math.abs(point.at - at) < Math.abs(best.at - at) ? point : best), undefined);
  const long = to - from > 36 * 3_600_000;
  const ticks = [0, 0.5, 1].map((share) => from + share * (to - from));
  const follow = (event: PointerEvent<SVGSVGElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    setAt(from + ((event.clientX - box.left - LEFT) / Math.max(1, box.width - LEFT - 4)) * (to - from));
  };
  const values = known.map(({ value }) => value);
  const summary = values.length === 0 ? 'no readings' : `${values.length} readings from ${formatFigure(Math.min(...values))} to ${formatFigure(Math.max(...values))} ${unit}, last ${formatFigure(last?.value ?? 0)} ${unit}`;
  return (
    <figure className={classes['chart']}>
      <figcaption>
        <span>{label}</span>
        <span className="num">
          {shown === undefined ? '–' : `${formatFigure(shown.value)} ${unit}`}
          {at === undefined || shown === undefined ? '' : ` at ${momentText(shown.at, long)}`}
        </span>
      </figcaption>
      <div ref={ref} className={classes['chartBox']}>
        <svg width={width} height={HEIGHT} role="img" aria-label={`${label}: ${summary}`} onPointerMove={follow} onPointerLeave={() => setAt(undefined)}>
          {[0, 0.5, 1].map((share) => (
            <g key={share}>
              <line className={classes['gridLine']} x1={LEFT} x2={Math.max(LEFT, width - 4)} y1={y(top * share)} y2={y(top * share)} />
              <text className={classes['tick']} x={LEFT - 6} y={y(top * share) + 4} textAnchor="end">
                {formatFigure(top * share)}
              </text>
            </g>
          ))}
          {ticks.map((time, index) => (
            <text key={time} className={classes['tick']} x={x(time)} y={HEIGHT - 4} textAnchor={index === 0 ? 'start' : index === 1 ? 'middle' : 'end'}>
              {momentText(time, long)}
            </text>
          ))}
          {expected === null ? null : <line className={classes['expected']} x1={LEFT} x2={Math.max(LEFT, width - 4)} y1={y(expected)} y2={y(expected)} />}
          {linesOf(points, gapMs).map((line) =>
            line.length === 1 ? (
              <circle key={line[0]?.at} className={classes['dot']} cx={x(line[0]?.at ?? 0)} cy={y(line[0]?.value ?? 0)} r={2} />
            ) : (
              <polyline key={line[0]?.at} className={classes['curve']} points={line.map((point) => `${x(point.at).toFixed(1)},${y(point.value).toFixed(1)}`).join(' ')} />
            ),
          )}
          {at === undefined || shown === undefined ? null : (
            <>
              <line className={classes['cursor']} x1={x(shown.at)} x2={x(shown.at)} y1={TOP} y2={HEIGHT - BOTTOM} />
              <circle className={classes['dot']} cx={x(shown.at)} cy={y(shown.value)} r={3} />
            </>
          )}
        </svg>
      </div>
    </figure>
  );
}

/** A moment as an axis names it. */
function momentText(time: number, long: boolean): string {
  const iso = new Date(time).toISOString();
  return long ? localMinute(iso).replace(/ \d{4},/, ',') : localTime(iso).slice(0, 5);
}
