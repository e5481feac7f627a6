import type { ClientRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { AppError, type Clock, Deferred } from '@capstan/kernel';
import { HttpsAnswer } from './https-answer';
import { type HttpsEndpoint, requestError } from './https-error';
import { basicAuthorization, type HttpsLogin } from './https-login';
import type { PinnedAgent } from './pinned-agent.client';
import { isOverloaded, pauseBeforeRetry } from './retry-after';

/** One request. Redirects are not followed: an account is for the device it was given for. */
export interface HttpsRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'OPTIONS';
  /** Begins with `/`. */
  readonly path: string;
  /** Never an account: that is what `login` is for. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Sent as HTTP Basic with this request. */
  readonly login?: HttpsLogin;
  /** Milliseconds until the answer begins; 20 s unless told. */
  readonly timeoutMs?: number;
  /** Tries while the device says that it is too busy (429, 503); 4 unless told. */
  readonly attempts?: number;
}

/** A request that has been sent. */
export interface SentRequest {
  /** The clock's Unix milliseconds at which it was given to the connection. */
  readonly sentAt: number;
  /** Rejects as {@link HttpsSession.request} does. */
  readonly answer: Promise<HttpsAnswer>;
}

const ANSWER_MS = 20_000;
const ATTEMPTS = 4;

/** Requests to one device whose identity has been checked. */
export class HttpsSession {
  constructor(
    readonly endpoint: HttpsEndpoint,
    private readonly agent: PinnedAgent,
    private readonly clock: Clock,
  ) {}

  /** What the device showed and what is spoken, for transcripts. */
  get identity(): string {
    const { certificate, protocol, cipher } = this.agent.shown ?? {};
    return `certificate ${certificate?.fingerprint ?? 'unknown'} (${certificate?.algorithm ?? ''}); ${protocol ?? ''}, ${cipher ?? ''}`;
  }

  /**
   * Asks, and asks again while the device is too busy.
   * @throws AppError `DEVICE_LOST` (retryable) when the connection breaks or no answer comes, `DEVICE_OVERLOADED` (retryable) when it
   *   stays too busy, and the errors of a new connection; the signal's reason
   */
  async request(request: HttpsRequest, signal: AbortSignal): Promise<HttpsAnswer> {
    const attempts = request.attempts ?? ATTEMPTS;
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.send(request, signal).answer;
      if (!isOverloaded(answer.status)) {
        return answer;
      }
      answer.discard();
      const { host, port } = this.endpoint;
      const pause = pauseBeforeRetry(answer.headers['retry-after'], attempt, this.clock.now());
      if (attempt >= attempts) {
        throw new AppError('DEVICE_OVERLOADED', `${host}:${port} is too busy (it answers ${answer.status})`, { retryable: true, retryAfterMs: pause });
      }
      await this.clock.sleep(pause, signal);
    }
  }

  /** Sends a request once, now, and does not wait. */
  send(request: HttpsRequest, signal: AbortSignal): SentRequest {
    const { method, path, headers = {}, body, login, timeoutMs = ANSWER_MS } = request;
    const { host, port } = this.endpoint;
    const answer = new Deferred<HttpsAnswer>();
    if (signal.aborted) {
      answer.reject(signal.reason);
      return { sentAt: this.clock.now(), answer: answer.promise };
    }
    const sent: ClientRequest = httpsRequest({
      agent: this.agent,
      host,
      port,
      method,
      path,
      headers: {
        Accept: '*/*',
        ...headers,
        ...(body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
        ...(login === undefined ? {} : { Authorization: basicAuthorization(login) }),
      },
    });
    const done = new AbortController();
    const onAbort = (): void => void sent.destroy(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    this.clock.sleep(timeoutMs, done.signal).then(
      () => sent.destroy(new AppError('DEVICE_LOST', `${host}:${port} did not answer within ${timeoutMs / 1_000} s`, { retryable: true })),
      () => undefined,
    );
    const settle = (): void => done.abort();
    const sentAt = this.clock.now();
    sent.once('response', (message) => {
      settle();
      message.once('close', () => signal.removeEventListener('abort', onAbort));
      answer.resolve(new HttpsAnswer(this.endpoint, message, sentAt, this.clock.now()));
    });
    sent.on('error', (error) => {
      settle();
      signal.removeEventListener('abort', onAbort);
      answer.reject(signal.aborted ? (signal.reason as Error) : requestError(error, this.endpoint));
    });
    sent.end(body);
    return { sentAt, answer: answer.promise };
  }

  /** Lets go of every connection. */
  end(): void {
    this.agent.destroy();
  }
}
