import type { SessionSummary } from '@capstan/contracts';
import { formatClock, formatDuration } from '../design/format';
import { useServerNow } from '../design/time-text';
import { timingOf } from './session-timing';

/** The time of a session in a few words: what is left, or how long it took. */
export function SessionClock({ session }: { session: SessionSummary }) {
  const timing = timingOf(session, useServerNow(500));
  switch (timing.phase) {
    case 'counting-down':
      return <span className="num">{formatClock(Math.ceil(timing.remaining))} left</span>;
    case 'paused':
      return <span className="num">paused at {formatClock(timing.elapsed)}</span>;
    case 'open-ended':
      return <span className="num">{formatClock(timing.elapsed)} so far</span>;
    case 'waiting':
      return <span className="num">starting, {formatClock(timing.elapsed)}</span>;
    case 'finishing':
      return <span className="num">collecting, {formatClock(timing.elapsed)}</span>;
    case 'done':
      return <span className="num">{timing.elapsed === undefined ? '–' : formatDuration(timing.elapsed)}</span>;
  }
}
