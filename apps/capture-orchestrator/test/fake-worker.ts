import {
  type ArtifactView,
  checkTargets,
  type DataOf,
  type Envelope,
  type InputOf,
  type RunTask,
  taskCommands,
  taskControls,
  taskEvents,
} from '@capstan/contracts';
import { systemClock, systemIds } from '@capstan/kernel';
import { EXCHANGES, queueOf } from '@capstan/messaging';
import { eventually, Participant } from '@capstan/testing';


type Advanced = InputOf<typeof taskEvents.advanced>;
type Finished = InputOf<typeof taskEvents.finished>;

/** A task as the fake worker holds it: it says what the test tells it to. */
export class FakeTask {
  private sequence = 0;
  fence = 1;

  constructor(
    private readonly participant: Participant,
    readonly run: RunTask,
  ) {}

  fact() {
    this.sequence += 1;
    const { task_id, session_id, target_id, attempt } = this.run;
    return { task_id, session_id, target_id, attempt, fence: this.fence, sequence: this.sequence, at: new Date(systemClock.now()).toISOString() };
  }

  advancedFact(state: Advanced['state'], extra: Partial<Advanced> = {}): Advanced {
    return { ...this.fact(), state, ...extra };
  }

  advance(...states: Array<Advanced['state']>): void {
    for (const state of states) {
      const now = new Date(systemClock.now()).toISOString();
      this.say(taskEvents.advanced.type, this.advancedFact(state, state === 'capturing' ? { start_sent_at: now, started_at: now } : {}));
    }
  }

  finish(outcome: Finished['outcome'], extra: Partial<Finished> = {}): void {
    this.say(taskEvents.finished.type, { ...this.fact(), outcome, capture_began: true, ...extra });
  }

  heartbeat(): void {
    this.say(taskEvents.heartbeat.type, this.fact());
  }

  artifact(overrides: Partial<ArtifactView> = {}): ArtifactView {
    const name = overrides.name ?? 'capture.pcap';
    return {
      artifact_id: systemIds.next(),
      session_id: this.run.session_id,
      target_id: this.run.target_id,
      kind: 'pcap',
      name,
      key: `${this.run.key_prefix}${name}`,
      size: 1_000,
      sha256: 'ab'.repeat(32),
      media_type: 'application/vnd.tcpdump.pcap',
      created_at: new Date(systemClock.now()).toISOString(),
      meta: { packets: 7 },
      ...overrides,
    };
  }

  store(artifact: ArtifactView): void {
    this.say(taskEvents.artifactStored.type, { ...this.fact(), artifact });
  }

  /** The whole road of a good capture. */
  complete(): void {
    this.advance('starting', 'capturing', 'stopping', 'collecting');
    const artifact = this.artifact();
    this.store(artifact);
    this.finish('completed', { artifacts: [artifact], metrics: { packets_captured: 7 } });
  }

  say(type: string, data: unknown, attributes: Partial<Envelope> = {}): string {
    return this.participant.publish(EXCHANGES.events, type, data, attributes);
  }
}

/** Stands in for the device-collector on the real broker, and records all it is told. */
export class FakeWorker {
  readonly orders: Envelope[] = [];
  readonly hints: Envelope[] = [];
  /** Field errors to answer the next checks with. */
  errors: Array<{ index: number; path: string; code: string; message: string }> = [];
  checks = 0;
  private rpcTag = '';

  private constructor(readonly participant: Participant) {}

  static async join(url: string): Promise<FakeWorker> {
    const worker = new FakeWorker(await Participant.join(url, 'capstan/device-collector'));
    await worker.participant.listen(EXCHANGES.control, (envelope) => worker.hints.push(envelope));
    await worker.participant.consume(queueOf('device-collector', 'commands'), (envelope) => worker.orders.push(envelope));
    await worker.answerChecks();
    return worker;
  }

  leave(): Promise<void> {
    return this.participant.leave();
  }

  /** Answers nothing any more, as a worker that is away. */
  async stopAnswering(): Promise<void> {
    await this.participant.channel.cancel(this.rpcTag);
    await this.participant.channel.deleteQueue(queueOf('device-collector', 'rpc'));
  }

  async answerChecks(): Promise<void> {
    const { channel } = this.participant;
    const queue = queueOf('device-collector', 'rpc');
    await channel.assertQueue(queue, { durable: true, arguments: { 'x-queue-type': 'classic', 'x-expires': 15_000 } });
    await channel.bindQueue(queue, EXCHANGES.rpc, 'device-collector');
    this.rpcTag = await this.participant.consume(queue, (envelope, message) => {
      if (envelope.type === checkTargets['device-collector'].type) {
        this.checks += 1;
        const body = Buffer.from(JSON.stringify({ data: { errors: this.errors } }));
        channel.publish('', String(message.properties.replyTo), body, { correlationId: message.properties.correlationId as string });
      }
    });
  }

  /** The tasks of a session's attempt, in the order of its targets, once they have been ordered. */
  async tasks(sessionId: string, count: number, attempt = 1): Promise<FakeTask[]> {
    const runs = await eventually(() => {
      const found = this.ordersOf(sessionId, 'run').filter((run) => run.attempt === attempt);
      if (found.length < count) {
        throw new Error(`${found.length} of ${count} tasks ordered`);
      }
      return found as RunTask[];
    });
    return runs.sort((left, right) => (left.key_prefix < right.key_prefix ? -1 : 1)).map((run) => new FakeTask(this.participant, run));
  }

  ordersOf<Verb extends keyof (typeof taskCommands)['device-collector']>(sessionId: string, verb: Verb): Array<DataOf<(typeof taskCommands)['device-collector'][Verb]>> {
    const { type } = taskCommands['device-collector'][verb];
    type Order = DataOf<(typeof taskCommands)['device-collector'][Verb]>;
    return this.orders.filter((order) => order.type === type && (order.data as Order).session_id === sessionId).map((order) => order.data as Order);
  }

  hintsOf(sessionId: string, hint: keyof typeof taskControls): Array<{ task_ids: string[]; t0?: string }> {
    return this.hints
      .filter((envelope) => envelope.type === taskControls[hint].type && (envelope.data as { session_id: string }).session_id === sessionId)
      .map((envelope) => envelope.data as { task_ids: string[]; t0?: string });
  }
}
