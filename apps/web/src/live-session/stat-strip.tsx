import { Panel } from '../design/page';
import { formatByteRate, formatBytes, formatClock, formatCount, formatDuration, formatMilliseconds, formatPacketRate } from '../design/format';
import { useServerNow } from '../design/time-text';
import { isTerminal } from '../design/status';
import { type LiveSession, type LiveTarget, ratesOf } from '../live/live-session';
import { type SessionTiming, timingOf } from '../live/session-timing';
import classes from './live-session.module.css';

/** The numbers of the whole session. */
export function StatStrip({ session, targets }: { session: LiveSession; targets: readonly LiveTarget[] }) {
  const { header } = session;
  const timing = timingOf(header, useServerNow(250));
  const sum = (name: string): number => targets.reduce((total, target) => total + (target.metrics[name] ?? 0), 0);
  const rates = targets.map(ratesOf).filter((rate) => rate !== undefined);
  const packetRate = rates.reduce((total, rate) => total + rate.packets, 0);
  const byteRate = rates.reduce((total, rate) => total + rate.bytes, 0);
  const dropped = sum('packets_dropped');
  const artifacts = Object.values(session.artifacts);
  const stored = artifacts.reduce((total, { size }) => total + size, 0);
  const live = !isTerminal(header.state);
  const pictures = targets.length > 0 && targets.every(({ view }) => view.kind === 'snapshot');
  const clock = clockOf(timing, header.duration_sec, pictures);
  return (
    <Panel padded={false}>
      <dl className={classes['stats']}>
        <div className={classes['stat']}>
          <dt>{clock.label}</dt>
          <dd className={`num ${classes['statValue']}`}>
            <span role={timing.phase === 'done' ? undefined : 'timer'}>{clock.value}</span>
          </dd>
          <dd className={`num ${classes['statNote']}`}>{clock.note}</dd>
          {timing.phase === 'counting-down' ? (
            <dd className={classes['track']} aria-hidden>
              <span style={{ transform: `scaleX(${timing.share})` }} />
            </dd>
          ) : null}
        </div>
        <div className={classes['stat']}>
          <dt>Targets finished</dt>
          <dd className={`num ${classes['statValue']}`}>
            {header.completed_count} <small>of {header.target_count}</small>
          </dd>
          <dd className={classes['statNote']}>{targetNote(targets)}</dd>
        </div>
        {pictures ? null : (
          <div className={classes['stat']}>
            <dt>Packets</dt>
            <dd className={`num ${classes['statValue']}`}>{formatCount(sum('packets_captured'))}</dd>
            <dd className={`num ${classes['statNote']}`}>
              {live && rates.length > 0 ? formatPacketRate(packetRate) : ''}
              {dropped > 0 ? `${live && rates.length > 0 ? ', ' : ''}${formatCount(dropped)} dropped by devices` : live && rates.length > 0 ? '' : 'none dropped'}
            </dd>
          </div>
        )}
        <div className={classes['stat']}>
          <dt>{live ? 'Captured' : 'Stored'}</dt>
          <dd className={`num ${classes['statValue']}`}>{formatBytes(live ? sum('bytes') : stored)}</dd>
          <dd className={`num ${classes['statNote']}`}>{live ? (rates.length > 0 ? formatByteRate(byteRate) : 'on the devices') : `${artifacts.length} ${artifacts.length === 1 ? 'file' : 'files'}`}</dd>
        </div>
        <div className={classes['stat']}>
          <dt>Start spread</dt>
          <dd className={`num ${classes['statValue']}`}>{header.start_spread_ms === null ? '–' : formatMilliseconds(header.start_spread_ms)}</dd>
          <dd className={classes['statNote']}>{header.start_spread_ms === null ? (header.target_count === 1 ? 'one target only' : 'known when two have started') : 'first to last start line'}</dd>
        </div>
      </dl>
    </Panel>
  );
}

function clockOf(timing: SessionTiming, durationSec: number | null, pictures: boolean): { label: string; value: string; note: string } {
  switch (timing.phase) {
    case 'waiting':
      return { label: 'Preparing', value: formatClock(timing.elapsed), note: pictures ? 'then one picture each' : durationSec === null ? 'then until stopped' : `then ${formatDuration(durationSec)} of capture` };
    case 'counting-down':
      return { label: 'Remaining', value: formatClock(Math.ceil(timing.remaining)), note: `${formatClock(timing.elapsed)} of ${formatClock(durationSec ?? 0)}` };
    case 'paused':
      return { label: 'Paused', value: formatClock(timing.remaining === undefined ? timing.elapsed : Math.ceil(timing.remaining)), note: timing.remaining === undefined ? 'captured so far' : `left of ${formatClock(durationSec ?? 0)}` };
    case 'open-ended':
      return { label: 'Elapsed', value: formatClock(timing.elapsed), note: pictures ? 'until every camera has answered' : 'until stopped' };
    case 'finishing':
      return { label: 'Collecting', value: formatClock(timing.elapsed), note: 'since the start of the capture' };
    case 'done':
      return { label: 'Took', value: timing.elapsed === undefined ? '–' : formatDuration(timing.elapsed), note: pictures ? 'from the order to the last picture' : durationSec === null ? 'stopped by hand' : `asked for ${formatDuration(durationSec)}` };
  }
}

function targetNote(targets: readonly LiveTarget[]): string {
  const count = (state: string): number => targets.filter(({ view }) => view.state === state).length;
  const parts = [
    [count('capturing'), 'capturing'],
    [count('failed'), 'failed'],
    [count('cancelled'), 'cancelled'],
  ] as const;
  const words = parts.filter(([n]) => n > 0).map(([n, word]) => `${n} ${word}`);
  return words.length === 0 ? (targets.every(({ view }) => view.state === 'completed') ? 'all verified' : 'on their way') : words.join(', ');
}
