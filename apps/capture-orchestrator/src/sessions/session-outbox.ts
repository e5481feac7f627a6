import { sessionEvents, taskCommands, taskControls, type TaskRef } from '@capstan/contracts';
import { assertNever, isoTime } from '@capstan/kernel';
import { Outbox } from '@capstan/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { EngineMessage, EngineTarget } from './engine/model';
import { keyPrefixOf } from './engine/naming';
import { summaryOf, targetViewOf, viewOf, type SessionIdentity } from './session-views';

/** What every message of a session carries besides its data. */
export interface MessageContext {
  readonly sessionId: string;
  readonly identity: SessionIdentity;
  readonly durationSec: number | null;
  readonly correlationId: string;
  /** Id of the message that led to the decision. */
  readonly causationId?: string;
  /** All targets, as the decision left them. */
  readonly targets: readonly EngineTarget[];
}

/** Puts an engine's messages on the wire, in the transaction of the decision. */
@Injectable()
export class SessionOutbox {
  constructor(private readonly outbox: Outbox) {}

  async send(manager: EntityManager, message: EngineMessage, context: MessageContext): Promise<void> {
    switch (message.type) {
      case 'run-task':
        return this.run(manager, message.target, context);
      case 'start-task':
        return this.order(manager, message.target, context, (ref) =>
          this.outbox.add(manager, taskCommands[message.target.worker].start, { ...ref, t0: isoTime(message.t0) }, orderOptions(ref, context)),
        );
      case 'stop-task':
        return this.order(manager, message.target, context, (ref) => this.outbox.add(manager, taskCommands[message.target.worker].stop, ref, orderOptions(ref, context)));
      case 'cancel-task':
        return this.order(manager, message.target, context, (ref) => this.outbox.add(manager, taskCommands[message.target.worker].cancel, ref, orderOptions(ref, context)));
      case 'go':
        await this.outbox.add(manager, taskControls.go, { session_id: context.sessionId, t0: isoTime(message.t0), task_ids: [...message.taskIds] }, hintOptions(context));
        return;
      case 'stop-hint':
        await this.outbox.add(manager, taskControls.stop, { session_id: context.sessionId, task_ids: [...message.taskIds] }, hintOptions(context));
        return;
      case 'cancel-hint':
        await this.outbox.add(manager, taskControls.cancel, { session_id: context.sessionId, task_ids: [...message.taskIds] }, hintOptions(context));
        return;
      case 'target-changed': {
        const data = { session_id: context.sessionId, sequence: message.sequence, target: targetViewOf(context.sessionId, message.target) };
        await this.outbox.add(manager, sessionEvents.targetChanged, data, factOptions(context, message.sequence));
        return;
      }
      case 'artifact-added': {
        const data = { session_id: context.sessionId, sequence: message.sequence, artifact: message.artifact };
        await this.outbox.add(manager, sessionEvents.artifactAdded, data, factOptions(context, message.sequence));
        return;
      }
      case 'state-changed':
        await this.outbox.add(manager, sessionEvents.stateChanged, { session: summaryOf(message.session, context.identity) }, factOptions(context, message.sequence));
        return;
      case 'finished':
        await this.outbox.add(manager, sessionEvents.finished, { session: viewOf(message.session, context.identity, context.targets) }, factOptions(context, message.sequence));
        return;
      default:
        assertNever(message);
    }
  }

  private async run(manager: EntityManager, target: EngineTarget, context: MessageContext): Promise<void> {
    const ref = refOf(target, context);
    const deadlines = {
      start_by: isoTime(target.startBy),
      ready_by: isoTime(target.readyBy),
      close_within_sec: target.closeWithinMs / 1_000,
      close_by: isoTime(target.closeBy),
      heartbeat_sec: target.heartbeatMs / 1_000,
    };
    await this.outbox.add(
      manager,
      taskCommands[target.worker].run,
      {
        ...ref,
        kind: target.kind,
        spec: { ...target.spec },
        duration_sec: context.durationSec,
        deadlines,
        key_prefix: keyPrefixOf(context.sessionId, target, target.attempt),
      },
      orderOptions(ref, context),
    );
  }

  private async order(manager: EntityManager, target: EngineTarget, context: MessageContext, add: (ref: TaskRef) => Promise<string>): Promise<void> {
    await add(refOf(target, context));
  }
}

function refOf(target: EngineTarget, { sessionId }: MessageContext): TaskRef {
  return { task_id: target.taskId, session_id: sessionId, target_id: target.targetId, attempt: target.attempt };
}

/** Facts of a session stay in order among themselves, and so do orders: neither waits for the other. */
export function factOptions(context: Pick<MessageContext, 'sessionId' | 'correlationId' | 'causationId'>, sequence?: number) {
  const { sessionId, correlationId, causationId } = context;
  return { subject: sessionId, sequence, correlationId, causationId, partitionKey: sessionId };
}

function orderOptions(ref: TaskRef, context: MessageContext) {
  return { subject: ref.task_id, correlationId: context.correlationId, causationId: context.causationId, partitionKey: `${context.sessionId}/tasks` };
}

function hintOptions(context: MessageContext) {
  return { ...factOptions(context), partitionKey: `${context.sessionId}/tasks` };
}
