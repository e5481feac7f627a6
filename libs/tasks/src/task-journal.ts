import { type ArtifactView, AUDIT_BATCH, auditBatch, type LiveTargetState, sessionProgress, type TargetState } from '@capstan/contracts';
import { AppError, type Clock, isoTime, Serial } from '@capstan/kernel';
import { type Outbox, outgoing, type ProgressPublisher } from '@capstan/messaging';
import { rows, transaction } from '@capstan/persistence';
import type { DataSource, EntityManager } from 'typeorm';
import { type FactHeader, TaskFacts } from './task-facts';
import { leaseLost } from './task-leases.repository';
import type { Metrics, SentCommand, StateFields, TaskOutcome } from './task-outcome';
import type { TaskRow } from './task.entity';

/** What a journal works with. */
export interface JournalPorts {
  readonly dataSource: DataSource;
  readonly outbox: Outbox;
  readonly progress: Pick<ProgressPublisher, 'publish'>;
  readonly clock: Clock;
  /** Instance that holds the task. */
  readonly owner: string;
  /** Service whose commands the audit log shows. */
  readonly service: string;
}

/** Room for live numbers under one lease; a later holder's numbers always count as newer. */
const PROGRESS_PER_FENCE = 10_000_000;
const RETRY_MS = 500;

const BEFORE_CAPTURE: readonly string[] = ['pending', 'configuring', 'ready', 'starting'] satisfies TargetState[];

/**
 * The durable notes of one held task. Each write is one transaction: row, fact and audit together, or nothing. Every
 * write rejects with `LEASE_LOST` when somebody else holds the task by now; nothing was written then.
 */
export class TaskJournal {
  private readonly facts: TaskFacts;
  private readonly order = new Serial();
  private commands: SentCommand[] = [];
  private progressCount = 0;
  private artifacts: readonly ArtifactView[];
  private began: boolean;

  constructor(
    private readonly task: TaskRow,
    private readonly lost: AbortSignal,
    private readonly ports: JournalPorts,
  ) {
    this.facts = new TaskFacts(ports.outbox);
    this.artifacts = task.artifacts;
    this.began = !BEFORE_CAPTURE.includes(task.state);
  }

  /** Whether the task had got as far as capturing, under this or an earlier lease. */
  get captureBegan(): boolean {
    return this.began;
  }

  /** Everything this attempt has stored and told of. */
  get stored(): readonly ArtifactView[] {
    return this.artifacts;
  }

  /** Enters a state, or says something about the present one. */
  async advance(state: LiveTargetState, fields: StateFields = {}): Promise<void> {
    this.began ||= !BEFORE_CAPTURE.includes(state);
    await this.write(async (manager) => {
      const header = await this.next(manager, `state = $4`, [state]);
      await this.facts.advanced(manager, header, state, fields);
    });
  }

  /** Keeps what the next holder needs, in plain JSON; before the device is changed in a way it tells of. */
  async saveRemote(record: object): Promise<void> {
    await this.write((manager) => this.next(manager, `remote = $4`, [JSON.stringify(record)]));
  }

  /** Tells of stored artifacts and keeps the record, if there is one, together. */
  async collected(artifacts: readonly ArtifactView[], record?: object): Promise<void> {
    // An artifact stored again after a crash is the same artifact.
    const known = this.artifacts.filter((old) => !artifacts.some((artifact) => artifact.artifact_id === old.artifact_id));
    this.artifacts = [...known, ...artifacts];
    await this.write(async (manager) => {
      for (const artifact of artifacts) {
        await this.facts.artifactStored(manager, await this.next(manager, `artifacts = $4`, [JSON.stringify(this.artifacts)]), artifact);
      }
      if (record !== undefined) {
        await this.next(manager, `remote = $4`, [JSON.stringify(record)]);
      }
    });
  }

