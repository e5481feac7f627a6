import type { InAppNotification } from '@capstan/contracts';
import type { ReactNode } from 'react';
import { Link } from 'react-router';
import { StatusIcon } from '../design/status-badge';
import { TimeText } from '../design/time-text';
import { SEVERITY_STATUS, SEVERITY_WORD } from './severity-words';
import classes from './notice-row.module.css';

/** One notice: how much it matters, what it says, and the way to what it speaks of. */
export function NoticeRow({ notice, onOpen, action }: { notice: InAppNotification; onOpen: () => void; action?: ReactNode }) {
  const { severity, title, text, path, occurred_at: at, read } = notice;
  return (
    <div className={classes['row']} data-unread={!read || undefined}>
      <span className={classes['icon']} title={SEVERITY_WORD[severity]}>
        <StatusIcon status={SEVERITY_STATUS[severity]} />
        <span className="visually-hidden">{`${SEVERITY_WORD[severity]}${read ? '' : ', unread'}: `}</span>
      </span>
      <div className={classes['words']}>
        <Link to={path} className={classes['title']} onClick={onOpen}>
          {title}
        </Link>
        <span className={classes['text']}>{text}</span>
      </div>
      <span className={classes['aside']}>
        <TimeText iso={at} form="ago" />
        {action}
      </span>
    </div>
  );
}
