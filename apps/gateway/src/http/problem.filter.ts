import { connectionProblem } from '@capstan/persistence';
import { type ArgumentsHost, Catch, type ExceptionFilter, Injectable, Logger } from '@nestjs/common';
import type { Response } from 'express';
import { throwError } from 'rxjs';
import { AuditTrail } from '../audit/audit-trail';
import type { GatewayRequest } from './gateway-request';
import { toAppError, toProblem } from './problem';

/** The one place where an error becomes an answer. */
@Catch()
@Injectable()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  constructor(private readonly audit: AuditTrail) {}

  catch(thrown: unknown, host: ArgumentsHost): unknown {
    // Messages of the broker pass the same filters; what becomes of their errors is decided by messaging.
    return host.getType() === 'http' ? this.answer(thrown, host) : throwError(() => thrown);
  }

  private async answer(thrown: unknown, host: ArgumentsHost): Promise<void> {
    const request = host.switchToHttp().getRequest<GatewayRequest>();
    const response = host.switchToHttp().getResponse<Response>();
    const error = connectionProblem(thrown) ?? toAppError(thrown);
    const { problem, headers } = toProblem(error, request.requestId);
    if (problem.status === 500) {
      this.logger.error(`${request.method} ${request.path} failed`, { request_id: request.requestId, code: error.code }, thrown instanceof Error ? thrown : error);
    }
    await this.audit.conclude(request, problem.status, problem.code);
    if (response.headersSent) {
      // Half an answer is out: the only honest end is a broken connection.
      response.destroy();
      return;
    }
    response.status(problem.status).set(headers).set('Cache-Control', 'no-store').type('application/problem+json').send(JSON.stringify(problem));
  }
}
