import { sessionEvents, taskCommands, taskControls } from '@capstan/contracts';
import { assertNever, isoTime } from '@capstan/kernel';
import { Outbox } from '@capstan/messaging';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { durationOf } from './engine/duration';
import type { EngineMessage, EngineTarget } from './engine/model';
import { keyPrefixOf } from './engine/naming';
import { summaryOf, targetViewOf, viewOf, type SessionIdentity } from './session-views';

/** What every message of a session carries besides its data. */
export interface MessageContext {
  readonly sessionId: string;
  readonly identity: SessionIdentity;
  readonly durationSec: number | null;
  readonly correlationId: string;
  /** All targets, as the decision left them. */
  readonly targets: readonly EngineTarget[];
}

type TaskOrder = Extract<EngineMessage, { type: 'run-task' | 'start-task' | 'stop-task' | 'cancel-task' }>;
type TaskHint = Extract<EngineMessage, { type: 'go' | 'stop-hint' | 'cancel-hint' }>;
type SessionFact = Extract<EngineMessage, { type: 'target-changed' | 'artifact-added' | 'state-changed' | 'finished' }>;

/** Puts an engine's messages on the wire, in the transaction of the decision. */
@Injectable()
export class SessionOutbox {
  constructor(private readonly outbox: Outbox) {}

  async send(manager: EntityManager, message: EngineMessage, context: MessageContext): Promise<void> {
    switch (message.type) {
      case 'run-task':
      case 'start-task':
      case 'stop-task':
      case 'cancel-task':
        return this.order(manager, message, context);
      case 'go':
      case 'stop-hint':
      case 'cancel-hint':
        return this.hint(manager, message, context);
      case 'target-changed':
      case 'artifact-added':
      case 'state-changed':
      case 'finished':
        return this.tell(manager, message, context);
      default:
        assertNever(message);
    }
  }

  private async order(manager: EntityManager, message: TaskOrder, context: MessageContext): Promise<void> {
    const { target } = message;
    const commands = taskCommands[target.worker];
    const ref = { task_id: target.taskId, session_id: context.sessionId, target_id: target.targetId, attempt: target.attempt };
    const options = { subject: ref.task_id, correlationId: context.correlationId, partitionKey: `${context.sessionId}/tasks` };
    switch (message.type) {
      case 'run-task':
        await this.outbox.add(manager, commands.run, { ...ref, ...runOf(target, context) }, options);
        return;
      case 'start-task':
        await this.outbox.add(manager, commands.start, { ...ref, t0: isoTime(message.t0) }, options);
        return;
      case 'stop-task':
        await this.outbox.add(manager, commands.stop, ref, options);
        return;
      case 'cancel-task':
        await this.outbox.add(manager, commands.cancel, ref, options);
        return;
      default:
        assertNever(message);
    }
  }

  private async hint(manager: EntityManager, message: TaskHint, context: MessageContext): Promise<void> {
    const data = { session_id: context.sessionId, task_ids: [...message.taskIds] };
    const options = { subject: context.sessionId, correlationId: context.correlationId, partitionKey: `${context.sessionId}/tasks` };
    if (message.type === 'go') {
      await this.outbox.add(manager, taskControls.go, { ...data, t0: isoTime(message.t0) }, options);
      return;
    }
    await this.outbox.add(manager, message.type === 'stop-hint' ? taskControls.stop : taskControls.cancel, data, options);
  }

  private async tell(manager: EntityManager, message: SessionFact, context: MessageContext): Promise<void> {
    const { sequence } = message;
    const session_id = context.sessionId;
    const options = factOptions(context, sequence);
    switch (message.type) {
      case 'target-changed':
        await this.outbox.add(manager, sessionEvents.targetChanged, { session_id, sequence, target: targetViewOf(session_id, message.target) }, options);
        return;
      case 'artifact-added':
        await this.outbox.add(manager, sessionEvents.artifactAdded, { session_id, sequence, artifact: message.artifact }, options);
        return;
      case 'state-changed':
        await this.outbox.add(manager, sessionEvents.stateChanged, { session: summaryOf(message.session, context.identity) }, options);
        return;
      case 'finished':
        await this.outbox.add(manager, sessionEvents.finished, { session: viewOf(message.session, context.identity, context.targets) }, options);
        return;
      default:
        assertNever(message);
    }
  }
}

/** Facts of a session stay in order among themselves, and so do orders under a key of their own: neither waits for the other. */
export function factOptions({ sessionId, correlationId }: Pick<MessageContext, 'sessionId' | 'correlationId'>, sequence?: number) {
  return { subject: sessionId, sequence, correlationId, partitionKey: sessionId };
}

function runOf(target: EngineTarget, { sessionId, durationSec }: MessageContext) {
  return {
    kind: target.kind,
    spec: { ...target.spec },
    duration_sec: durationOf({ durationSec }, target),
    deadlines: {
      start_by: isoTime(target.startBy),
      ready_by: isoTime(target.readyBy),
      close_within_sec: target.closeWithinMs / 1_000,
      close_by: isoTime(target.closeBy),
      heartbeat_sec: target.heartbeatMs / 1_000,
    },
    key_prefix: keyPrefixOf(sessionId, target, target.attempt),
  };
}
