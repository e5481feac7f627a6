import { type DELIVERY_STATES, type DeliveryView, type Notice } from '@capstan/contracts';
import { AppError, isoTime } from '@capstan/kernel';
import { rows, type SqlRunner } from '@capstan/persistence';
import { Injectable } from '@nestjs/common';
import type { ChannelRow } from '../channels/channel.entity';
import type { DeliveryRow } from './delivery.entity';

/** Notices of one message at most; what comes beyond is counted by nobody, and is in the history all the same. */
const MOST_NOTICES = 200;

/** A message that is to be sent. */
export interface NewDelivery {
  readonly deliveryId: string;
  readonly channelId: string;
  readonly ruleId: string;
  readonly ruleName: string;
  readonly notice: Notice;
  readonly dueAt: number;
  /** Unix milliseconds after which it is tried no more. */
  readonly giveUpAt: number;
  /** Whether others go with it until its time comes. */
  readonly together: boolean;
}

type Listed = DeliveryRow & { channel_name: string };

/** Messages: what waits, in the order of each channel, and what became of the rest. */
@Injectable()
export class Deliveries {
  /** How many messages wait, for their channel or for their next attempt. */
  async waiting(runner: SqlRunner): Promise<number> {
    const [count] = await rows<{ total: number }>(runner, `SELECT count(*)::int AS total FROM deliveries WHERE state = 'waiting'`, []);
    return count?.total ?? 0;
  }

  /**
   * Stores messages; one that goes together with others joins the one that waits already.
   *
   * Its transaction must hold the lock of {@link Rules.about} until the commit: otherwise a message could come to light behind one
   * with a later place that was sent already, and `DOWN` and `UP` would change places.
   */
  async add(manager: SqlRunner, deliveries: readonly NewDelivery[], now: number): Promise<void> {
    const records = deliveries.map((delivery, position) => ({
      position,
      delivery_id: delivery.deliveryId,
      channel_id: delivery.channelId,
      rule_id: delivery.ruleId,
      rule_name: delivery.ruleName,
      collecting: delivery.together,
      notices: [delivery.notice],
      created_at: isoTime(now),
      due_at: isoTime(delivery.dueAt),
      give_up_at: isoTime(delivery.giveUpAt),
    }));
    // One that collects is inserted alone: a statement cannot add to the same row twice.
    const batches = [records.filter(({ collecting }) => !collecting), ...records.filter(({ collecting }) => collecting).map((record) => [record])].filter((batch) => batch.length > 0);
    for (const batch of batches) {
      await rows(
        manager,
        `INSERT INTO deliveries (delivery_id, channel_id, rule_id, rule_name, state, collecting, notices, created_at, due_at, give_up_at)
         SELECT r.delivery_id, r.channel_id, r.rule_id, r.rule_name, 'waiting', r.collecting, r.notices, r.created_at, r.due_at, r.give_up_at
         FROM jsonb_to_recordset($1::jsonb) AS r(position int, delivery_id uuid, channel_id uuid, rule_id uuid, rule_name text, collecting boolean, notices jsonb, created_at timestamptz, due_at timestamptz, give_up_at timestamptz)
         JOIN channels USING (channel_id) ORDER BY r.position
         ON CONFLICT (rule_id, channel_id) WHERE collecting DO UPDATE
         SET notices = CASE WHEN jsonb_array_length(deliveries.notices) < $2 THEN deliveries.notices || excluded.notices ELSE deliveries.notices END`,
        [JSON.stringify(batch), MOST_NOTICES],
      );
    }
  }

