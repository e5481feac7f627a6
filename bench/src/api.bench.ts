import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import autocannon from 'autocannon';
import { type Bench, type Say, startBenchStack, verdict } from './bench';
import { storeSessions } from './stored-sessions';

const SESSIONS = 100_000;
const CONNECTIONS = 50;
const SECONDS = 15;
/** Requests a second; a list is opened by people and by pages that refresh, not as fast as a socket can carry. */
const RATE = 150;

interface Run {
  readonly p95: number;
  readonly perSecond: number;
}

async function load(say: Say, title: string, url: string, token: string, rate: number | undefined): Promise<Run> {
  const result = await autocannon({ url, connections: CONNECTIONS, duration: SECONDS, headers: { authorization: `Bearer ${token}` }, ...(rate === undefined ? {} : { overallRate: rate }) });
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${title}: ${result.non2xx} answers were not 2xx, ${result.errors} errors`);
  }
  const { latency, requests } = result;
  say(`${title}: ${requests.average.toFixed(0)} requests/s, median ${latency.p50} ms, p97.5 ${latency.p97_5} ms, p99 ${latency.p99} ms`);
  return { p95: latency.p97_5, perSecond: requests.average };
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
    const paced = await load(say, `GET /sessions at ${RATE}/s`, base, token, RATE);
    const filtered = await load(say, `GET /sessions?status=failed at ${RATE}/s`, `${base}?status=failed&page=3`, token, RATE);
    const full = await load(say, 'GET /sessions as fast as it goes', base, token, undefined);
    const bare = await bareServer(body);
    const bound = await load(say, 'the same bytes from a bare Node server', bare.url, token, undefined);
    bare.close();
    say(`ratio to the bare server: ${(full.perSecond / bound.perSecond).toFixed(3)} of its requests per second`);
    return verdict(say, `p95 ≤ 25 ms with ${CONNECTIONS} connections over ${SESSIONS} sessions (p97.5 ${Math.max(paced.p95, filtered.p95)} ms)`, Math.max(paced.p95, filtered.p95) <= 25);
  } finally {
    await bench.stop();
  }
};
