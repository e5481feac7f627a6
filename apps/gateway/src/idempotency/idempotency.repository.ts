import { AppError, type Clock, type IdSource } from '@capstan/kernel';
import { CLOCK, IDS } from '@capstan/service-kit';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DataSource, IsNull, LessThan, Not } from 'typeorm';
import { IdempotencyKeyEntity } from './idempotency-key.entity';
import { decideRepeat, LOCK_MS, REMEMBER_HOURS, RENEW_MS } from './idempotency';

/** Names a remembered request. */
export interface RequestKey {
  readonly actor: string;
  readonly route: string;
  readonly idempotencyKey: string;
}

/** What to do with a request: answer as before, or do it and tell what became of it. */
export type Claim = { readonly replay: true; readonly status: number; readonly answer: unknown } | { readonly replay: false; readonly resourceId: string };

/** Remembers requests and their answers. */
@Injectable()
export class IdempotencyRepository {
  private readonly logger = new Logger(IdempotencyRepository.name);

  constructor(
    private readonly source: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  /** @throws AppError `IDEMPOTENCY_CONFLICT`, `IDEMPOTENCY_IN_PROGRESS` */
  async claim(key: RequestKey, fingerprint: string): Promise<Claim> {
    return await this.source.transaction(async (manager): Promise<Claim> => {
      const now = this.clock.now();
      const where = { ...key };
      await manager.delete(IdempotencyKeyEntity, { ...where, expiresAt: LessThan(new Date(now)) });
      const fresh = { ...key, fingerprint, resourceId: this.ids.next(), lockedUntil: null, status: null, expiresAt: new Date(now + REMEMBER_HOURS * 3_600_000) };
      // Of requests that arrive together one inserts; the others wait here for its commit and then find its row.
      await manager.createQueryBuilder().insert().into(IdempotencyKeyEntity).values(fresh).orIgnore().execute();
      const row = await manager.findOneOrFail(IdempotencyKeyEntity, { where, lock: { mode: 'pessimistic_write' } });
      const decision = decideRepeat({ fingerprint: row.fingerprint, lockedUntil: row.lockedUntil?.getTime() ?? null, status: row.status }, fingerprint, now);
      switch (decision) {
        case 'conflict':
          throw new AppError('IDEMPOTENCY_CONFLICT', 'This idempotency key belongs to a request with another content');
        case 'in-progress':
          throw new AppError('IDEMPOTENCY_IN_PROGRESS', 'The first request with this idempotency key is still at work', { retryable: true, retryAfterMs: 1_000 });
        case 'replay':
          return { replay: true, status: row.status ?? 200, answer: row.answer };
        case 'run':
          await manager.update(IdempotencyKeyEntity, where, { lockedUntil: new Date(now + LOCK_MS) });
          return { replay: false, resourceId: row.resourceId };
      }
    });
  }

  /** Says until `over` that somebody is at work on the request. Fails never: without a database the lock runs out. */
  async hold(key: RequestKey, over: AbortSignal): Promise<void> {
    while (!over.aborted) {
      await this.clock.sleep(RENEW_MS, over).catch(() => undefined);
      if (!over.aborted) {
        // Who has been released or answered meanwhile is not locked again.
        await this.source.manager
          .update(IdempotencyKeyEntity, { ...key, status: IsNull(), lockedUntil: Not(IsNull()) }, { lockedUntil: new Date(this.clock.now() + LOCK_MS) })
          .catch((problem: unknown) => this.logger.warn('A request could not be called alive', problem));
      }
    }
  }

  /** The request succeeded: from now on it is answered from here. */
  async keep(key: RequestKey, status: number, answer: unknown): Promise<void> {
    await this.source.manager.update(IdempotencyKeyEntity, { ...key }, { status, answer: answer as never, lockedUntil: null });
  }

  /** The request failed: it may be made again, and will make the same thing. */
  async release(key: RequestKey): Promise<void> {
    await this.source.manager.update(IdempotencyKeyEntity, { ...key }, { lockedUntil: null });
  }

  /** Forgets what is too old. */
  async sweep(): Promise<void> {
    await this.source.manager.delete(IdempotencyKeyEntity, { expiresAt: LessThan(new Date(this.clock.now())) });
  }
}
