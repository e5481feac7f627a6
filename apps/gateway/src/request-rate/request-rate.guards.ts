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

function budgets(perSecond: number): Budgets {
  return new Budgets({ perSecond, burst: perSecond * BURST_SEC });
}

function tooMany(who: string, perSecond: number): AppError {
  return new AppError('TOO_MANY_REQUESTS', `${who} may make ${perSecond} requests per second`, { retryable: true, retryAfterMs: WAIT_MS });
}

/** Before anybody is asked who they are: asking costs something, too. Counted by each replica on its own. */
@Injectable()
export class AddressRateGuard implements CanActivate {
  private readonly perSecond: number;
  private readonly budgets: Budgets;

  constructor(
    @Inject(GATEWAY_CONFIG) config: GatewayConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.perSecond = config.CAPSTAN_REQUESTS_PER_SEC * CALLERS_PER_ADDRESS;
    this.budgets = budgets(this.perSecond);
  }

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() === 'http' && !this.budgets.spend(context.switchToHttp().getRequest<GatewayRequest>().ip ?? '', this.clock.monotonic())) {
      throw tooMany('An address', this.perSecond);
    }
    return true;
  }
}

/** One caller, a user or an API token, never takes the gateway from all the others. Counted by each replica on its own. */
@Injectable()
export class CallerRateGuard implements CanActivate {
  private readonly perSecond: number;
  private readonly budgets: Budgets;

  constructor(
    @Inject(GATEWAY_CONFIG) config: GatewayConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.perSecond = config.CAPSTAN_REQUESTS_PER_SEC;
    this.budgets = budgets(this.perSecond);
  }

  canActivate(context: ExecutionContext): boolean {
    const principal = context.getType() === 'http' ? context.switchToHttp().getRequest<GatewayRequest>().principal : undefined;
    if (principal !== undefined && !this.budgets.spend(`${principal.actor.type} ${principal.actor.id}`, this.clock.monotonic())) {
      throw tooMany('A caller', this.perSecond);
    }
    return true;
  }
}
