import { type QuotaState, storageEvents } from '@capstan/contracts';
import { AppError, type Clock } from '@capstan/kernel';
import { Outbox } from '@capstan/messaging';
import { rows, type SqlRunner, transaction, underLock } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { RetentionPoliciesRepository } from '../retention/retention-policies.repository';
import type { RetentionPolicyRow } from '../retention/retention-policy.entity';
import { crossing, percentUsed, quotaState } from './quota-decision';
import { StorageUsageRepository } from './storage-usage.repository';

/** Time between two looks at how full the quotas are. */
const WATCH_MS = 10_000;
/** How old a count may be when a session is created: a thousand that start in the same minute must not each count everything. */
const FRESH_MS = 3_000;
const LOCK = 'capstan:capture-orchestrator:quotas';

interface Counted {
  readonly at: number;
  readonly bytes: ReadonlyMap<string, number>;
}

/** Keeps each kind of session within its quota: warns, and refuses new sessions when it is full. */
@Injectable()
export class Quotas implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly log = new Logger(Quotas.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private failing = false;
  private counted: Counted | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly policies: RetentionPoliciesRepository,
    private readonly usage: StorageUsageRepository,
    private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.loop();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** @throws AppError `QUOTA_EXCEEDED` when one of the kinds has come to the stop of its quota */
  async assertRoom(runner: SqlRunner, kinds: readonly string[]): Promise<void> {
    const policies = (await this.policies.list(runner)).filter(({ kind, quota_bytes: quota }) => quota !== null && kinds.includes(kind));
    if (policies.length === 0) {
      return;
    }
    const bytes = await this.bytesOf(runner);
    for (const { kind, quota_bytes: quota, ...thresholds } of policies) {
      const used = bytes.get(kind) ?? 0;
      if (quota !== null && quotaState(used, { quota_bytes: quota, ...thresholds }) === 'stopped') {
        const percent = percentUsed(used, quota);
        throw new AppError('QUOTA_EXCEEDED', `Sessions of the kind ${kind} take ${used} of ${quota} bytes (${percent} %); no other one is started until some of them go`, {
          details: { kind, bytes: used, quota_bytes: quota, percent, stop_percent: thresholds.stop_percent },
        });
      }
    }
  }

  /** Looks at all quotas, and tells what got worse; one instance at a time. */
  async watch(): Promise<void> {
    await underLock(this.dataSource, LOCK, async () => {
      const states = await rows<RetentionPolicyRow>(this.dataSource, `SELECT * FROM retention_policies WHERE quota_bytes IS NOT NULL OR quota_state <> 'ok'`);
      if (states.length === 0) {
        return;
      }
      const bytes = new Map((await this.usage.byKind(this.dataSource)).map((one) => [one.kind as string, one.bytes]));
      for (const row of states) {
        const quota = row.quota_bytes === null ? null : Number(row.quota_bytes);
        const used = bytes.get(row.kind) ?? 0;
        await this.tell(row, quotaState(used, { quota_bytes: quota, warn_percent: row.warn_percent, stop_percent: row.stop_percent }), used, quota);
      }
    });
  }

  private async tell({ kind, quota_state: from }: RetentionPolicyRow, to: QuotaState, bytes: number, quota: number | null): Promise<void> {
    if (from === to) {
      return;
    }
    await transaction(this.dataSource, async (manager) => {
      await rows(manager, `UPDATE retention_policies SET quota_state = $2 WHERE kind = $1`, [kind, to]);
      const level = crossing(from, to);
      if (level !== null && quota !== null) {
        await this.outbox.add(manager, storageEvents.nearlyFull, { kind, level, bytes, quota_bytes: quota, percent: percentUsed(bytes, quota) }, { subject: kind });
      }
    });
  }

  private async bytesOf(runner: SqlRunner): Promise<ReadonlyMap<string, number>> {
    const now = this.clock.monotonic();
    if (this.counted === undefined || now - this.counted.at > FRESH_MS) {
      this.counted = { at: now, bytes: new Map((await this.usage.byKind(runner)).map(({ kind, bytes }) => [kind, bytes])) };
    }
    return this.counted.bytes;
  }

  private async loop(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.watch();
        this.failing = false;
      } catch (error) {
        if (!this.failing) {
          this.failing = true;
          this.log.warn(`No look at the quotas: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      await this.clock.sleep(WATCH_MS, signal).catch(() => undefined);
    }
  }
}
