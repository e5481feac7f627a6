import type { IdSource } from '@capstan/kernel';
import type { Metrics } from '@capstan/service-kit';
import { type Express, json, type RequestHandler } from 'express';
import type { GatewayConfig } from '../config';
import { requestId } from './request-id';
import { requestMetrics } from './request-metrics';
import { securityHeaders } from './security-headers';

/** Largest JSON body in bytes. The largest honest one, a session of 50 targets, has about 20 kB. */
export const MAX_BODY_BYTES = 1_048_576;

/** Settings of Express itself. */
export function prepareExpress(express: Express, config: GatewayConfig): void {
  express.set('trust proxy', config.CAPSTAN_TRUST_PROXY);
  // Flat queries only: nothing here takes `a[b]=c`.
  express.set('query parser', 'simple');
  express.set('etag', false);
  express.disable('x-powered-by');
}

/** Answers are for who asked, now; whoever sends what may be kept says so. */
const notKept: RequestHandler = (_request, response, next) => {
  response.setHeader('Cache-Control', 'no-store');
  next();
};

/** What every request meets first. The application must have been created without Nest's own body parser. */
export function entryMiddleware(ids: IdSource, metrics: Metrics): RequestHandler[] {
  return [requestMetrics(metrics), requestId(ids), securityHeaders(), notKept, json({ limit: MAX_BODY_BYTES, type: 'application/json', strict: true })];
}
