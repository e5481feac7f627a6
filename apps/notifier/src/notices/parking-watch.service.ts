import { type ServiceName, SERVICES } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import { MessagingStatus } from '@capstan/messaging';
import { rows, transaction } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { NOTIFIER_CONFIG, type NotifierConfig } from '../config';
import { DeliveryLoop } from '../deliveries/delivery-loop.service';
import { parkedNotice } from './notice-of-fact';
import { NoticeTeller } from './notice-teller.service';
import type { ParkingSeenRow } from './parking-seen.entity';

/**
 * Looks now and then at what services have put aside. No service states that as a fact: a fact about a message that cannot be
 * handled might be the next one that cannot, and what the broker puts aside by itself nobody would state.
 */
@Injectable()
export class ParkingWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(ParkingWatch.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private failing = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly messaging: MessagingStatus,
    private readonly teller: NoticeTeller,
    private readonly loop: DeliveryLoop,
    @Inject(NOTIFIER_CONFIG) private readonly config: NotifierConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.watch();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async watch(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        for (const service of SERVICES) {
          await this.look(service);
        }
        this.failing = false;
      } catch (error) {
        if (!this.failing) {
          this.failing = true;
          this.log.warn(`Parking queues cannot be looked at: ${AppError.from(error).message}`);
        }
      }
      await this.clock.sleep(this.config.CAPSTAN_PARKING_CHECK_SEC * 1_000, signal).catch(() => undefined);
    }
  }

  /** Tells of what has come since the last look of any instance; what somebody took out is told of again when it comes back. */
  private async look(service: ServiceName): Promise<void> {
    const count = await this.messaging.parked(service);
    const told = await transaction(this.dataSource, async (manager) => {
      await rows(manager, `INSERT INTO parking_seen (service, count) VALUES ($1, 0) ON CONFLICT DO NOTHING`, [service]);
      const [seen] = await rows<ParkingSeenRow>(manager, `SELECT * FROM parking_seen WHERE service = $1 FOR UPDATE`, [service]);
      const more = count - (seen?.count ?? 0);
      if (more !== 0) {
        await rows(manager, `UPDATE parking_seen SET count = $2 WHERE service = $1`, [service, count]);
      }
      return more > 0 && this.teller.tell(manager, [parkedNotice(service, more, count, isoTime(this.clock.now()))]);
    });
    if (told) {
      this.loop.wake();
    }
  }
}
