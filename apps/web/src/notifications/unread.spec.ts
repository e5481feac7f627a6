import type { InAppNotification } from '@capstan/contracts';
import { type UnreadNotices, withNotice } from './unread';

const notice = (id: string): InAppNotification => ({ notification_id: id, topic: 'session.failed', severity: 'critical', subject: 'session:s', subject_name: 'Nightly', kinds: [], title: `Notice ${id}`, text: '', path: '/', occurred_at: '2026-11-21T02:00:00.000Z', read: false });

describe(withNotice.name, () => {
  const page: UnreadNotices = { notifications: [notice('a')], unread: 12 };

  it('counts what comes, and shows it first', () => {
    expect(withNotice(page, notice('b'))).toEqual({ notifications: [notice('b'), notice('a')], unread: 13 });
  });

  it('counts nothing twice, and nothing before the count is known', () => {
    expect(withNotice(page, notice('a'))).toBe(page);
    expect(withNotice(undefined, notice('a'))).toBeUndefined();
  });

  it('lists eight and no more', () => {
    const full: UnreadNotices = { notifications: [...'abcdefgh'].map(notice), unread: 8 };
    expect(withNotice(full, notice('i'))).toMatchObject({ unread: 9, notifications: { length: 8, 0: { notification_id: 'i' }, 7: { notification_id: 'g' } } });
  });
});