  /** Claims a channel with something to send, the one that has waited longest. */
  async claim(runner: SqlRunner, now: number, until: number): Promise<ChannelRow | undefined> {
    const at = isoTime(now);
    const [channel] = await rows<ChannelRow>(
      runner,
      `UPDATE channels SET claimed_until = $2 WHERE channel_id = (
         SELECT c.channel_id FROM channels c CROSS JOIN LATERAL (
           SELECT due_at FROM deliveries d WHERE d.channel_id = c.channel_id AND d.state = 'waiting' AND d.due_at <= $1 ORDER BY d.place LIMIT 1) next
         WHERE c.enabled AND (c.claimed_until IS NULL OR c.claimed_until <= $1) AND (c.retry_at IS NULL OR c.retry_at <= $1)
         ORDER BY next.due_at LIMIT 1 FOR UPDATE OF c SKIP LOCKED) RETURNING *`,
      [at, isoTime(until)],
    );
    return channel;
  }

  /** Keeps a claim for longer. @returns false when it was lost: nothing more may be sent */
  async keep(runner: SqlRunner, channel: ChannelRow, until: number): Promise<boolean> {
    const at = new Date(until);
    const kept = await rows(runner, `UPDATE channels SET claimed_until = $3 WHERE channel_id = $1 AND claimed_until = $2 RETURNING channel_id`, [channel.channel_id, channel.claimed_until, at]);
    channel.claimed_until = at;
    return kept.length === 1;
  }

  async release(runner: SqlRunner, channel: ChannelRow): Promise<void> {
    await rows(runner, `UPDATE channels SET claimed_until = NULL WHERE channel_id = $1 AND claimed_until = $2`, [channel.channel_id, channel.claimed_until]);
  }

  /** The next messages of a channel. They collect no more: what comes now goes with the next one. */
  async next(runner: SqlRunner, channelId: string, now: number, limit: number): Promise<DeliveryRow[]> {
    const taken = await rows<DeliveryRow>(
      runner,
      `UPDATE deliveries SET collecting = false WHERE delivery_id IN (
         SELECT delivery_id FROM deliveries WHERE channel_id = $1 AND state = 'waiting' AND due_at <= $2 ORDER BY place LIMIT $3) RETURNING *`,
      [channelId, isoTime(now), limit],
    );
    return taken.sort((one, other) => Number(BigInt(one.place) - BigInt(other.place)));
  }

  /** Writes down an attempt that failed. */
  async conclude(manager: SqlRunner, deliveryId: string, state: Exclude<(typeof DELIVERY_STATES)[number], 'delivered'>, response: string): Promise<void> {
    await rows(manager, `UPDATE deliveries SET state = $2, attempts = attempts + 1, response = $3 WHERE delivery_id = $1`, [deliveryId, state, response.slice(0, 2_000)]);
  }

  /**
   * Writes down that a message arrived, and that its channel works, in one statement: of a busy channel it is the only one
   * between two messages. When the channel delivered last is told to the second; every message of a burst would write its row.
   *
   * The next message waits until everybody can see it, but not for the disk: what a crash of the database forgets of the last
   * second is sent again, in its order and with the same ids. A crash of the notifier forgets nothing of it.
   */
  async delivered(runner: SqlRunner, { delivery_id: deliveryId, channel_id: channelId }: Pick<DeliveryRow, 'delivery_id' | 'channel_id'>, response: string, now: number): Promise<void> {
    await rows(
      runner,
      `WITH concluded AS (UPDATE deliveries SET state = 'delivered', attempts = attempts + 1, response = $2, delivered_at = $4 WHERE delivery_id = $1
         RETURNING set_config('synchronous_commit', 'off', true))
       UPDATE channels SET failures = 0, failing_since = NULL, last_error = NULL, retry_at = NULL, last_delivered_at = $4
       WHERE channel_id = $3 AND (failures > 0 OR last_error IS NOT NULL OR last_delivered_at IS NULL OR last_delivered_at < $5)`,
      [deliveryId, response.slice(0, 2_000), channelId, isoTime(now), isoTime(now - 1_000)],
    );
  }

