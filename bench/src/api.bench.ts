import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import autocannon from 'autocannon';
import { type Bench, type Say, startBenchStack, verdict } from './bench';
import { percentile } from './figures';
import { storeSessions } from './stored-sessions';

const SESSIONS = 100_000;
const CONNECTIONS = 50;
const SECONDS = 15;
/** What many people look at: pages, states and searches of their own. */
const DIFFERENT = ['', '?page=2', '?status=failed', '?status=partial&page=2', '?status=completed', '?kind=packet-capture', '?q=session+4711', '?per_page=50', '?status=cancelled', '?page=100'];

interface Run {
  readonly p95: number;
  readonly perSecond: number;
}

/** Every connection asks again as soon as it has its answer: the harshest load that many clients can be. */
async function load(say: Say, title: string, url: string, paths: readonly string[], token: string): Promise<Run> {
  const times: number[] = [];
  const target = new URL(url);
  const result = await new Promise<autocannon.Result>((resolve, reject) => {
    const instance = autocannon(
      {
        url,
        connections: CONNECTIONS,
        duration: SECONDS,
        headers: { authorization: `Bearer ${token}` },
        requests: paths.map((path) => ({ method: 'GET', path: target.pathname + path })),
      },
      (error: unknown, done) => (error instanceof Error ? reject(error) : resolve(done)),
    );
    instance.on('response', (_client, _status, _bytes, milliseconds) => times.push(milliseconds));
  });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${title}: ${result.non2xx} answers were not 2xx, ${result.errors} errors`);
  }
  const run = { p95: percentile(times, 95), perSecond: result.requests.average };
  say(`${title}: ${run.perSecond.toFixed(0)} requests/s, median ${percentile(times, 50).toFixed(1)} ms, p95 ${run.p95.toFixed(1)} ms, p99 ${percentile(times, 99).toFixed(1)} ms`);
  return run;
}

/** A bare Node server that sends the same bytes: what HTTP itself costs on this machine. */
async function bareServer(body: string): Promise<{ url: string; close(): void }> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
}

/** The history over 100,000 stored sessions under 50 connections, the newest page and a filtered one. */
export const apiList: Bench = async (say) => {
  const bench = await startBenchStack(say);
  try {
    await storeSessions(bench, SESSIONS);
    const base = `${bench.stack.address}/api/v1/sessions`;
    const token = bench.api.token ?? '';
    const first = await fetch(base, { headers: { authorization: `Bearer ${token}` } });
    const body = await first.text();
    if ((JSON.parse(body) as { total: number }).total !== SESSIONS) {
      throw new Error('the list does not know how many sessions there are');
    }
    const same = await load(say, 'GET /sessions, the newest page', base, [''], token);
    // Nothing can be shared here: what a question costs from the socket to the table and back, without a bound of its own.
    await load(say, `GET /sessions, ${DIFFERENT.length} different pages, filters and searches`, base, DIFFERENT, token);
    const bare = await bareServer(body);
    const bound = await load(say, 'the bytes of the newest page from a bare Node server', bare.url, [''], token);
    bare.close();
    say(`ratio to the bare server: ${(same.perSecond / bound.perSecond).toFixed(3)} of its requests per second`);
    return verdict(say, `p95 ≤ 25 ms with ${CONNECTIONS} connections over ${SESSIONS} sessions, each asking again at once (p95 ${same.p95.toFixed(1)} ms)`, same.p95 <= 25);
  } finally {
    await bench.stop();
  }
};
