/**
 * Starts a capture session by publishing one message, and follows it by the facts that answer.
 *
 *   CAPSTAN_PUBLISHER_URL=amqp://publisher:…@127.0.0.1:5672 npm start -- job.json
 *
 * `job.json` is the `data` of `capture-orchestrator.create-session.v1`; the schema is at /api/asyncapi.json. Ends with
 * 0 when the session completed, 1 when it was rejected or anything of it failed.
 *
 * Without CAPSTAN_PUBLISHER_URL it looks for a Capstan that `npm start` runs in this repository. Only the message broker is needed, and a broker user that may do nothing else than this. Nothing here is Capstan's
 * own code: copy it into a service written in any language.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import amqp from 'amqplib';

const COMMANDS = 'capstan.commands';
const EVENTS = 'capstan.events';
const CREATE = 'capture-orchestrator.create-session.v1';
const FACTS = ['session.created.v1', 'session.rejected.v1', 'session.state-changed.v1', 'session.finished.v1'];

interface Problem {
  status: number;
  code: string;
  detail: string;
  errors?: { path: string; code: string; message: string }[];
}
interface Target {
  title: string;
  state: string;
  metrics: Record<string, number>;
  error: { code: string; message: string } | null;
}
interface Session {
  session_id: string;
  state: string;
  target_count: number;
  start_spread_ms: number | null;
  targets: Target[];
}
/** What this client reads of a fact; all of it is in the AsyncAPI document. */
interface Fact {
  type: string;
  correlationid?: string;
  data: { session: Session; problem: Problem };
}

const url = process.env['CAPSTAN_PUBLISHER_URL'] ?? (await localPublisherUrl());
const jobFile = process.argv[2];
const waitMs = Number(process.env['CAPSTAN_WAIT_SEC'] ?? 900) * 1_000;
if (!url || !jobFile) {
  console.error('Usage: CAPSTAN_PUBLISHER_URL=amqp://user:password@host:port npm start -- job.json');
  process.exit(2);
}
const job: unknown = JSON.parse(await readFile(jobFile, 'utf8'));
const publisher = decodeURIComponent(new URL(url).username);
/** Ties the command and every fact it leads to together. */
const correlationid = randomUUID();

const connection = await amqp.connect(url);
const channel = await connection.createConfirmChannel();

// A queue of our own, before the command goes out: no answer can be missed. Publishers may name their queues like this only.
const { queue } = await channel.assertQueue(`client.${publisher}.${randomUUID()}`, { exclusive: true, durable: false, autoDelete: true });
for (const fact of FACTS) {
  await channel.bindQueue(queue, EVENTS, fact);
}

const outcome = new Promise<number>((resolve, reject) => {
  const timer = setTimeout(() => reject(new Error(`No end within ${waitMs / 1_000} s`)), waitMs);
  connection.on('close', () => reject(new Error('The broker closed the connection')));
  // The broker hands a command back that no queue takes: Capstan was never started on this broker.
  channel.on('return', () => reject(new Error('Nobody takes this command')));
  void channel.consume(
    queue,
    (message) => {
      if (!message) {
        return;
      }
      const fact = JSON.parse(message.content.toString('utf8')) as Fact;
      if (fact.correlationid !== correlationid) {
        return; // of somebody else's session
      }
      const done = report(fact);
      if (done !== undefined) {
        clearTimeout(timer);
        resolve(done);
      }
    },
    { noAck: true },
  );
});

/** CloudEvents 1.0, structured JSON. The id makes repeating harmless: publish the same message again whenever in doubt. */
const command = {
  specversion: '1.0',
  id: randomUUID(),
  source: publisher,
  type: CREATE,
  time: new Date().toISOString(),
  datacontenttype: 'application/json',
  correlationid,
  data: job,
};
channel.publish(COMMANDS, CREATE, Buffer.from(JSON.stringify(command)), {
  persistent: true,
  mandatory: true,
  messageId: command.id,
  correlationId: correlationid,
  contentType: 'application/cloudevents+json',
  type: CREATE,
  appId: hostname(),
  // The broker checks that this is the user of the connection: it is how Capstan knows who asked.
  userId: publisher,
});
await channel.waitForConfirms();
console.log(`published  ${CREATE}  id ${command.id}`);

try {
  process.exitCode = await outcome;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  connection.removeAllListeners('close');
  await connection.close();
}

/** Of the Capstan that runs in this repository's `.capstan`, if one does. */
async function localPublisherUrl(): Promise<string | undefined> {
  const file = new URL('../../../.capstan/run.json', import.meta.url);
  const state = await readFile(file, 'utf8').catch(() => '{}');
  return (JSON.parse(state) as { publisher_url?: string }).publisher_url;
}

/** Prints a fact. @returns the exit code when it is the last one */
function report({ type, data }: Fact): number | undefined {
  switch (type) {
    case 'session.created.v1':
      console.log(`created    ${data.session.session_id}  ${data.session.target_count} target(s)`);
      return undefined;
    case 'session.state-changed.v1':
      console.log(`state      ${data.session.state}`);
      return undefined;
    case 'session.rejected.v1': {
      console.log(`rejected   ${data.problem.status} ${data.problem.code}: ${data.problem.detail}`);
      for (const { path, code, message } of data.problem.errors ?? []) {
        console.log(`           ${path || '(data)'}  ${code}  ${message}`);
      }
      return 1;
    }
    case 'session.finished.v1': {
      const { session } = data;
      console.log(`finished   ${session.state}  start spread ${session.start_spread_ms ?? '–'} ms`);
      for (const target of session.targets) {
        console.log(`           ${target.title}  ${target.state}  ${target.metrics['packets_captured'] ?? 0} packets${target.error ? `  ${target.error.code}: ${target.error.message}` : ''}`);
      }
      return session.state === 'completed' ? 0 : 1;
    }
    default:
      return undefined;
  }
}
