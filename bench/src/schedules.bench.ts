import { checkTargets, scheduleRpc } from '@capstan/contracts';
import { isoTime, systemClock, systemIds } from '@capstan/kernel';
import { EXCHANGES, queueOf } from '@capstan/messaging';
import { Participant } from '@capstan/testing';
import { type Bench, type Say, verdict } from './bench';
import { spreadOf, percentile } from './figures';
import { eventually, type OneService, withService } from './one-service';

const SCHEDULES = 10_000;
/** Creating them takes a while, and must be over when they are due. */
const AHEAD_MS = 60_000;
const CREATING_TOGETHER = 16;
const PATIENCE_MS = 200_000;
const BARE = 2_000;
const P99_SEC = 2;

interface Started {
  readonly schedule_id: string;
  readonly started_at: Date;
}

/** 10,000 schedules that are all due in the same minute, spread over it by their jitter. */
export const schedules: Bench = (say) =>
  withOrchestrator(say, async (service, people) => {
    await bare(say, service);
    const delays = await startAll(say, service, people, 60);
    return [verdict(say, `p99 of the start within ${P99_SEC} s`, percentile(delays, 99) <= P99_SEC), verdict(say, 'one session each', delays.length === SCHEDULES)].every(Boolean);
  });

/** 10,000 schedules that are all due at the same instant: how fast they are worked off. */
export const schedulesAtOnce: Bench = (say) =>
  withOrchestrator(say, async (service, people) => {
    const delays = await startAll(say, service, people, 0);
    say(`${(SCHEDULES / Math.max(...delays)).toFixed(0)} sessions/s until the last one`);
    return verdict(say, 'one session each', delays.length === SCHEDULES);
  });

function withOrchestrator(say: Say, work: (service: OneService, people: Participant) => Promise<boolean>): Promise<boolean> {
  return withService(say, 'capture-orchestrator', {}, async (service) => {
    const people = await Participant.join(service.brokerUrl, 'capstan/gateway');
    const worker = await answeringWorker(service.brokerUrl);
    try {
      return await work(service, people);
    } finally {
      await Promise.all([people.leave(), worker.leave()]);
    }
  });
}

/** Creates the schedules by the service's own RPC, waits for their minute, and until the last session exists. @returns seconds from the planned start to the session of each */
async function startAll(say: Say, service: OneService, people: Participant, jitterSec: number): Promise<number[]> {
  const { database } = service;
  const dueAt = Math.ceil((systemClock.now() + AHEAD_MS) / 60_000) * 60_000;
  const cron = `${new Date(dueAt).getUTCMinutes()} ${new Date(dueAt).getUTCHours()} * * *`;
  const createdIn = await create(people, cron, jitterSec);
  if (systemClock.now() >= dueAt) {
    throw new Error(`Creating the schedules took ${createdIn.toFixed(0)} s: they are due already`);
  }
  const { rows: planned } = await database.query<{ schedule_id: string; attention_at: Date }>(`SELECT schedule_id, attention_at FROM schedules`);
  const plannedAt = new Map(planned.map(({ schedule_id: id, attention_at: at }) => [id, at.getTime()]));
  await systemClock.sleep(dueAt - systemClock.now());
  const [began, use, servers, load] = [systemClock.monotonic(), service.use(), service.serversUse(), await service.databaseLoad()];
  await eventually('all sessions', PATIENCE_MS, async () => {
    await systemClock.sleep(1_000);
    const { rows } = await database.query<{ decided: string }>(`SELECT count(*) AS decided FROM schedule_runs WHERE state NOT IN ('due', 'queued')`);
    return Number(rows[0]?.decided) === SCHEDULES;
  });
  const [after, serversAfter, loadAfter] = [service.use(), service.serversUse(), await service.databaseLoad()];
  const { rows } = await database.query<Started>(`SELECT r.schedule_id, r.started_at FROM schedule_runs r JOIN sessions x USING (session_id) WHERE r.state = 'started'`);
  const delays = rows.map(({ schedule_id: id, started_at: started }) => (started.getTime() - (plannedAt.get(id) ?? 0)) / 1_000);
  const sec = (loadAfter.at - began) / 1_000;
  say(
    `${SCHEDULES} schedules of ${isoTime(dueAt).slice(11, 16)}, jitter ${jitterSec} s (created by RPC at ${(SCHEDULES / createdIn).toFixed(0)}/s): start delay ${spreadOf(delays, 's')}; ` +
      `in these ${sec.toFixed(0)} s ${((loadAfter.commits - load.commits) / sec).toFixed(0)} transactions/s, ${((loadAfter.written - load.written) / sec).toFixed(0)} rows written/s; ` +
      `processor: orchestrator ${((after.own - use.own) / sec).toFixed(2)}, PostgreSQL ${((serversAfter.postgres - servers.postgres) / sec).toFixed(2)}, RabbitMQ ${((serversAfter.rabbitmq - servers.rabbitmq) / sec).toFixed(2)} cores; ` +
      `${(((after.own - use.own + serversAfter.postgres - servers.postgres) * 1_000) / SCHEDULES).toFixed(1)} ms of processor a session`,
  );
  return delays;
}

