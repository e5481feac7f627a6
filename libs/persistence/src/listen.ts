import { Socket } from 'node:net';
import { AppError, backoffDelay, type BackoffPolicy, type Clock, type Random, systemClock, systemRandom } from '@capstan/kernel';
import { Client, escapeIdentifier } from 'pg';

/** Options of {@link listen}. */
export interface ListenOptions {
  /** Ends the listening. */
  signal: AbortSignal;
  /** Told of each lost or refused connection, for the log; what is missed meanwhile is gone. */
  onDisconnect?: (error: unknown) => void;
  /** Shown in `pg_stat_activity`. Default `capstan-listen`. */
  applicationName?: string;
  clock?: Clock;
  random?: Random;
}

const BACKOFF: BackoffPolicy = { initialMs: 100, maxMs: 10_000 };
/** A connection on which nothing is sent would not notice that the other side is gone: it asks now and then. */
const PROBE_EVERY_MS = 15_000;
const PROBE_TIMEOUT_MS = 10_000;
const GOODBYE_TIMEOUT_MS = 1_000;

/**
 * Calls `onNotify` for every NOTIFY on `channel`, and once after each (re)connection with an empty payload, because what was sent
 * while nobody listened is lost: a listener looks at the table and never counts notifications.
 *
 * Holds one connection of its own, outside of any pool, and connects anew with growing pauses for as long as it takes.
 * @returns when `signal` has aborted and the connection is closed. Never rejects.
 */
export async function listen(url: string, channel: string, onNotify: (payload: string) => void, options: ListenOptions): Promise<void> {
  const { signal, clock = systemClock, random = systemRandom } = options;
  let failures = 0;
  while (!signal.aborted) {
    try {
      await listenOnce(url, channel, onNotify, options, clock, () => {
        failures = 0;
      });
    } catch (error) {
      if (signal.aborted) {
        return;
      }
      failures += 1;
      options.onDisconnect?.(error);
      await clock.sleep(backoffDelay(BACKOFF, failures, random()), signal).catch(() => undefined);
    }
  }
}

async function listenOnce(url: string, channel: string, onNotify: (payload: string) => void, options: ListenOptions, clock: Clock, onConnected: () => void): Promise<void> {
  const socket = new Socket();
  const client = new Client({
    connectionString: url,
    application_name: options.applicationName ?? 'capstan-listen',
    connectionTimeoutMillis: 10_000,
    query_timeout: PROBE_TIMEOUT_MS,
    keepAlive: true,
    stream: () => socket,
  });
  const over = new AbortController();
  const end = (reason: unknown): void => over.abort(reason);
  const onAbort = (): void => end(options.signal.reason);
  client.on('error', end);
  client.on('end', () => end(new AppError('DATABASE_UNAVAILABLE', 'The connection that listens was closed', { retryable: true })));
  client.on('notification', (message) => {
    if (message.channel === channel) {
      onNotify(message.payload ?? '');
    }
  });
  options.signal.addEventListener('abort', onAbort, { once: true });
  try {
    await client.connect();
    await client.query(`LISTEN ${escapeIdentifier(channel)}`);
    onConnected();
    onNotify('');
    for (;;) {
      await clock.sleep(PROBE_EVERY_MS, over.signal);
      await client.query('SELECT 1');
    }
  } finally {
    options.signal.removeEventListener('abort', onAbort);
    // A peer that is gone does not answer a goodbye, and pg would wait for it.
    socket.setTimeout(GOODBYE_TIMEOUT_MS, () => socket.destroy());
    await client.end().catch(() => undefined);
    socket.destroy();
  }
}
