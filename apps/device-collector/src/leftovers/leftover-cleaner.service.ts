import { auditRecorded } from '@capstan/contracts';
import { AppError, type Clock, isoTime } from '@capstan/kernel';
import { Outbox } from '@capstan/messaging';
import { transaction } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { PacketCaptureExecutor } from '../packet-capture/packet-capture.executor';
import type { LeftoverRow } from './leftover.entity';
import { Leftovers } from './leftovers.repository';

const EVERY_MS = 5_000;
/** After these the next login would be another wrong password, or a password for an impostor. */
const NEVER_AGAIN: readonly string[] = ['AUTH_FAILED', 'HOSTKEY_MISMATCH', 'CREDENTIAL_NOT_FOUND'];

/** Removes what captures left on devices, when its time has come. */
@Injectable()
export class LeftoverCleaner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(LeftoverCleaner.name);
  private readonly stopping = new AbortController();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly leftovers: Leftovers,
    private readonly executor: PacketCaptureExecutor,
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = this.run(this.stopping.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort(new AppError('SHUTTING_DOWN', 'The worker shuts down', { retryable: true }));
    await this.loop;
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        for (let row = await this.leftovers.due(); row !== undefined && !signal.aborted; row = await this.leftovers.due()) {
          await this.clean(row, signal);
        }
      } catch (error) {
        this.logger.warn('What is left on devices could not be looked after', error);
      }
      await this.clock.sleep(EVERY_MS, signal).catch(() => undefined);
    }
  }

  private async clean(row: LeftoverRow, signal: AbortSignal): Promise<void> {
    const context = { task_id: row.task_id, session_id: row.session_id, attempt: row.attempts };
    try {
      await this.executor.clean(row, signal);
      await this.leftovers.forget(row.task_id);
      this.logger.log('Removed what a capture had left on its device', context);
    } catch (error) {
      signal.throwIfAborted();
      const { code, message } = AppError.from(error);
      if (NEVER_AGAIN.includes(code) || !(await this.leftovers.postpone(row))) {
        await this.abandon(row, code);
        this.logger.error(`Gave up to remove what a capture left on its device: ${code}: ${message}`, context);
      }
    }
  }

  private async abandon(row: LeftoverRow, code: string): Promise<void> {
    await transaction(this.dataSource, async (manager) => {
      await this.outbox.add(manager, auditRecorded, {
        at: isoTime(this.clock.now()),
        actor: { type: 'service', id: 'device-collector', name: 'device-collector' },
        action: 'device.leftover-abandoned',
        subject: typeof row.spec['host'] === 'string' ? row.spec['host'] : null,
        outcome: code,
        details: { session_id: row.session_id, task_id: row.task_id, attempts: row.attempts, plan: row.remote.plan },
      });
    });
    await this.leftovers.forget(row.task_id);
  }
}
