import { createHmac } from 'node:crypto';
import { AppError, type Clock } from '@capstan/kernel';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, LessThan } from 'typeorm';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config';
import { usernameKey } from '../users/users.repository';
import { deriveKey } from './keys';
import { SignInAttemptEntity } from './sign-in-attempt.entity';
import { ADDRESS_POLICY, decideAttempt, PAIR_POLICY, type ThrottlePolicy } from './sign-in-throttle';

/** Nobody waits for this. */
const FREE = new Date(0);

interface Counter {
  readonly key: string;
  readonly policy: ThrottlePolicy;
}

/** Counts attempts to sign in. */
@Injectable()
export class SignInAttemptsRepository {
  private readonly key: Uint8Array;

  constructor(
    private readonly source: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(GATEWAY_CONFIG) config: GatewayConfig,
  ) {
    this.key = deriveKey(config.CAPSTAN_TOKEN_KEY, 'sign-in-throttle');
  }

  /**
   * Counts one attempt, before the password is looked at.
   * @throws AppError `TOO_MANY_REQUESTS` with the time to wait
   */
  async reserve(username: string, address: string): Promise<void> {
    await this.source.transaction(async (manager) => {
      // Always in the same order: two transactions that take the same locks cannot wait for each other.
      for (const { key, policy } of this.counters(username, address)) {
        await manager
          .createQueryBuilder()
          .insert()
          .into(SignInAttemptEntity)
          .values({ attemptKey: key, failures: 0, lastAt: new Date(this.clock.now()), blockedUntil: FREE })
          .orIgnore()
          .execute();
        const row = await manager.findOneOrFail(SignInAttemptEntity, { where: { attemptKey: key }, lock: { mode: 'pessimistic_write' } });
        // Asked once the row is ours: whoever had it before us may have written a later instant than that of our arrival.
        const now = this.clock.now();
        const decision = decideAttempt(policy, { failures: row.failures, lastAt: row.lastAt.getTime(), blockedUntil: row.blockedUntil.getTime() }, now);
        if (!decision.allowed) {
          throw new AppError('TOO_MANY_REQUESTS', 'Too many failed attempts; wait before the next one', { retryable: true, retryAfterMs: decision.retryAfterMs });
        }
        const { failures, lastAt, blockedUntil } = decision.next;
        await manager.update(SignInAttemptEntity, { attemptKey: key }, { failures, lastAt: new Date(lastAt), blockedUntil: new Date(blockedUntil) });
      }
    });
  }

  /** The attempt succeeded: it was no failure after all, and earlier ones of the same person are forgiven. */
  async succeeded(username: string, address: string): Promise<void> {
    const [pair, whole] = this.counters(username, address);
    await this.source.manager.delete(SignInAttemptEntity, { attemptKey: pair.key });
    await this.source.manager
      .createQueryBuilder()
      .update(SignInAttemptEntity)
      .set({ failures: () => 'GREATEST(failures - 1, 0)', blockedUntil: FREE })
      .where({ attemptKey: whole.key })
      .execute();
  }

  /** Forgets what counts no more. */
  async sweep(): Promise<void> {
    const oldest = this.clock.now() - Math.max(PAIR_POLICY.forgetMs, ADDRESS_POLICY.forgetMs);
    await this.source.manager.delete(SignInAttemptEntity, { lastAt: LessThan(new Date(oldest)) });
  }

  private counters(username: string, address: string): readonly [Counter, Counter] {
    const hmac = (text: string): string => createHmac('sha256', this.key).update(text).digest('hex');
    return [
      { key: hmac(`pair\n${usernameKey(username)}\n${address}`), policy: PAIR_POLICY },
      { key: hmac(`address\n${address}`), policy: ADDRESS_POLICY },
    ];
  }
}
