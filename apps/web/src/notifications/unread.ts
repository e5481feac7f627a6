import type { InAppNotification } from '@capstan/contracts';

/** Notices the bell lists. */
export const UNREAD_SHOWN = 8;

/** What the bell knows. */
export interface UnreadNotices {
  readonly notifications: readonly InAppNotification[];
  readonly unread: number;
}

/** What is unread once a notice has come; the same when it is there already. */
export function withNotice(page: UnreadNotices | undefined, notice: InAppNotification): UnreadNotices | undefined {
  if (page === undefined || page.notifications.some(({ notification_id: id }) => id === notice.notification_id)) {
    return page;
  }
  return { ...page, notifications: [notice, ...page.notifications].slice(0, UNREAD_SHOWN), unread: page.unread + 1 };
}
