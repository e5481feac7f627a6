import { AppError, backoffDelay, type BackoffPolicy, Deferred } from '@capstan/kernel';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { BrokerConnection } from '../connection/broker-connection.client';
import { ConfirmingPublisher } from '../connection/confirming-publisher.client';
import { CONTENT_TYPE } from '../envelope/encode';
import { inboxTable } from '../inbox/inbox.repository';
import { MESSAGING_SETTINGS, type MessagingSettings } from '../messaging-options';
import { EXCHANGES } from '../topology/names';
import { mustBeRouted } from '../topology/topology';
import { lanesOf, publishLane, type RowResult } from './lanes';
import type { OutboxChannel } from './outbox-message.entity';
import { outboxPlace } from './outbox.repository';
import { type OutboxRow, RelaySession } from './relay-session.client';

/** Rows read and published at a time: the most that is ever in memory. */
export const RELAY_BATCH = 200;
/** Of a row that cannot be published, e.g. because its queue is gone. */
const POSTPONE: BackoffPolicy = { initialMs: 500, maxMs: 30_000 };
const RECONNECT: BackoffPolicy = { initialMs: 200, maxMs: 5_000 };
const PRUNE_EVERY_MS = 600_000;
/** A relay that stops sends what is there, for so long. */
const LAST_PASS_MS = 2_000;

const EXCHANGE_OF: Record<OutboxChannel, string> = { command: EXCHANGES.commands, event: EXCHANGES.events, control: EXCHANGES.control };

/**
 * Publishes the rows of the outbox: at least once, in order per partition, for as long as it takes. All instances of a service run one;
 * a lock in PostgreSQL makes one of them active. Nothing is held in memory while the broker is away: the table is the buffer.
 */
@Injectable()
export class OutboxRelay {
  private readonly logger = new Logger(OutboxRelay.name);
  private readonly publisher: ConfirmingPublisher;
  private readonly proven = new Set<string>();
  private readonly stopped = new AbortController();
  private loop: Promise<void> | undefined;
  private awake = true;
  /** Whether rows may be waiting that were not sent at once; while there are none nobody needs to ask how old they are. */
  private behind = true;
  private sleeper: Deferred<void> | undefined;

  constructor(
    connection: BrokerConnection,
    private readonly dataSource: DataSource,
    @Inject(MESSAGING_SETTINGS) private readonly settings: MessagingSettings,
  ) {
    this.publisher = new ConfirmingPublisher(connection, settings, 'outbox', () => {
      // Queues may have gone while the broker was away.
      this.proven.clear();
      this.wake();
    });
  }

  /** Begins to relay, as soon as this instance is the active one. */
  async start(): Promise<void> {
    if (this.loop === undefined) {
      await this.publisher.start();
      this.loop = this.run();
    }
  }

  /** Sends what is there, within two seconds, and stops. Idempotent. */
  async stop(): Promise<void> {
    this.stopped.abort();
    this.wake();
    await this.loop;
    await this.publisher.close();
  }

  private wake(): void {
    this.awake = true;
    this.sleeper?.resolve();
  }

  /** One turn per connection to the database. */
  private async run(): Promise<void> {
    const { clock, random } = this.settings;
    let failures = 0;
    while (!this.stopped.signal.aborted) {
      try {
        await this.runSession(() => {
          failures = 0;
        });
      } catch (error) {
        failures += 1;
        if (!this.stopped.signal.aborted) {
          this.logger.warn('The outbox relay lost its database', { reason: error instanceof Error ? error.message : String(error) });
        }
        await clock.sleep(backoffDelay(RECONNECT, failures, random()), this.stopped.signal).catch(() => undefined);
      }
    }
  }

  private async runSession(onConnected: () => void): Promise<void> {
    const { databaseUrl, name, instance } = this.settings;
    const lost = { yet: false };
    const session = await RelaySession.open({
      url: databaseUrl,
      applicationName: `${name} ${instance} outbox`.slice(0, 63),
      tables: { ...outboxPlace(this.dataSource), inboxTable: inboxTable(this.dataSource) },
      onNotify: () => this.wake(),
      onLost: () => {
        lost.yet = true;
        this.wake();
      },
    });
    try {
      onConnected();
      await this.lead(session, () => lost.yet);
      await this.work(session, () => lost.yet);
    } finally {
      await session.close();
    }
    if (lost.yet) {
      throw new AppError('DATABASE_UNAVAILABLE', 'The connection of the outbox relay was closed', { retryable: true });
    }
  }

