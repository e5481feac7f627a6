import type { z } from 'zod';
import type { Permission } from '../access/permissions';
import type { ProblemCode } from './problem';

/** Who may call a route: anyone, anyone signed in, whoever holds a permission, or the bearer of a signed link (or the permission). */
export type RouteAccess = 'public' | 'signed-in' | Permission | { readonly link: Permission };

/** What a route answers: JSON by schema, nothing, or bytes of a media type. */
export type RouteResponse = { readonly json: z.ZodType } | { readonly bytes: string } | { readonly empty: true };

/**
 * One route of the public API. The table of routes is the single source for the gateway's controllers (a route without
 * a handler stops the boot), for the OpenAPI document and for the web app's client.
 */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Below `/api/v1`, parameters as `:name`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly access: RouteAccess;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly status: number;
  readonly response: RouteResponse;
  /** Codes beside those that every route can answer. */
  readonly problems?: readonly ProblemCode[];
  /** Whether every call belongs into the audit log, also of a GET. */
  readonly audited?: boolean;
  /** Whether `Idempotency-Key` is honoured. */
  readonly idempotent?: boolean;
}

/** Keeps the literal types of a route, so that clients and handlers are typed by it. */
export function defineRoute<const R extends Route>(route: R): R {
  return route;
}

/** Body of a route as the caller writes it. */
export type BodyInputOf<R extends Route> = R extends { body: infer B extends z.ZodType } ? z.input<B> : undefined;
/** Body of a route as the handler receives it. */
export type BodyOf<R extends Route> = R extends { body: infer B extends z.ZodType } ? z.output<B> : undefined;
/** Query of a route as the handler receives it. */
export type QueryOf<R extends Route> = R extends { query: infer Q extends z.ZodType } ? z.output<Q> : undefined;
/** Path parameters of a route. */
export type ParamsOf<R extends Route> = R extends { params: infer P extends z.ZodType } ? z.output<P> : undefined;
/** JSON answer of a route. */
export type AnswerOf<R extends Route> = R extends { response: { json: infer J extends z.ZodType } } ? z.output<J> : undefined;
