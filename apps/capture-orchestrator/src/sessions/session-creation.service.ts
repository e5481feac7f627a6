import type { SessionView } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import type { OutgoingMessage } from '@capstan/messaging';
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
    await this.check.check(order.request.targets, signal);
    return transaction(this.dataSource, (manager) => this.sessions.create(manager, order));
  }

  /**
   * Creates sessions that are known not to exist, in one transaction; where one of them spoils it, each in one of its own.
   * @param along belongs to the transaction of the orders it is given; it may run again, from the start
   * @returns for each order why there is no session; undefined where there is
   */
  async createAll(orders: readonly CreateOrder[], signal: AbortSignal, along: (manager: EntityManager, orders: readonly CreateOrder[]) => Promise<readonly OutgoingMessage[]>): Promise<(AppError | undefined)[]> {
    const refusals = await this.check.checkAll(orders.map(({ request }) => request.targets), signal);
    const checked = orders.filter((_, index) => refusals[index] === undefined);
    const failures = new Map<CreateOrder, AppError>();
    const store = (some: readonly CreateOrder[]): Promise<void> => transaction(this.dataSource, (manager) => this.sessions.createAll(manager, some, () => along(manager, some)));
    if (checked.length > 0) {
      await store(checked).catch(async () => {
        for (const order of checked) {
          await store([order]).catch((error: unknown) => failures.set(order, AppError.from(error)));
        }
      });
    }
    return orders.map((order, index) => refusals[index] ?? failures.get(order));
  }
}