  /** Waits to become the active relay. Asks now and then, because a waiting lock could not be given up at shutdown. */
  private async lead(session: RelaySession, lost: () => boolean): Promise<void> {
    while (!this.stopped.signal.aborted && !lost()) {
      if (await session.tryLead()) {
        this.awake = true;
        return;
      }
      await this.settings.clock.sleep(Math.min(1_000, this.settings.outboxPollMs), this.stopped.signal).catch(() => undefined);
    }
  }

  private async work(session: RelaySession, lost: () => boolean): Promise<void> {
    const { clock, inboxRetentionMs, metrics } = this.settings;
    let pruneAt = clock.monotonic();
    while (!this.stopped.signal.aborted && !lost()) {
      this.awake = false;
      const more = this.publisher.connected && (await this.relayBatch(session));
      if (more) {
        continue;
      }
      this.behind ||= !this.publisher.connected;
      const lagSec = this.behind ? await session.lagSec() : 0;
      this.behind = lagSec > 0;
      metrics.outboxLag(lagSec);
      if (clock.monotonic() >= pruneAt) {
        await session.pruneInbox(inboxRetentionMs);
        pruneAt = clock.monotonic() + PRUNE_EVERY_MS;
      }
      await this.rest();
    }
    if (!lost()) {
      await this.lastPass(session);
    }
  }

  private async lastPass(session: RelaySession): Promise<void> {
    const end = this.settings.clock.monotonic() + LAST_PASS_MS;
    while (this.publisher.connected && this.settings.clock.monotonic() < end && (await this.relayBatch(session))) {
      // The next batch.
    }
  }

  /** Until something is added, the broker comes back, or the poll is due. */
  private async rest(): Promise<void> {
    if (this.awake || this.stopped.signal.aborted) {
      return;
    }
    const timer = new AbortController();
    const sleeper = new Deferred<void>();
    this.sleeper = sleeper;
    await Promise.race([sleeper.promise, this.settings.clock.sleep(this.settings.outboxPollMs, timer.signal).catch(() => undefined)]);
    timer.abort();
    this.sleeper = undefined;
  }

  /** @returns whether there is more to do at once */
  private async relayBatch(session: RelaySession): Promise<boolean> {
    const rows = await session.read(RELAY_BATCH);
    if (rows.length === 0) {
      return false;
    }
    const sent: string[] = [];
    const failed: { row: OutboxRow; error: string }[] = [];
    await Promise.all(
      lanesOf(rows).map(async (lane) => {
        const results = await publishLane(
          lane,
          (row) => this.proven.has(row.type),
          (row) => this.publish(row),
        );
        results.forEach((result, index) => {
          const row = lane[index];
          if (row !== undefined) {
            if (result === 'sent') {
              sent.push(row.position);
            } else if (result.failed !== GONE) {
              failed.push({ row, error: result.failed });
            }
          }
        });
      }),
    );
    if (sent.length > 0) {
      await session.remove(sent);
    }
    for (const { row, error } of failed) {
      const delayMs = backoffDelay(POSTPONE, row.attempts + 1, this.settings.random());
      this.logger.error(`Could not publish ${row.type}, trying again in ${delayMs} ms`, { reason: error, message_id: row.id, attempts: row.attempts + 1 });
      await session.postpone(row.position, delayMs, error);
    }
    this.behind ||= sent.length < rows.length;
    return rows.length === RELAY_BATCH && sent.length + failed.length > 0;
  }

  private async publish(row: OutboxRow): Promise<RowResult> {
    const { catalogue, metrics } = this.settings;
    try {
      metrics.published(row.type);
      const result = await this.publisher.publish({
        exchange: EXCHANGE_OF[row.channel],
        routingKey: row.type,
        body: Buffer.from(row.body, 'utf8'),
        id: row.id,
        type: row.type,
        contentType: CONTENT_TYPE,
      });
      if (result === 'unroutable' && mustBeRouted(catalogue, row.channel, row.type)) {
        this.proven.delete(row.type);
        return { failed: 'No queue is bound for it' };
      }
      this.proven.add(row.type);
      metrics.confirmed(row.type, row.ageSec);
      return 'sent';
    } catch (error) {
      this.proven.delete(row.type);
      const known = AppError.from(error);
      return { failed: known.code === 'BROKER_UNAVAILABLE' ? GONE : known.message };
    }
  }
}

/** The broker is away: no row is to blame, all stay as they are until it is back. */
const GONE = 'BROKER_UNAVAILABLE';