  /**
   * Remembers artifacts that only the last fact is to tell of: a fact each for thousands of chunks would hold up everything
   * else. Repeating is harmless.
   */
  async named(artifacts: readonly ArtifactView[]): Promise<void> {
    const known = this.artifacts.filter((old) => !artifacts.some((artifact) => artifact.artifact_id === old.artifact_id));
    this.artifacts = [...known, ...artifacts];
    await this.write((manager) => this.next(manager, `artifacts = $4`, [JSON.stringify(this.artifacts)]));
  }

  /** States the one last fact and lets go of the task. For the holder; an executor returns its outcome. */
  async finish(outcome: TaskOutcome): Promise<void> {
    await this.write(async (manager) => {
      const finishedAt = new Date(this.ports.clock.now());
      const header = await this.next(manager, `state = $4, outcome = $5, finished_at = $6, lease_owner = NULL, lease_until = NULL`, [outcome.outcome, JSON.stringify(outcome), finishedAt]);
      await this.facts.finished(manager, header, outcome, outcome.outcome === 'cancelled' ? [] : this.artifacts);
    });
  }

  /** Takes note of a command for the audit log; written with the next state. */
  audit(command: SentCommand): void {
    this.commands.push(command);
  }

  /** Shows live numbers; may be lost. */
  progress(metrics: Metrics, message?: string): void {
    const { session_id, target_id, attempt, fence } = this.task;
    this.progressCount += 1;
    this.ports.progress.publish(
      sessionProgress,
      { sessionId: session_id, targetId: target_id },
      {
        session_id,
        target_id,
        attempt,
        sequence: fence * PROGRESS_PER_FENCE + this.progressCount,
        time: isoTime(this.ports.clock.now()),
        metrics,
        ...(message === undefined ? {} : { message }),
      },
    );
  }

  /**
   * Writes in the order of the calls. A database that is away for a moment is waited for, as long as the lease lasts: a
   * capture must not end because of it.
   */
  private write<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.order.run(async () => {
      for (;;) {
        this.lost.throwIfAborted();
        const commands = this.commands;
        try {
          const result = await transaction(this.ports.dataSource, async (manager) => {
            const written = await work(manager);
            await this.recordCommands(manager, commands);
            return written;
          });
          this.commands = this.commands.slice(commands.length);
          return result;
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'DATABASE_UNAVAILABLE') {
            throw error;
          }
          await this.ports.clock.sleep(RETRY_MS, this.lost);
        }
      }
    });
  }

  /** Changes the row if it is still ours. `changes` may use parameters from $4 on. @throws AppError `LEASE_LOST` */
  private async next(manager: EntityManager, changes: string, values: readonly unknown[]): Promise<FactHeader> {
    const { task_id, session_id, target_id, attempt, fence } = this.task;
    const [row] = await rows<{ sequence: number }>(
      manager,
      `UPDATE tasks SET sequence = sequence + 1, ${changes} WHERE task_id = $1 AND lease_owner = $2 AND fence = $3 AND finished_at IS NULL RETURNING sequence`,
      [task_id, this.ports.owner, fence, ...values],
    );
    if (row === undefined) {
      throw leaseLost(task_id);
    }
    return { task_id, session_id, target_id, attempt, fence, sequence: row.sequence, at: this.ports.clock.now() };
  }

  private async recordCommands(manager: EntityManager, commands: readonly SentCommand[]): Promise<void> {
    const { task_id, session_id, target_id, spec } = this.task;
    const device = spec['host'] ?? spec['address'];
    const entries = commands.map(({ at, step, command }) => ({
      at: isoTime(at),
      actor: { type: 'service' as const, id: this.ports.service, name: this.ports.service },
      action: 'device.command',
      subject: typeof device === 'string' ? device : null,
      outcome: 'sent',
      details: { session_id, target_id, task_id, step, command },
    }));
    const batches = Array.from({ length: Math.ceil(entries.length / AUDIT_BATCH) }, (_, index) => entries.slice(index * AUDIT_BATCH, (index + 1) * AUDIT_BATCH));
    await this.ports.outbox.addAll(
      manager,
      batches.map((batch) => outgoing(auditBatch, { entries: batch }, { correlationId: session_id, partitionKey: task_id })),
    );
  }
}
