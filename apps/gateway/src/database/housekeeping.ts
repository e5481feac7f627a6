import { type Clock } from '@capstan/kernel';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { AuditRepository } from '../audit/audit.repository';
import { RefreshTokensRepository } from '../auth/refresh-tokens.repository';
import { SignInAttemptsRepository } from '../auth/sign-in-attempts.repository';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config';
import { IdempotencyRepository } from '../idempotency/idempotency.repository';

const EVERY_MS = 10 * 60_000;
const DAY_MS = 86_400_000;

/** Deletes rows that have served their time. Every replica does it: deleting twice is harmless. */
@Injectable()
export class Housekeeping implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(Housekeeping.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly audit: AuditRepository,
    private readonly refreshTokens: RefreshTokensRepository,
    private readonly attempts: SignInAttemptsRepository,
    private readonly requests: IdempotencyRepository,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(GATEWAY_CONFIG) private readonly config: GatewayConfig,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.run(), EVERY_MS);
    this.timer.unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** One round. Never throws: the next one is ten minutes away. */
  async run(): Promise<void> {
    try {
      await this.refreshTokens.sweep();
      await this.attempts.sweep();
      await this.requests.sweep();
      await this.audit.sweep(new Date(this.clock.now() - this.config.CAPSTAN_AUDIT_DAYS * DAY_MS));
    } catch (error) {
      this.logger.warn('Old rows were not deleted', error);
    }
  }
}
