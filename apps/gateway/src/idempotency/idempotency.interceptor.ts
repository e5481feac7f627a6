import { type CallHandler, type ExecutionContext, Inject, Injectable, Logger, type NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { firstValueFrom, from, type Observable } from 'rxjs';
import { deriveKey } from '../auth/keys';
import { GATEWAY_CONFIG, type GatewayConfig } from '../config';
import type { Call, GatewayRequest } from '../http/gateway-request';
import { fingerprint, readIdempotencyKey } from './idempotency';
import { IdempotencyRepository, type RequestKey } from './idempotency.repository';

/** Answers a repeated request as the first time, on routes that honour `Idempotency-Key`. */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  private readonly logger = new Logger(IdempotencyInterceptor.name);
  private readonly key: Uint8Array;

  constructor(
    private readonly requests: IdempotencyRepository,
    @Inject(GATEWAY_CONFIG) config: GatewayConfig,
  ) {
    this.key = deriveKey(config.CAPSTAN_TOKEN_KEY, 'idempotency');
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<GatewayRequest>();
    const { endpoint, principal, call } = request;
    if (!endpoint || !principal || !call) {
      return next.handle();
    }
    const idempotencyKey = readIdempotencyKey(request.get('idempotency-key'));
    if (idempotencyKey === undefined) {
      return next.handle();
    }
    const key = { actor: `${principal.actor.type}:${principal.actor.id}`, route: `${endpoint.method} ${endpoint.path}`, idempotencyKey };
    return from(this.once(key, call, request, context.switchToHttp().getResponse<Response>(), next));
  }

  private async once(key: RequestKey, call: Call, request: GatewayRequest, response: Response, next: CallHandler): Promise<unknown> {
    const claim = await this.requests.claim(key, fingerprint(this.key, { params: call.params, body: call.body }));
    if (claim.replay) {
      response.status(claim.status).setHeader('Idempotency-Replayed', 'true');
      return claim.answer;
    }
    request.call = { ...call, newId: claim.resourceId };
    const over = new AbortController();
    void this.requests.hold(key, over.signal);
    let answer: unknown;
    try {
      answer = await firstValueFrom(next.handle(), { defaultValue: undefined });
    } catch (error) {
      await this.requests.release(key).catch((problem: unknown) => this.logger.warn('An idempotency key stays locked until its time is over', problem));
      throw error;
    } finally {
      over.abort();
    }
    await this.requests.keep(key, response.statusCode, answer).catch((problem: unknown) => this.logger.error('The answer to a request with an idempotency key was not remembered', problem));
    return answer;
  }
}
