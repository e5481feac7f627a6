import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { mergeMap, type Observable } from 'rxjs';
import type { GatewayRequest } from '../http/gateway-request';
import { AuditTrail } from './audit-trail';

/** Writes the line about a call that succeeded; the problem filter writes that of one that did not. */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  constructor(private readonly audit: AuditTrail) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<GatewayRequest>();
    const response = context.switchToHttp().getResponse<Response>();
    return next.handle().pipe(mergeMap((answer: unknown) => this.audit.conclude(request, response.statusCode, undefined, { answer }).then(() => answer)));
  }
}
