import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { Response } from 'express';
import { from, mergeMap, type Observable } from 'rxjs';
import type { GatewayRequest } from '../http/gateway-request';
import { AuditTrail } from './audit-trail';

/** Writes the line about a call that succeeded; the problem filter writes that of one that did not. */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  constructor(private readonly audit: AuditTrail) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') {
      return next.handle();
    }
    const request = context.switchToHttp().getRequest<GatewayRequest>();
    const response = context.switchToHttp().getResponse<Response>();
    return next.handle().pipe(
      mergeMap((answer: unknown) => {
        // Bytes are still on their way; whoever sends them concludes when the last one is out.
        const streams = request.endpoint !== undefined && 'bytes' in request.endpoint.response;
        return from(streams ? Promise.resolve(answer) : this.audit.conclude(request, response.statusCode, undefined, { answer }).then(() => answer));
      }),
    );
  }
}
