import { receiverEvents, type ReceiverHealthView, type ReceiverView } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import { Outbox } from '@capstan/messaging';
import { rows, transaction } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SDR_CONFIG, type SdrConfig } from '../config';
import { ReceiverDrivers } from '../drivers/registry';
import { Receivers, unknownHealth } from './receivers.repository';

const LOOK_EVERY_MS = 1_000;
const TOGETHER = 16;
const TIMEOUT_MS = 5_000;
const KEEP_HOURS = 24;

/** Looks at every active receiver now and then, by its status page: no channel is taken for it. */
@Injectable()
export class ReceiverChecks implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ReceiverChecks.name);
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly receivers: Receivers,
    private readonly drivers: ReceiverDrivers,
    private readonly outbox: Outbox,
    @Inject(SDR_CONFIG) private readonly config: SdrConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.run(this.stopping.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort(new AppError('SHUTTING_DOWN', 'The service shuts down'));
    await this.loop;
  }

  /** Asks one receiver now and remembers the answer. @throws AppError `RECEIVER_NOT_FOUND` */
  async check(receiverId: string, signal: AbortSignal = this.stopping.signal): Promise<ReceiverHealthView> {
    const receiver = await this.receivers.get(receiverId);
    // A dongle serves one client: asking would take the place of a recording.
    const recording = this.drivers.of(receiver.protocol).channels === 1 && (await this.records(receiverId));
    const health = recording ? { ...receiver.health, status: 'busy' as const, last_check: isoTime(this.clock.now()), error_message: null } : await this.ask(receiver, signal);
    await this.remember(receiver, health);
    return (await this.receivers.get(receiverId)).health;
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.round(signal).catch((error: unknown) => this.logger.warn('Receivers could not be checked', error));
      await this.clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined);
    }
  }

  /** Claims what is due, so that of several replicas one looks at each receiver. */
  private async round(signal: AbortSignal): Promise<void> {
    const now = this.clock.now();
    const due = await rows<{ receiver_id: string }>(
      this.dataSource,
      `UPDATE receivers SET next_check_at = $2 WHERE receiver_id IN (SELECT receiver_id FROM receivers WHERE is_active AND next_check_at <= $1 ORDER BY next_check_at LIMIT ${TOGETHER} FOR UPDATE SKIP LOCKED) RETURNING receiver_id`,
      [new Date(now), new Date(now + this.config.CAPSTAN_RECEIVER_CHECK_SEC * 1_000)],
    );
    await Promise.all(due.map(({ receiver_id }) => this.check(receiver_id, signal).catch(() => undefined)));
    if (due.length > 0) {
      await rows(this.dataSource, `DELETE FROM receiver_checks WHERE checked_at < $1`, [new Date(now - KEEP_HOURS * 3_600_000)]);
    }
  }

  private async records(receiverId: string): Promise<boolean> {
    const found = await rows(this.dataSource, `SELECT 1 AS one FROM recording_streams WHERE receiver_id = $1 AND state IN ('connecting', 'authenticating', 'tuning', 'priming', 'streaming', 'stalled', 'reconnecting') LIMIT 1`, [receiverId]);
    return found.length > 0;
  }

  private async ask(receiver: ReceiverView, signal: AbortSignal): Promise<ReceiverHealthView> {
    const from = this.clock.monotonic();
    const base = { ...unknownHealth(receiver.receiver_id), last_check: isoTime(this.clock.now()) };
    try {
      const found = await this.drivers.of(receiver.protocol).health({ ...receiver, password: '' }, AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]));
      return {
        ...base,
        status: found.status,
        response_time_ms: Math.round(this.clock.monotonic() - from),
        users: found.users,
        users_max: found.usersMax,
        gps_good: found.gpsGood,
        avg_snr: found.snrDb,
        software: found.software,
        error_message: found.detail === '' ? null : found.detail,
      };
    } catch (error) {
      return { ...base, status: 'offline', error_message: error instanceof AppError ? error.message : 'The receiver does not answer' };
    }
  }

  private async remember(receiver: ReceiverView, health: ReceiverHealthView): Promise<void> {
    const { uptime: _, ...stored } = health;
    await transaction(this.dataSource, async (manager) => {
      await rows(manager, 'UPDATE receivers SET health = $2 WHERE receiver_id = $1', [receiver.receiver_id, JSON.stringify(stored)]);
      await rows(manager, 'INSERT INTO receiver_checks (receiver_id, checked_at, online) SELECT $1, $2, $3 WHERE EXISTS (SELECT 1 FROM receivers WHERE receiver_id = $1) ON CONFLICT DO NOTHING', [receiver.receiver_id, new Date(this.clock.now()), health.status !== 'offline']);
      if (health.status !== receiver.health.status) {
        await this.outbox.add(manager, receiverEvents.healthChanged, { receiver_no: receiver.receiver_no, health }, { subject: receiver.receiver_id, partitionKey: receiver.receiver_id });
      }
    });
  }
}
