import type { SessionView } from '@capstan/contracts';
import { transaction } from '@capstan/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type CreateOrder, SessionsService } from './sessions.service';
import { TargetCheckClient } from './target-check.client';

/** Creates sessions whose targets their workers have checked. */
@Injectable()
export class SessionCreation {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sessions: SessionsService,
    private readonly check: TargetCheckClient,
  ) {}

  /**
   * The worker is asked outside of any transaction: a slow answer must not hold a connection.
   * @throws AppError `VALIDATION_FAILED`, `SESSION_STATE_CONFLICT`, and those of an RPC
   */
  async create(order: CreateOrder, signal: AbortSignal): Promise<{ session: SessionView; created: boolean }> {
    const existing = await this.sessions.existing(this.dataSource.manager, order);
    if (existing !== undefined) {
      return { session: existing, created: false };
    }
    return this.createNew(order, signal, () => Promise.resolve());
  }

  /** As {@link create}, of a session that is known not to exist. @param also belongs to the same transaction; it may run again, from the start */
  async createNew(order: CreateOrder, signal: AbortSignal, also: (manager: EntityManager) => Promise<void>): Promise<{ session: SessionView; created: boolean }> {
    await this.check.check(order.request.targets, signal);
    return transaction(this.dataSource, async (manager) => {
      const made = await this.sessions.create(manager, order);
      await also(manager);
      return made;
    });
  }
}
