import { type ArtifactView, type DataOf, type LiveTargetState, taskEvents } from '@capstan/contracts';
import { isoTime } from '@capstan/kernel';
import type { Outbox } from '@capstan/messaging';
import type { EntityManager } from 'typeorm';
import type { StateFields, TaskOutcome } from './task-outcome';

/** Which task a fact is about, under which lease, and its number. */
export interface FactHeader {
  readonly task_id: string;
  readonly session_id: string;
  readonly target_id: string;
  readonly attempt: number;
  readonly fence: number;
  readonly sequence: number;
  /** Unix milliseconds. */
  readonly at: number;
}

/** Puts facts about tasks into the outbox, in order per task. */
export class TaskFacts {
  constructor(private readonly outbox: Outbox) {}

  async advanced(manager: EntityManager, header: FactHeader, state: LiveTargetState, fields: StateFields): Promise<void> {
    await this.outbox.add(
      manager,
      taskEvents.advanced,
      {
        ...wire(header),
        state,
        ...(fields.message === undefined ? {} : { message: fields.message }),
        ...(fields.metrics === undefined ? {} : { metrics: fields.metrics }),
        ...instant('start_sent_at', fields.startSentAt),
        ...instant('started_at', fields.startedAt),
        ...instant('stopped_at', fields.stoppedAt),
        ...(fields.pausedAt === undefined ? {} : { paused_at: fields.pausedAt === null ? null : isoTime(fields.pausedAt) }),
      },
      options(header),
    );
  }

  async artifactStored(manager: EntityManager, header: FactHeader, artifact: ArtifactView): Promise<void> {
    await this.outbox.add(manager, taskEvents.artifactStored, { ...wire(header), artifact }, options(header));
  }

  async heartbeat(manager: EntityManager, header: FactHeader): Promise<void> {
    await this.outbox.add(manager, taskEvents.heartbeat, wire(header), options(header));
  }

  async finished(manager: EntityManager, header: FactHeader, outcome: TaskOutcome, artifacts: readonly ArtifactView[]): Promise<void> {
    await this.outbox.add(
      manager,
      taskEvents.finished,
      {
        ...wire(header),
        outcome: outcome.outcome,
        ...(outcome.error === undefined ? {} : { error: outcome.error }),
        ...(outcome.message === undefined ? {} : { message: outcome.message }),
        metrics: outcome.metrics,
        ...instant('stopped_at', outcome.stoppedAt),
        artifacts: [...artifacts],
        capture_began: outcome.captureBegan,
      },
      options(header),
    );
  }
}

function wire(header: FactHeader): DataOf<typeof taskEvents.heartbeat> {
  return { ...header, at: isoTime(header.at) };
}

function options(header: FactHeader) {
  return { subject: header.task_id, sequence: header.sequence, correlationId: header.session_id, partitionKey: header.task_id };
}

function instant<Name extends string>(name: Name, unixMs: number | undefined): { [key in Name]?: string } {
  return unixMs === undefined ? {} : ({ [name]: isoTime(unixMs) } as { [key in Name]: string });
}