  /** The channel does not work: nothing is sent through it until `retryAt`. */
  async fails(manager: SqlRunner, channelId: string, error: string, now: number, retryAt: number): Promise<void> {
    await rows(manager, `UPDATE channels SET failures = failures + 1, failing_since = coalesce(failing_since, $2), last_error = $3, retry_at = $4 WHERE channel_id = $1`, [channelId, isoTime(now), error.slice(0, 500), isoTime(retryAt)]);
  }

  /** Newest first. */
  async list(runner: SqlRunner, filter: { channel?: string; status?: string }, page: number, perPage: number): Promise<{ deliveries: DeliveryView[]; total: number }> {
    const where = `($1::uuid IS NULL OR d.channel_id = $1) AND ($2::text IS NULL OR d.state = $2)`;
    const values = [filter.channel ?? null, filter.status ?? null];
    const found = await rows<Listed>(runner, `SELECT d.*, c.name AS channel_name FROM deliveries d JOIN channels c USING (channel_id) WHERE ${where} ORDER BY d.place DESC LIMIT $3 OFFSET $4`, [...values, perPage, (page - 1) * perPage]);
    const [count] = await rows<{ total: string }>(runner, `SELECT count(*) AS total FROM deliveries d WHERE ${where}`, values);
    return { deliveries: found.map(toView), total: Number(count?.total ?? 0) };
  }

  /** Lets a failed message wait again. @throws AppError `DELIVERY_NOT_FOUND`, `DELIVERY_NOT_FAILED` */
  async retry(manager: SqlRunner, deliveryId: string, now: number, giveUpAt: number): Promise<DeliveryView> {
    const changed = await rows<{ channel_id: string }>(manager, `UPDATE deliveries SET state = 'waiting', due_at = $2, give_up_at = $3 WHERE delivery_id = $1 AND state = 'failed' RETURNING channel_id`, [deliveryId, isoTime(now), isoTime(giveUpAt)]);
    const [row] = await rows<Listed>(manager, `SELECT d.*, c.name AS channel_name FROM deliveries d JOIN channels c USING (channel_id) WHERE delivery_id = $1`, [deliveryId]);
    if (row === undefined) {
      throw new AppError('DELIVERY_NOT_FOUND', 'There is no delivery with this id');
    }
    if (changed.length === 0) {
      throw new AppError('DELIVERY_NOT_FAILED', 'Only a delivery that failed can be tried again', { details: { state: row.state } });
    }
    await rows(manager, `UPDATE channels SET retry_at = NULL WHERE channel_id = $1`, [row.channel_id]);
    return toView(row);
  }

  /** Forgets what is older than `before`. @returns how many rows went */
  async sweep(runner: SqlRunner, before: number, limit: number): Promise<number> {
    const at = isoTime(before);
    const gone = await rows(runner, `DELETE FROM deliveries WHERE delivery_id IN (SELECT delivery_id FROM deliveries WHERE created_at < $1 AND state <> 'waiting' LIMIT $2) RETURNING delivery_id`, [at, limit]);
    const notices = await rows(runner, `DELETE FROM notifications WHERE notification_id IN (SELECT notification_id FROM notifications WHERE created_at < $1 LIMIT $2) RETURNING notification_id`, [at, limit]);
    const sightings = await rows(runner, `DELETE FROM sightings WHERE (rule_id, topic, subject) IN (SELECT rule_id, topic, subject FROM sightings WHERE first_at < $1 LIMIT $2) RETURNING rule_id`, [at, limit]);
    return gone.length + notices.length + sightings.length;
  }
}

function toView(row: Listed): DeliveryView {
  return {
    delivery_id: row.delivery_id,
    channel_id: row.channel_id,
    channel_name: row.channel_name,
    rule_name: row.rule_name,
    state: row.state,
    notices: row.notices,
    attempts: row.attempts,
    response: row.response,
    created_at: isoTime(row.created_at.getTime()),
    due_at: isoTime(row.due_at.getTime()),
    delivered_at: row.delivered_at === null ? null : isoTime(row.delivered_at.getTime()),
  };
}