async function create(people: Participant, cron: string, jitterSec: number): Promise<number> {
  const began = systemClock.monotonic();
  let next = 0;
  const creator = async (): Promise<void> => {
    for (let index = next++; index < SCHEDULES; index = next++) {
      await people.ask(scheduleRpc.create, {
        schedule_id: systemIds.next(),
        requested_by: { type: 'user', id: 'bench', name: 'bench' },
        schedule: {
          name: `schedule ${jitterSec} ${index}`,
          cron,
          jitter_sec: jitterSec,
          session: { targets: [{ kind: 'collection', device_id: systemIds.next(), device_name: `device ${index}`, capture_types: ['configs'] }] },
        },
      });
    }
  };
  await Promise.all(Array.from({ length: CREATING_TOGETHER }, creator));
  return (systemClock.monotonic() - began) / 1_000;
}

/** Stands in for the device-collector: finds every target right, and takes its orders without doing anything. */
async function answeringWorker(brokerUrl: string): Promise<Participant> {
  const worker = await Participant.join(brokerUrl, 'capstan/device-collector');
  const { channel } = worker;
  const queue = queueOf('device-collector', 'rpc');
  await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'classic', 'x-expires': 15_000 } });
  await channel.bindQueue(queue, EXCHANGES.rpc, 'device-collector');
  await channel.consume(
    queue,
    (message) => {
      if (message !== null && message.properties.type === checkTargets['device-collector'].type) {
        channel.publish('', String(message.properties.replyTo), Buffer.from('{"data":{"errors":[]}}'), { correlationId: message.properties.correlationId as string });
      }
    },
    { noAck: true },
  );
  await channel.consume(queueOf('device-collector', 'commands'), () => undefined, { noAck: true });
  return worker;
}

/** What the database takes at all: a session and its target as two rows in a transaction, one after the other. */
async function bare(say: Say, { database }: OneService): Promise<void> {
  await database.query(`CREATE TABLE IF NOT EXISTS bare (id uuid PRIMARY KEY, body jsonb, parent uuid)`);
  const body = JSON.stringify({ text: 'x'.repeat(500) });
  const began = systemClock.monotonic();
  for (let index = 0; index < BARE; index += 1) {
    const id = systemIds.next();
    await database.query('BEGIN');
    await database.query(`INSERT INTO bare VALUES ($1, $2, NULL)`, [id, body]);
    await database.query(`INSERT INTO bare VALUES ($1, $2, $3)`, [systemIds.next(), body, id]);
    await database.query('COMMIT');
  }
  say(`bare, one after the other: ${((BARE * 1_000) / (systemClock.monotonic() - began)).toFixed(0)} transactions/s of two rows`);
}
