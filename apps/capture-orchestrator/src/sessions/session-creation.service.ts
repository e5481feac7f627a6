import type { SessionView } from '@capstan/contracts';
import { transaction } from '@capstan/persistence';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type CreateOrder, type MessagesAlong, SessionsService } from './sessions.service';
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
    return this.createNew(order, signal);
  }

  /** As {@link create}, of a session that is known not to exist. @param along belongs to the same transaction; it may run again, from the start */
  async createNew(order: CreateOrder, signal: AbortSignal, along?: MessagesAlong): Promise<{ session: SessionView; created: boolean }> {
    await this.check.check(order.request.targets, signal);
    return transaction(this.dataSource, (manager) => this.sessions.create(manager, order, along));
  }
}
