import { type StoreUsage, TARGET_KIND_NAMES } from '@capstan/contracts';
import { isoTime } from '@capstan/kernel';
import type { StorageKeeper, StoredObjects } from '@capstan/service-kit';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { RetentionPoliciesRepository } from '../retention/retention-policies.repository';
import { quotaState } from './quota-decision';
import { SessionObjects } from './session-objects.repository';
import { StorageUsageRepository } from './storage-usage.repository';

/** What sessions keep, by kind. */
@Injectable()
export class SessionStorage implements StorageKeeper {
  readonly objects: readonly StoredObjects[];

  constructor(
    private readonly dataSource: DataSource,
    private readonly counts: StorageUsageRepository,
    private readonly policies: RetentionPoliciesRepository,
    sessions: SessionObjects,
  ) {
    this.objects = [sessions];
  }

  async usage(): Promise<StoreUsage[]> {
    const [counts, policies] = await Promise.all([this.counts.byKind(this.dataSource), this.policies.list(this.dataSource)]);
    return TARGET_KIND_NAMES.map((kind) => {
      const count = counts.find((one) => one.kind === kind);
      const policy = policies.find((one) => one.kind === kind);
      const bytes = count?.bytes ?? 0;
      return {
        store: kind,
        items: count?.sessions ?? 0,
        bytes,
        oldest_at: count === undefined ? null : isoTime(count.oldestAt.getTime()),
        held_items: count?.heldSessions ?? 0,
        held_bytes: count?.heldBytes ?? 0,
        quota:
          policy === undefined || policy.quota_bytes === null
            ? null
            : { bytes: policy.quota_bytes, warn_percent: policy.warn_percent, stop_percent: policy.stop_percent, state: quotaState(bytes, policy) },
      };
    });
  }
}
