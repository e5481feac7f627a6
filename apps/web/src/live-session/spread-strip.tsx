import type { SessionSummary } from '@capstan/contracts';
import { useMemo } from 'react';
import { formatMilliseconds } from '../design/format';
import { Panel, Section } from '../design/page';
import type { LiveTarget } from '../live/live-session';
import { spreadOf } from './spread';
import classes from './spread-strip.module.css';

/** When each target's start line left, on an axis of milliseconds. */
export function SpreadStrip({ targets, header }: { targets: readonly LiveTarget[]; header: SessionSummary }) {
  const key = targets.map(({ view }) => view.start_sent_at ?? '').join();
  // Only start times matter; progress changes `targets` many times a second.
  const spread = useMemo(() => spreadOf(targets, header.t0), [key, header.t0]);
  return (
    <Section title="Start spread" aside={<span className="num muted">{spread === undefined ? '' : `${spread.marks.length} targets within ${formatMilliseconds(spread.spreadMs)}`}</span>}>
      <Panel>
        {spread === undefined ? (
          <p className={classes['none']}>{header.target_count === 1 ? 'One target has no spread.' : 'Shown as soon as two targets have started. All of them wait for the same instant.'}</p>
        ) : (
          <figure className={classes['figure']} aria-label={`Start offsets: ${spread.marks.map((mark) => `${mark.title} ${formatMilliseconds(mark.offsetMs)}`).join(', ')}`}>
            <div className={classes['axis']}>
              <span className={classes['band']} style={{ left: `${(100 * (spread.marks[0]?.offsetMs ?? 0)) / spread.axisMs}%`, width: `${(100 * spread.spreadMs) / spread.axisMs}%` }} />
              {spread.t0Ms === undefined ? null : (
                <span className={classes['t0']} style={{ left: `${(100 * spread.t0Ms) / spread.axisMs}%` }} title="T0, the planned instant">
                  T0
                </span>
              )}
              {spread.marks.map((mark) => (
                <span key={mark.targetId} className={classes['mark']} style={{ left: `${(100 * mark.offsetMs) / spread.axisMs}%` }} title={`${mark.title}: +${formatMilliseconds(mark.offsetMs)}`} />
              ))}
            </div>
            <div className={`num ${classes['ticks']}`} aria-hidden>
              {spread.ticks.map((tick) => (
                <span key={tick} style={{ left: `${(100 * tick) / spread.axisMs}%` }}>
                  {tick === 0 ? '0' : formatMilliseconds(tick)}
                </span>
              ))}
            </div>
            <ul className={`num ${classes['legend']}`} aria-hidden>
              {spread.marks.slice(0, 8).map((mark) => (
                <li key={mark.targetId}>
                  <span>{mark.title}</span> <b>+{formatMilliseconds(mark.offsetMs)}</b>
                </li>
              ))}
              {spread.marks.length > 8 ? <li>and {spread.marks.length - 8} more</li> : null}
            </ul>
          </figure>
        )}
      </Panel>
    </Section>
  );
}
