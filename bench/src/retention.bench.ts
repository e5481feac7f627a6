import { retentionRpc } from '@capstan/contracts';
import { systemClock, systemIds } from '@capstan/kernel';
import { Participant } from '@capstan/testing';
import { type Bench, type Say, verdict } from './bench';
import { eventually, type OneService, withService } from './one-service';
import { insertSessions } from './stored-sessions';

const SESSIONS = 100_000;
const DOOMED = 5_000;
const PREVIEWS = 5;
const PREVIEW_SEC = 2;
const PATIENCE_MS = 150_000;
const POLL_MS = 250;

/** What retention takes among 100,000 sessions: the preview of a policy that removes half of them, and a run that removes 5,000. Rows only: the objects are the store's matter. */
export const retention: Bench = (say) =>
  withService(say, 'capture-orchestrator', {}, async (service) => {
    const people = await Participant.join(service.brokerUrl, 'capstan/gateway');
    try {
      await insertSessions(service.database, SESSIONS);
      const previewSec = await preview(say, service, people);
      await run(say, service, people);
      return verdict(say, `a preview within ${PREVIEW_SEC} s`, previewSec <= PREVIEW_SEC);
    } finally {
      await people.leave();
    }
  });

/** @returns the seconds of the slowest */
async function preview(say: Say, { use }: OneService, people: Participant): Promise<number> {
  const times: number[] = [];
  const before = use();
  let peakMib = before.memoryMib;
  for (let index = 0; index < PREVIEWS; index += 1) {
    const began = systemClock.monotonic();
    const { sessions } = await people.ask(retentionRpc.preview, { policies: [{ kind: 'packet-capture', max_age_days: null, max_sessions: SESSIONS / 2, max_bytes: null, keep_last: 0 }] });
    times.push((systemClock.monotonic() - began) / 1_000);
    peakMib = Math.max(peakMib, use().memoryMib);
    if (sessions !== SESSIONS / 2) {
      throw new Error(`${sessions} sessions would go, and not ${SESSIONS / 2}`);
    }
  }
  say(`preview of a policy over ${SESSIONS} sessions: ${times.map((sec) => sec.toFixed(2)).join(', ')} s; memory ${before.memoryMib.toFixed(0)} → at most ${peakMib.toFixed(0)} MiB`);
  return Math.max(...times);
}

async function run(say: Say, { use, database, serversUse }: OneService, people: Participant): Promise<void> {
  const count = async (where: string): Promise<number> => Number((await database.query<{ count: string }>(`SELECT count(*) FROM sessions WHERE ${where}`)).rows[0]?.count);
  const policy = { max_age_days: null, max_sessions: SESSIONS - DOOMED, max_bytes: null, keep_last: 0, quota_bytes: null, warn_percent: 80, stop_percent: 100, revision: 0 };
  const by = { type: 'user', id: 'bench', name: 'bench' } as const;
  await people.ask(retentionRpc.setPolicy, { kind: 'packet-capture', requested_by: by, policy });
  const [before, servers, began] = [use(), serversUse(), systemClock.monotonic()];
  await people.ask(retentionRpc.run, { run_id: systemIds.next(), requested_by: by });
  let [peakMib, markedAfter] = [before.memoryMib, 0];
  await eventually('the rows to be gone', PATIENCE_MS, async () => {
    await systemClock.sleep(POLL_MS);
    peakMib = Math.max(peakMib, use().memoryMib);
    if (markedAfter === 0 && (await count('delete_requested_at IS NULL')) === SESSIONS - DOOMED) {
      markedAfter = (systemClock.monotonic() - began) / 1_000;
    }
    return (await count('true')) === SESSIONS - DOOMED;
  });
  const sec = (systemClock.monotonic() - began) / 1_000;
  say(
    `run that removes ${DOOMED} of ${SESSIONS} sessions: nobody sees them after ${markedAfter.toFixed(1)} s (${(DOOMED / markedAfter).toFixed(0)}/s), their rows are gone after ${sec.toFixed(1)} s (${(DOOMED / sec).toFixed(0)}/s); ` +
      `processor: orchestrator ${((use().own - before.own) / sec).toFixed(2)}, PostgreSQL ${((serversUse().postgres - servers.postgres) / sec).toFixed(2)} cores; memory at most ${peakMib.toFixed(0)} MiB`,
  );
}
