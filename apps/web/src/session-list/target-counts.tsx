import type { SessionSummary } from '@capstan/contracts';
import { isTerminal } from '../design/status';
import classes from './session-list.module.css';

/** How many targets there are and how they ended: a bar, and the same in words. */
export function TargetCounts({ session }: { session: SessionSummary }) {
  const { target_count: all, completed_count: done, failed_count: failed } = session;
  const others = all - done - failed;
  const words = [done > 0 ? `${done} done` : '', failed > 0 ? `${failed} failed` : '', others > 0 && isTerminal(session.state) ? `${others} cancelled` : ''].filter((word) => word !== '');
  return (
    <span className={classes['counts']}>
      <span className={classes['bar']} aria-hidden>
        {(
          [
            ['success', done],
            ['failed', failed],
            ['pending', others],
          ] as const
        ).map(([status, count]) => (count === 0 ? null : <span key={status} data-status={status} style={{ flexGrow: count }} />))}
      </span>
      <span className="num">
        {all} {words.length === 0 ? (all === 1 ? 'target' : 'targets') : `· ${words.join(', ')}`}
      </span>
    </span>
  );
}
