import type { Metrics } from '@capstan/service-kit';
import type { NextFunction, Request, RequestHandler, Response } from 'express';

/** What a request is counted as when no route took it. */
const NO_ROUTE = 'none';

/**
 * Measures every request, from its arrival to the last byte of its answer. By the route's pattern and never by the address itself, and by
 * the class of the status: so the number of series is the number of routes times a handful.
 */
export function requestMetrics(metrics: Metrics): RequestHandler {
  const seconds = metrics.duration('capstan_http_request_seconds', 'From the arrival of a request to the last byte of its answer', ['method', 'route', 'status']);
  return (request: Request, response: Response, next: NextFunction) => {
    const end = seconds.startTimer();
    response.once('close', () => {
      const { path } = (request.route ?? {}) as { path?: unknown };
      end({ method: request.method, route: typeof path === 'string' ? path : NO_ROUTE, status: response.writableFinished ? `${Math.floor(response.statusCode / 100)}xx` : 'cut' });
    });
    next();
  };
}
