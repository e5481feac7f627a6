import type { IdSource } from '@capstan/kernel';
import { runInMessageContext } from '@capstan/messaging';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { GatewayRequest } from './gateway-request';

/** What is accepted from outside: it goes into logs, so nothing that could forge a line. */
const ACCEPTED = /^[A-Za-z0-9._:-]{1,100}$/;

/** Gives every request its id: the caller's `X-Request-ID` when it is harmless, else a new one. */
export function requestId(ids: IdSource): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    const given = request.get('x-request-id');
    const id = given !== undefined && ACCEPTED.test(given) ? given : ids.next();
    (request as GatewayRequest).requestId = id;
    response.setHeader('X-Request-ID', id);
    // Log lines and messages that this request leads to carry its id.
    runInMessageContext({ correlationId: id }, next);
  };
}
