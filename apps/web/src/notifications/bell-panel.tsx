import { Button } from '@mantine/core';
import { Link } from 'react-router';
import { ProblemNotice } from '../design/feedback';
import { NoticeRow } from './notice-row';
import { useMarkRead, useUnread } from './use-notices';
import classes from './bell.module.css';

/** The newest unread notices. */
export function BellPanel({ onLeave }: { onLeave: () => void }) {
  const { data, error, refetch } = useUnread();
  const markRead = useMarkRead();
  return (
    <div className={classes['panel']}>
      <div className={classes['panelHead']}>
        <h2>Notices</h2>
        <Button variant="subtle" size="compact-sm" disabled={(data?.unread ?? 0) === 0} onClick={() => void markRead()}>
          Mark all as read
        </Button>
      </div>
      {error !== null && data === undefined ? <ProblemNotice error={error} retry={() => void refetch()} /> : null}
      {data?.notifications.length === 0 ? <p className={classes['none']}>Nothing new. Rules say what shows here.</p> : null}
      <ul className={classes['list']}>
        {data?.notifications.map((notice) => (
          <li key={notice.notification_id}>
            <NoticeRow
              notice={notice}
              onOpen={() => {
                onLeave();
                void markRead([notice.notification_id]);
              }}
            />
          </li>
        ))}
      </ul>
      <div className={classes['panelFoot']}>
        <Link to="/notifications" onClick={onLeave}>
          All notices
        </Link>
      </div>
    </div>
  );
}
