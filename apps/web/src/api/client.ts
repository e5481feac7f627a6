import { type Answer, type CallOptions, ENDPOINTS, type EndpointName, urlOf } from './endpoints';
import { ApiProblem, problemOf, unreachable } from './problem';
import type { ServerClock } from './server-clock';

/** What the client needs to know about who is signed in. */
export interface TokenSource {
  /** The token to send; renewed beforehand when it is about to expire. Undefined when nobody is signed in. */
  current(): Promise<string | undefined>;
  /** A new token after `refused` was answered with 401; undefined when there is none. */
  renewed(refused: string | undefined): Promise<string | undefined>;
}

/** Parts of the outside world the client uses. */
export interface ApiClientDependencies {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly now: () => number;
  readonly clock: ServerClock;
  readonly tokens: TokenSource;
}

/** Calls a route of the public API by its name. */
export interface ApiClient {
  call<N extends EndpointName>(name: N, ...options: CallArguments<N>): Promise<Answer<N>>;
  /** Bytes of a route that answers no JSON; undefined when they are those of `etag` still. */
  bytes<N extends EndpointName>(name: N, options: CallOptions<N> & { readonly etag?: string }): Promise<{ readonly response: Response; readonly bytes: Blob | undefined }>;
}

/** Options may be left out where a route needs neither parameters nor a body. */
export type CallArguments<N extends EndpointName> = Record<never, never> extends CallOptions<N> ? [options?: CallOptions<N>] : [options: CallOptions<N>];

interface LooseOptions {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  readonly idempotencyKey?: string;
  readonly etag?: string;
}

/** Routes that are called without a token: they make one. */
const OPEN: ReadonlySet<EndpointName> = new Set(['login', 'refresh', 'logout']);

/** A client over `fetch`. A 401 is answered once by renewing the token; what fails then is the caller's. */
export function createApiClient({ fetch, now, clock, tokens }: ApiClientDependencies): ApiClient {
  async function send(name: EndpointName, options: LooseOptions, token: string | undefined): Promise<Response> {
    const sentAt = now();
    let response: Response;
    try {
      response = await fetch(urlOf(name, options.params, options.query), {
        method: ENDPOINTS[name][0],
        credentials: 'same-origin',
        cache: 'no-store',
        signal: options.signal,
        headers: {
          Accept: options.etag === undefined ? 'application/json' : '*/*',
          ...(options.etag === undefined || options.etag === '' ? {} : { 'If-None-Match': options.etag }),
          ...(options.body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
          ...(options.idempotencyKey === undefined ? {} : { 'Idempotency-Key': options.idempotencyKey }),
        },
        body: options.body === undefined ? undefined : JSON.stringify(options.body),
      });
    } catch (error) {
      if (options.signal?.aborted === true) {
        throw error;
      }
      throw unreachable();
    }
    clock.observe(response.headers.get('date'), sentAt, now());
    return response;
  }

  async function answered(name: EndpointName, options: LooseOptions): Promise<Response> {
    const token = OPEN.has(name) ? undefined : await tokens.current();
    let response = await send(name, options, token);
    if (response.status === 401 && !OPEN.has(name)) {
      const problem = await problemIn(response);
      // A wrong current password is a 401 too, and no new token would help.
      if (problem.code === 'INVALID_CREDENTIALS') {
        throw problem;
      }
      const renewed = await tokens.renewed(token);
      if (renewed === undefined) {
        throw problem;
      }
      response = await send(name, options, renewed);
    }
    if (!response.ok && response.status !== 304) {
      throw await problemIn(response);
    }
    return response;
  }

  return {
    async call<N extends EndpointName>(name: N, ...[given]: CallArguments<N>): Promise<Answer<N>> {
      const response = await answered(name, (given ?? {}) as LooseOptions);
      return (response.status === 204 ? undefined : await response.json().catch(() => undefined)) as Answer<N>;
    },
    async bytes(name, options) {
      const response = await answered(name, { etag: '', ...(options as LooseOptions) });
      return { response, bytes: response.status === 304 ? undefined : await response.blob() };
    },
  };
}

async function problemIn(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => undefined);
  return problemOf(response.status, body, { requestId: response.headers.get('x-request-id'), retryAfter: response.headers.get('retry-after') });
}
