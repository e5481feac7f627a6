import { AsyncLocalStorage } from 'node:async_hooks';
import http from 'node:http';
import https from 'node:https';
import { abortError } from '../body';
import { RequestTimeout } from './s3-error';

/** One attempt of one request, as its caller sees it. */
export interface Attempt {
  readonly signal?: AbortSignal;
  /** Without a byte in either direction, in milliseconds. */
  readonly idleTimeoutMs: number;
  /** Filled in with the answer's HTTP status. */
  status?: number;
}

/** Answers whose body the minio client abandons, which would keep their connection busy for ever. */
const ABANDONED = new Set([408, 429, 499, 500, 502, 503, 504, 520]);

/**
 * The HTTP side of the minio client, which by itself knows neither timeouts nor abort signals and hides the status of a
 * failed request: it lets its caller bring a transport. Which attempt a request belongs to comes through the
 * asynchronous context, since the client has no parameter for it.
 */
export class S3Transport {
  private readonly attempts = new AsyncLocalStorage<Attempt>();
  private readonly tls: boolean;
  readonly agent: http.Agent;

  constructor(
    tls: boolean,
    private readonly connectTimeoutMs: number,
    maxConnections: number,
  ) {
    this.tls = tls;
    const options = { keepAlive: true, maxSockets: maxConnections };
    this.agent = tls ? new https.Agent(options) : new http.Agent(options);
  }

  /** Runs `work` so that every request it makes belongs to `attempt`. */
  run<T>(attempt: Attempt, work: () => Promise<T>): Promise<T> {
    return this.attempts.run(attempt, work);
  }

  close(): void {
    this.agent.destroy();
  }

  /** What the minio client calls instead of `http.request`. */
  readonly request = (options: https.RequestOptions, onResponse: (response: http.IncomingMessage) => void): http.ClientRequest => {
    const attempt = this.attempts.getStore();
    const request = (this.tls ? https : http).request({ ...options, agent: this.agent }, (response) => {
      if (attempt !== undefined) {
        attempt.status = response.statusCode;
      }
      if (ABANDONED.has(response.statusCode ?? 0)) {
        response.resume();
      }
      onResponse(response);
    });
    if (attempt === undefined) {
      return request;
    }
    this.limitConnecting(request);
    request.setTimeout(attempt.idleTimeoutMs, () => {
      request.destroy(new RequestTimeout(`No byte for ${attempt.idleTimeoutMs} ms`));
    });
    this.followSignal(request, attempt.signal);
    return request;
  };

  private limitConnecting(request: http.ClientRequest): void {
    request.once('socket', (socket) => {
      if (!socket.connecting) {
        return;
      }
      const timer = setTimeout(() => {
        request.destroy(new RequestTimeout(`No connection after ${this.connectTimeoutMs} ms`));
      }, this.connectTimeoutMs);
      const stop = (): void => clearTimeout(timer);
      socket.once(this.tls ? 'secureConnect' : 'connect', stop);
      socket.once('close', stop);
    });
  }

  private followSignal(request: http.ClientRequest, signal: AbortSignal | undefined): void {
    if (signal === undefined) {
      return;
    }
    const onAbort = (): void => {
      request.destroy(abortError(signal));
    };
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    request.once('close', () => signal.removeEventListener('abort', onAbort));
  }
}
