import { Button, Switch } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link, useSearchParams } from 'react-router';
import { Empty, ProblemNotice } from '../design/feedback';
import { Page, Panel } from '../design/page';
import { useMay, useRuntime } from '../runtime';
import { Pager } from '../session-list/pager';
import { NoticeRow } from './notice-row';
import { NotificationTabs } from './notification-tabs';
import { NOTICES, useMarkRead, useUnread } from './use-notices';
import classes from './notifications.module.css';

const PER_PAGE = 20;

/** Everything that was told in the web app. */
export function NoticesPage() {
  const { api } = useRuntime();
  const mayRead = useMay('notifications:read');
  const markRead = useMarkRead();
  const [search, setSearch] = useSearchParams();
  const unreadOnly = search.get('unread') === 'true';
  const page = Math.max(1, Math.floor(Number(search.get('page'))) || 1);
  const query = { page, per_page: PER_PAGE, ...(unreadOnly ? { unread: 'true' as const } : {}) };
  const list = useQuery({ queryKey: [...NOTICES, 'list', query], placeholderData: keepPreviousData, queryFn: ({ signal }) => api.call('listNotifications', { query, signal }) });
  const unread = useUnread().data?.unread ?? 0;
  return (
    <Page
      title="Notifications"
      description="What was told in the web app. Everybody sees the same notices; each marks his own as read."
      actions={
        <>
          <Switch size="xs" label="Unread only" checked={unreadOnly} onChange={(event) => setSearch(event.currentTarget.checked ? { unread: 'true' } : {}, { replace: true })} />
          <Button variant="default" disabled={unread === 0} onClick={() => void markRead()}>
            Mark all as read
          </Button>
        </>
      }
    >
      <NotificationTabs />
      {list.isError ? <ProblemNotice error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isError && list.data === undefined ? null : (
        <Panel padded={false}>
          {list.data?.notifications.length === 0 ? (
            <Empty
              title={unreadOnly ? 'Everything is read' : 'Nothing was told yet'}
              action={
                mayRead && !unreadOnly ? (
                  <Button component={Link} to="/notifications/rules/new">
                    New rule
                  </Button>
                ) : undefined
              }
            >
              {unreadOnly ? 'What comes shows here and at the bell at once.' : 'A rule says what is told, and a channel of the kind “Web app” brings it here.'}
            </Empty>
          ) : (
            <ul className={classes['notices']} aria-label="Notices" aria-busy={list.data === undefined}>
              {list.data?.notifications.map((notice) => (
                <li key={notice.notification_id}>
                  <NoticeRow
                    notice={notice}
                    onOpen={() => void (notice.read ? undefined : markRead([notice.notification_id]))}
                    action={
                      notice.read ? undefined : (
                        <Button size="compact-sm" variant="subtle" aria-label={`Mark as read: ${notice.title}`} onClick={() => void markRead([notice.notification_id])}>
                          Mark as read
                        </Button>
                      )
                    }
                  />
                </li>
              ))}
            </ul>
          )}
        </Panel>
      )}
      <Pager page={page} perPage={PER_PAGE} total={list.data?.total} onPage={(next) => setSearch({ ...(unreadOnly ? { unread: 'true' } : {}), ...(next === 1 ? {} : { page: String(next) }) }, { replace: true })} />
    </Page>
  );
}
