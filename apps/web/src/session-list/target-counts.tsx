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
        <span data-status="success" style={{ flexGrow: done }} />
        <span data-status="failed" style={{ flexGrow: failed }} />
        <span data-status="pending" style={{ flexGrow: others }} />
      </span>
      <span className="num">
        {all} {words.length === 0 ? (all === 1 ? 'target' : 'targets') : `· ${words.join(', ')}`}
      </span>
    </span>
  );
}
