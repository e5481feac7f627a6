import { notificationEvents } from '@capstan/contracts';
import { AppError, type Clock, type IdSource, isoTime } from '@capstan/kernel';
import { Outbox } from '@capstan/messaging';
import { rows, transaction } from '@capstan/persistence';
import type { DataSource } from 'typeorm';
import type { Attempt, Message, Sender } from '../senders/sender';

/** Puts notices into the web app: a row for its history, and a fact that the gateways forward to browsers. */
export class InAppSender implements Sender {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly ids: IdSource,
  ) {}

  async send(_channel: unknown, _secret: null | string, { id, notices }: Message): Promise<Attempt> {
    try {
      await transaction(this.dataSource, async (manager) => {
        for (const [index, notice] of notices.entries()) {
          // The first has the id of its message: one that was sent and not written down is not shown twice.
          const notification_id = index === 0 ? id : this.ids.next();
          const inserted = await rows(manager, `INSERT INTO notifications (notification_id, notice, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING notification_id`, [notification_id, JSON.stringify(notice), isoTime(this.clock.now())]);
          if (inserted.length === 0) {
            return;
          }
          await this.outbox.add(manager, notificationEvents.raised, { notification: { notification_id, ...notice, read: false } }, { subject: notification_id });
        }
      });
      return { outcome: 'delivered', response: 'shown' };
    } catch (error) {
      return { outcome: 'later', response: AppError.from(error).message };
    }
  }

  close(): void {}
}
