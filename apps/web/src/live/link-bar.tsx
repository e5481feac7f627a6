import { useEffect, useState, useSyncExternalStore } from 'react';
import { formatDuration } from '../design/format';
import { localTimestamp } from '../design/time';
import { useRuntime } from '../runtime';
import classes from './link-bar.module.css';

/** A short break is nobody's business. */
const SILENT_MS = 1_000;

/** A thin bar while no live data arrives: says so, and how old the data is. */
export function LinkBar() {
  const { live } = useRuntime();
  const link = useSyncExternalStore(live.onLinkChange, live.linkState);
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (link.online) {
      return undefined;
    }
    setNow(Date.now());
    const timer = window.setInterval(() => setNow(Date.now()), 1_000);
    return () => window.clearInterval(timer);
  }, [link]);
  const away = link.online ? 0 : now - link.since;
  return (
    <div className={classes['place']} role="status">
      {away <= SILENT_MS ? null : (
        <div className={classes['bar']}>
          <span className={classes['dot']} aria-hidden />
          <span>
            {link.met ? `No live connection. What you see is ${formatDuration(away / 1_000)} old (${localTimestamp(new Date(link.since).toISOString())}).` : 'No live connection yet.'} Reconnecting…
          </span>
        </div>
      )}
    </div>
  );
}
