import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect } from 'react';
import { sayProblem } from '../design/feedback';
import { useRuntime } from '../runtime';
import { UNREAD_SHOWN, type UnreadNotices, withNotice } from './unread';

/** Key of every list of notices. */
export const NOTICES = ['notices'] as const;
/** Key of what the bell shows. */
const UNREAD = [...NOTICES, 'unread'] as const;
/** Longest time a list may be without a notice, in ms; the count follows at once. */
const REREAD_AFTER_MS = 400;

/** Unread notices, newest first, and how many there are. */
export function useUnread() {
  const { api } = useRuntime();
  return useQuery<UnreadNotices>({ queryKey: UNREAD, queryFn: ({ signal }) => api.call('listNotifications', { query: { unread: 'true', per_page: UNREAD_SHOWN }, signal }) });
}

/** Keeps the bell and every list of notices true; once for the whole app. */
export function useNoticesFeed(): void {
  const queries = useQueryClient();
  const { live } = useRuntime();
  useEffect(() => {
    let timer = 0;
    const reread = (): void => {
      timer ||= window.setTimeout(() => {
        timer = 0;
        void queries.invalidateQueries({ queryKey: NOTICES });
      }, REREAD_AFTER_MS);
    };
    const leave = [
      live.take('notifications'),
      live.hear('notification', ({ notification }) => {
        queries.setQueryData<UnreadNotices>(UNREAD, (page) => withNotice(page, notification));
        reread();
      }),
      live.onCatchUp(reread),
    ];
    return () => {
      window.clearTimeout(timer);
      leave.forEach((undo) => undo());
    };
  }, [live, queries]);
}

/** Marks notices as read: some, or all there are. */
export function useMarkRead(): (ids?: readonly string[]) => Promise<void> {
  const { api } = useRuntime();
  const queries = useQueryClient();
  return useCallback(
    async (ids) => {
      try {
        await api.call('readNotifications', { body: ids === undefined ? {} : { notification_ids: [...ids] } });
      } catch (error) {
        sayProblem('It is still unread', error);
      }
      await queries.invalidateQueries({ queryKey: NOTICES });
    },
    [api, queries],
  );
}
