import { AppError, type Clock } from '@capstan/kernel';
import { CLOCK } from '@capstan/service-kit';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Budgets } from './budget';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config';
import type { GatewayRequest } from '../http/gateway-request';

/** Seconds of its average rate that a caller may use at once: a page full of pictures asks for all of them together. */
const BURST_SEC = 10;
/** An address may stand for a whole office, or for a proxy: it has as much as so many callers. */
const CALLERS_PER_ADDRESS = 10;

const WAIT_MS = 1_000;

/** So many requests per second for each of those it counts. */
class RequestRate {
  private readonly budgets: Budgets;

  constructor(
    private readonly who: string,
    private readonly perSecond: number,
    private readonly clock: Clock,
  ) {
    this.budgets = new Budgets({ perSecond, burst: perSecond * BURST_SEC });
  }

  /** Counts one request. @throws AppError `TOO_MANY_REQUESTS` */
  spend(name: string): void {
    if (!this.budgets.spend(name, this.clock.monotonic())) {
      throw new AppError('TOO_MANY_REQUESTS', `${this.who} may make ${this.perSecond} requests per second`, { retryable: true, retryAfterMs: WAIT_MS });
    }
  }
}

/** Before anybody is asked who they are: asking costs something, too. Counted by each replica on its own. */
@Injectable()
export class AddressRateGuard implements CanActivate {
  private readonly rate: RequestRate;

  constructor(@Inject(GATEWAY_CONFIG) config: GatewayConfig, @Inject(CLOCK) clock: Clock) {
    this.rate = new RequestRate('An address', config.CAPSTAN_REQUESTS_PER_SEC * CALLERS_PER_ADDRESS, clock);
  }

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() === 'http') {
      this.rate.spend(context.switchToHttp().getRequest<GatewayRequest>().ip ?? '');
    }
    return true;
  }
}

/** One caller, a user or an API token, never takes the gateway from all the others. Counted by each replica on its own. */
@Injectable()
export class CallerRateGuard implements CanActivate {
  private readonly rate: RequestRate;

  constructor(@Inject(GATEWAY_CONFIG) config: GatewayConfig, @Inject(CLOCK) clock: Clock) {
    this.rate = new RequestRate('A caller', config.CAPSTAN_REQUESTS_PER_SEC, clock);
  }

  canActivate(context: ExecutionContext): boolean {
    const principal = context.getType() === 'http' ? context.switchToHttp().getRequest<GatewayRequest>().principal : undefined;
    if (principal !== undefined) {
      this.rate.spend(`${principal.actor.type} ${principal.actor.id}`);
    }
    return true;
  }
}
