import { StatusIcon } from '../design/status-badge';
import type { LiveSession, LiveTarget } from '../live/live-session';
import classes from './live-session.module.css';

/** How many failures are named before the rest is counted. */
const NAMED = 4;

/** A session that did not end whole says so first, and names what is missing. */
export function OutcomeNotice({ session: { header }, targets }: { session: LiveSession; targets: readonly LiveTarget[] }) {
  const failed = targets.filter(({ view }) => view.state === 'failed');
  if ((header.state !== 'partial' && header.state !== 'failed') || failed.length === 0) {
    return null;
  }
  const named = failed.slice(0, NAMED).map(({ view }) => `${view.title} (${view.error?.code ?? 'no reason given'})`);
  const more = failed.length > NAMED ? ` and ${failed.length - NAMED} more` : '';
  return (
    <div className={classes['outcome']} data-status={header.state} role="status">
      <StatusIcon status={header.state} size={16} />
      <div>
        <b>{header.state === 'partial' ? `The bundle is partial: ${failed.length} of ${header.target_count} targets failed.` : 'No target was captured.'}</b>{' '}
        <span>
          {named.join(', ')}
          {more}.{header.download_available ? ' What the others captured is complete and verified.' : ''}
        </span>
      </div>
    </div>
  );
}
