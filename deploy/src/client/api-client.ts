import { type AnswerOf, type BodyInputOf, type ProblemDetails, type Route, routes, type SignInAnswer } from '@capstan/contracts';

/** Whatever a call needs beside the route. */
export interface CallOptions<R extends Route> {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number>>;
  readonly body?: BodyInputOf<R>;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

/** The API answered with a problem. */
export class ProblemError extends Error {
  constructor(
    readonly problem: ProblemDetails,
    readonly method: string,
    readonly path: string,
  ) {
    super(`${method} ${path}: ${problem.status} ${problem.code}: ${problem.detail}${(problem.errors ?? []).map((field) => `\n  ${field.path}: ${field.message} (${field.code})`).join('')}`);
    this.name = 'ProblemError';
  }
}

/** A client of the public API, typed by the table of routes. For the demo, the benchmarks, the faults and the end-to-end tests. */
export class ApiClient {
  private accessToken: string | undefined;

  constructor(readonly address: string) {}

  /** The bearer token of the last sign-in. */
  get token(): string | undefined {
    return this.accessToken;
  }

  async signIn(username: string, password: string): Promise<SignInAnswer> {
    const answer = await this.call(routes.login, { body: { username, password } });
    this.accessToken = answer.access_token;
    return answer;
  }

  /** @throws ProblemError */
  async call<R extends Route>(route: R, options: CallOptions<R> = {}): Promise<AnswerOf<R>> {
    const response = await this.fetch(route, options);
    return (response.status === 204 ? undefined : await response.json()) as AnswerOf<R>;
  }

  /** The bare response of a route, for bytes. @throws ProblemError */
  async fetch<R extends Route>(route: R, options: CallOptions<R> = {}): Promise<Response> {
    const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(options.params?.[name] ?? ''));
    const url = new URL(`/api/v1${path}`, this.address);
    for (const [name, value] of Object.entries(options.query ?? {})) {
      url.searchParams.set(name, String(value));
    }
    const response = await fetch(url, {
      method: route.method,
      signal: options.signal,
      headers: {
        ...(this.accessToken === undefined ? {} : { authorization: `Bearer ${this.accessToken}` }),
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(options.idempotencyKey === undefined ? {} : { 'idempotency-key': options.idempotencyKey }),
      },
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
    });
    if (!response.ok) {
      throw new ProblemError((await response.json()) as ProblemDetails, route.method, path);
    }
    return response;
  }
}
