import { sessionEvents, taskCommands, taskControls } from '@capstan/contracts';
import { assertNever, isoTime } from '@capstan/kernel';
import { outgoing, type OutgoingMessage } from '@capstan/messaging';
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

type TaskOrder = Extract<EngineMessage, { type: 'run-task' | 'start-task' | 'stop-task' | 'cancel-task' | 'pause-task' | 'resume-task' }>;
type TaskHint = Extract<EngineMessage, { type: 'go' | 'stop-hint' | 'cancel-hint' | 'pause-hint' }>;
type SessionFact = Extract<EngineMessage, { type: 'target-changed' | 'artifact-added' | 'state-changed' | 'finished' }>;

/** An engine's message as it goes on the wire. */
export function wireMessage(message: EngineMessage, context: MessageContext): OutgoingMessage {
  switch (message.type) {
    case 'run-task':
    case 'start-task':
    case 'stop-task':
    case 'cancel-task':
    case 'pause-task':
    case 'resume-task':
      return orderOf(message, context);
    case 'go':
    case 'stop-hint':
    case 'cancel-hint':
    case 'pause-hint':
      return hintOf(message, context);
    case 'target-changed':
    case 'artifact-added':
    case 'state-changed':
    case 'finished':
      return factOf(message, context);
    default:
      return assertNever(message);
  }
}

function orderOf(message: TaskOrder, context: MessageContext): OutgoingMessage {
  const { target } = message;
  const commands = taskCommands[target.worker];
  const ref = { task_id: target.taskId, session_id: context.sessionId, target_id: target.targetId, attempt: target.attempt };
  const options = { subject: ref.task_id, correlationId: context.correlationId, partitionKey: `${context.sessionId}/tasks` };
  switch (message.type) {
    case 'run-task':
      return outgoing(commands.run, { ...ref, ...runOf(target, context) }, options);
    case 'start-task':
      return outgoing(commands.start, { ...ref, t0: isoTime(message.t0) }, options);
    case 'stop-task':
      return outgoing(commands.stop, ref, options);
    case 'cancel-task':
      return outgoing(commands.cancel, ref, options);
    case 'pause-task':
      return outgoing(commands.pause, { ...ref, order: message.order }, options);
    case 'resume-task':
      return outgoing(commands.resume, { ...ref, order: message.order }, options);
    default:
      return assertNever(message);
  }
}

function hintOf(message: TaskHint, context: MessageContext): OutgoingMessage {
  const data = { session_id: context.sessionId, task_ids: [...message.taskIds] };
  // A key of its own: a hint must not wait for the orders that say the same, nor the other way round.
  const options = { subject: context.sessionId, correlationId: context.correlationId, partitionKey: `${context.sessionId}/hints` };
  switch (message.type) {
    case 'go':
      return outgoing(taskControls.go, { ...data, t0: isoTime(message.t0) }, options);
    case 'stop-hint':
      return outgoing(taskControls.stop, data, options);
    case 'cancel-hint':
      return outgoing(taskControls.cancel, data, options);
    case 'pause-hint':
      return outgoing(taskControls.pause, data, options);
    default:
      return assertNever(message);
  }
}

function factOf(message: SessionFact, context: MessageContext): OutgoingMessage {
  const { sequence } = message;
  const session_id = context.sessionId;
  const options = factOptions(context, sequence);
  switch (message.type) {
    case 'target-changed':
      return outgoing(sessionEvents.targetChanged, { session_id, sequence, target: targetViewOf(session_id, message.target) }, options);
    case 'artifact-added':
      return outgoing(sessionEvents.artifactAdded, { session_id, sequence, artifact: message.artifact }, options);
    case 'state-changed':
      return outgoing(sessionEvents.stateChanged, { session: summaryOf(message.session, context.identity) }, options);
    case 'finished':
      return outgoing(sessionEvents.finished, { session: viewOf(message.session, context.identity, context.targets) }, options);
    default:
      return assertNever(message);
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
