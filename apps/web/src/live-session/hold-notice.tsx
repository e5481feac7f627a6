import type { SessionHold } from '@capstan/contracts';
import { IconLock } from '@tabler/icons-react';
import { TimeText } from '../design/time-text';
import classes from './live-session.module.css';

/** Who keeps the session, and why. */
export function HoldNotice({ hold }: { hold: SessionHold | null }) {
  if (hold === null) {
    return null;
  }
  return (
    <div className={classes['held']} role="note">
      <IconLock size={16} aria-hidden />
      <div>
        <b>Held:</b> {hold.reason}{' '}
        <span className="muted">
          {hold.by.name}, <TimeText iso={hold.at} form="ago" />
        </span>
      </div>
    </div>
  );
}
