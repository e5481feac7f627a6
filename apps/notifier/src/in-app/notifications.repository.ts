import type { InAppNotification } from '@capstan/contracts';
import { type Clock, isoTime } from '@capstan/kernel';
import { rows } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { NotificationRow } from './notification.entity';

const UNREAD = `NOT EXISTS (SELECT 1 FROM notification_reads r WHERE r.notification_id = n.notification_id AND r.user_id = $1)`;

/** Notices in the web app. All users see the same ones; each has read his own. */
@Injectable()
export class Notifications {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Newest first. */
  async list(userId: string, unreadOnly: boolean, page: number, perPage: number): Promise<{ notifications: InAppNotification[]; total: number; unread: number }> {
    const found = await rows<NotificationRow & { unread: boolean }>(
      this.dataSource,
      `SELECT n.*, ${UNREAD} AS unread FROM notifications n WHERE NOT $2 OR ${UNREAD} ORDER BY n.created_at DESC, n.notification_id DESC LIMIT $3 OFFSET $4`,
      [userId, unreadOnly, perPage, (page - 1) * perPage],
    );
    const unread = await this.unread(userId);
    const [count] = unreadOnly ? [{ total: unread }] : await rows<{ total: number | string }>(this.dataSource, `SELECT count(*) AS total FROM notifications`);
    return { notifications: found.map((row) => ({ notification_id: row.notification_id, ...row.notice, read: !row.unread })), total: Number(count?.total ?? 0), unread };
  }

  /** @param ids left out, all there are now. @returns how many are unread then */
  async read(userId: string, ids?: readonly string[]): Promise<number> {
    await rows(
      this.dataSource,
      `INSERT INTO notification_reads (user_id, notification_id) SELECT $1, notification_id FROM notifications WHERE created_at <= $3 AND ($2::uuid[] IS NULL OR notification_id = ANY($2::uuid[])) ON CONFLICT DO NOTHING`,
      [userId, ids ?? null, isoTime(this.clock.now())],
    );
    return this.unread(userId);
  }

  private async unread(userId: string): Promise<number> {
    const [count] = await rows<{ unread: string }>(this.dataSource, `SELECT count(*) AS unread FROM notifications n WHERE ${UNREAD}`, [userId]);
    return Number(count?.unread ?? 0);
  }
}
