import type { BodyOf, ParamsOf, QueryOf, Route } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { applyDecorators, createParamDecorator, type ExecutionContext, HttpCode, type NestInterceptor, RequestMapping, RequestMethod, SetMetadata, type Type, UseInterceptors } from '@nestjs/common';
import { AuditInterceptor } from '../audit/audit.interceptor';
import { isAudited } from '../audit/audit-policy';
import type { Principal } from '../auth/principal';
import { IdempotencyInterceptor } from '../idempotency/idempotency.interceptor';
import type { Call, GatewayRequest } from './gateway-request';

/** Where all routes live. */
export const API_PREFIX = '/api/v1';

/** Metadata key of the route a handler serves. */
export const ROUTE = 'capstan:route';

/** What the handler of a route is called with. */
export type CallOf<R extends Route> = Call<ParamsOf<R>, QueryOf<R>, BodyOf<R>>;

const METHODS: Readonly<Record<Route['method'], RequestMethod>> = {
  GET: RequestMethod.GET,
  POST: RequestMethod.POST,
  PATCH: RequestMethod.PATCH,
  PUT: RequestMethod.PUT,
  DELETE: RequestMethod.DELETE,
};

/**
 * What stands around a handler. Most calls only read and need nothing; each interceptor costs more than a whole lookup.
 * The answer that goes into the audit log is the one that is sent, also when it repeats an earlier one.
 */
function interceptorsOf(route: Route): Type<NestInterceptor>[] {
  // Bytes are still on their way when a handler is done: whoever sends them writes the audit log.
  const audited = !('bytes' in route.response) && isAudited(route, route.status);
  return [...(audited ? [AuditInterceptor] : []), ...(route.idempotent ? [IdempotencyInterceptor] : [])];
}

/**
 * Makes a controller method the handler of a route. Path, method, status, access and schemas come from the route alone,
 * so the API that is described and the API that is served cannot differ.
 */
export function Endpoint(route: Route): MethodDecorator {
  return applyDecorators(
    RequestMapping({ method: METHODS[route.method], path: API_PREFIX + route.path }),
    HttpCode(route.status),
    SetMetadata(ROUTE, route),
    UseInterceptors(...interceptorsOf(route)),
  );
}

/** The validated input of the request. */
export const Input = createParamDecorator((_: unknown, context: ExecutionContext): Call => {
  const { call } = context.switchToHttp().getRequest<GatewayRequest>();
  if (!call) {
    throw new AppError('INTERNAL_ERROR', 'A handler without an endpoint asked for its input');
  }
  return call;
});

/** Who calls. Only on routes that are not public. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<GatewayRequest>();
  if (!principal) {
    throw new AppError('NOT_AUTHENTICATED', 'Sign in first');
  }
  return principal;
});
