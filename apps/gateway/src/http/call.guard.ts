import { fieldProblems, type Route } from '@capstan/contracts';
import { AppError, type FieldError, type IdSource, validationError } from '@capstan/kernel';
import { IDS } from '@capstan/service-kit';
import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { z } from 'zod';
import { ROUTE } from './endpoint';
import type { GatewayRequest } from './gateway-request';

function parse(schema: z.ZodType | undefined, input: unknown, errors: FieldError[]): unknown {
  if (!schema) {
    return undefined;
  }
  const result = schema.safeParse(input);
  if (result.success) {
    return result.data;
  }
  errors.push(...fieldProblems(result.error.issues, input));
  return undefined;
}

/** Whether the request announces a body. */
function hasBody(request: GatewayRequest): boolean {
  return request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
}

/**
 * Turns a request into a {@link Call} by the schemas of its route; everything that is wrong with it is told at once. After the
 * guard of access: who may not call is not told what a right call would be.
 */
@Injectable()
export class CallGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    @Inject(IDS) private readonly ids: IdSource,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const route = this.reflector.get<Route | undefined>(ROUTE, context.getHandler());
    if (route) {
      const request = context.switchToHttp().getRequest<GatewayRequest>();
      if (route.body && hasBody(request) && !request.is('application/json')) {
        throw new AppError('UNSUPPORTED_MEDIA_TYPE', 'The body must be JSON');
      }
      const errors: FieldError[] = [];
      const params = parse(route.params, request.params, errors);
      const query = parse(route.query, request.query, errors);
      const body = parse(route.body, hasBody(request) ? request.body : undefined, errors);
      if (errors.length > 0) {
        throw validationError(errors);
      }
      request.call = { params, query, body, requestId: request.requestId, address: request.ip ?? '', newId: this.ids.next() };
    }
    return true;
  }
}
