import { z } from 'zod';
import { defineCommand, defineControl, defineEvent, defineRpc, type ServiceName } from '../envelope/definitions';
import { errorShape, isoTimestamp, uuid } from '../primitives';
import { artifactView } from '../sessions/session';
import { LIVE_TARGET_STATES } from '../sessions/states';

/** The services that execute tasks. A new one is one more name here, in SERVICES and in SUBSCRIPTIONS. */
export const WORKERS = ['device-collector', 'camera-service', 'sdr-acquirer'] as const satisfies readonly ServiceName[];
/** See {@link WORKERS}. */
export type WorkerName = (typeof WORKERS)[number];

/** The four deadlines of a task, as instants: a worker that was away can tell at once what is still worth doing. */
export const taskDeadlines = z.object({
  /** Schedule-to-start: claimed after this instant, the task is not begun. */
  start_by: isoTimestamp,
  /** By when the target must be ready. */
  ready_by: isoTimestamp,
  /** Start-to-close: seconds from claim to the terminal event, whatever happens. */
  close_within_sec: z.number(),
  /** Schedule-to-close. */
  close_by: isoTimestamp,
  /** Seconds without a sign of life after which the orchestrator counts the worker as lost. */
  heartbeat_sec: z.number(),
});
/** See {@link taskDeadlines}. */
export type TaskDeadlines = z.output<typeof taskDeadlines>;

const taskRef = z.object({ task_id: uuid, session_id: uuid, target_id: uuid, attempt: z.int().min(1) });
/** Which task, of which attempt. */
export type TaskRef = z.output<typeof taskRef>;

const runTask = taskRef.extend({
  kind: z.string(),
  /** Validated again by the worker with the schema of its kind. */
  spec: z.record(z.string(), z.unknown()),
  /** Seconds from the device's confirmation to the stop; null runs until told. */
  duration_sec: z.number().nullable(),
  deadlines: taskDeadlines,
  /** Object keys of this task's artifacts begin with this. */
  key_prefix: z.string(),
});
/** The order to work on a target. */
export type RunTask = z.output<typeof runTask>;

const startTask = taskRef.extend({ t0: isoTimestamp });
/** `order` grows with each of a target's pauses and resumptions, so that one that comes late undoes nothing. */
const pauseTask = taskRef.extend({ order: z.int().min(1) });

/** The orders an orchestrator gives to a worker. All leave a mark in the worker's own schema before they are acknowledged. */
export function defineTaskCommands(worker: WorkerName) {
  return {
    run: defineCommand(worker, 'run-task', 'Configure a target and hold it ready', runTask),
    start: defineCommand(worker, 'start-task', 'Start at T0; the durable twin of the control hint', startTask),
    pause: defineCommand(worker, 'pause-task', 'Hold still; only for kinds that may pause', pauseTask),
    resume: defineCommand(worker, 'resume-task', 'Go on after a pause', pauseTask),
    stop: defineCommand(worker, 'stop-task', 'End the capture and collect', taskRef),
    cancel: defineCommand(worker, 'cancel-task', 'Clean up and discard; wins even when it overtakes run-task', taskRef),
    discard: defineCommand(worker, 'discard-session', 'Remove what the worker keeps of a deleted session: objects, session-scoped credentials', z.object({ session_id: uuid, key_prefix: z.string() })),
  } as const;
}

function forEachWorker<Definition>(define: (worker: WorkerName) => Definition): Readonly<Record<WorkerName, Definition>> {
  return Object.fromEntries(WORKERS.map((worker) => [worker, define(worker)] as const)) as Record<WorkerName, Definition>;
}

/** Commands of each worker. */
export const taskCommands = forEachWorker(defineTaskCommands);

/** Asked before a session is stored: what is wrong with these targets, as far as the worker can tell without touching a device. */
export function defineCheckTargets(worker: WorkerName) {
  return defineRpc(worker, 'check-targets', 'Check targets without touching a device', {
    request: z.object({ targets: z.array(z.object({ kind: z.string(), spec: z.record(z.string(), z.unknown()) })) }),
    response: z.object({
      /** `index` of the target, and the path inside its spec. */
      errors: z.array(z.object({ index: z.int(), path: z.string(), code: z.string(), message: z.string() })),
    }),
  });
}

/** Check of each worker. */
export const checkTargets = forEachWorker(defineCheckTargets);

const taskFact = taskRef.extend({
  /** Token of the lease under which this was said; of two holders the larger is right. */
  fence: z.int().min(1),
  /** Grows with each fact of an attempt; folding ignores what is not newer. */
  sequence: z.int().min(1),
  at: isoTimestamp,
});

/** Facts a worker states about its task. Sequenced per attempt, kept in order per task by the outbox. */
export const taskEvents = {
  advanced: defineEvent(
    'task.advanced.v1',
    WORKERS,
    'A task entered a state, or has something to say about it',
    taskFact.extend({
      state: z.enum(LIVE_TARGET_STATES),
      message: z.string().nullish(),
      metrics: z.record(z.string(), z.number()).optional(),
      /** When the start line left the worker; with `capturing`. */
      start_sent_at: isoTimestamp.nullish(),
      /** When the device confirmed; with `capturing`. */
      started_at: isoTimestamp.nullish(),
      stopped_at: isoTimestamp.nullish(),
      /** Since when the target is paused; null when it goes on; left out where nothing changed. */
      paused_at: isoTimestamp.nullish(),
    }),
  ),
  artifactStored: defineEvent('task.artifact-stored.v1', WORKERS, 'An artifact is in the object store', taskFact.extend({ artifact: artifactView })),
  heartbeat: defineEvent('task.heartbeat.v1', WORKERS, 'The holder of a task is alive', taskFact),
  finished: defineEvent(
    'task.finished.v1',
    WORKERS,
    'The one last fact of an attempt',
    taskFact.extend({
      outcome: z.enum(['completed', 'failed', 'cancelled']),
      error: errorShape.nullish(),
      message: z.string().nullish(),
      metrics: z.record(z.string(), z.number()).optional(),
      stopped_at: isoTimestamp.nullish(),
      /**
       * Everything this attempt stored, once more: the last fact must be true by itself, even when it overtakes the
       * facts about the artifacts, so that a terminal session always has its whole bundle.
       */
      artifacts: z.array(artifactView).default([]),
      /** Whether anything had been captured; an attempt that had not may be repeated without loss. */
      capture_began: z.boolean(),
    }),
  ),
} as const;

/** Facts a worker states about a session as a whole, also after its end. */
export const sessionArtifactEvents = {
  stored: defineEvent(
    'session-artifacts.stored.v1',
    WORKERS,
    'Artifacts made of a whole session are in the object store, below its prefix; their target_id is null',
    z.object({ session_id: uuid, artifacts: z.array(artifactView), metrics: z.record(z.string(), z.number()).optional() }),
  ),
} as const;

/** Hints that reach every worker instance at once. */
export const taskControls = {
  go: defineControl('task.go.v1', 'Start these tasks at T0', z.object({ session_id: uuid, t0: isoTimestamp, task_ids: z.array(uuid) })),
  pause: defineControl('task.pause.v1', 'Look at the pause mark of these tasks', z.object({ session_id: uuid, task_ids: z.array(uuid) })),
  stop: defineControl('task.stop.v1', 'Look at the stop mark of these tasks', z.object({ session_id: uuid, task_ids: z.array(uuid) })),
  cancel: defineControl('task.cancel.v1', 'Look at the cancel mark of these tasks', z.object({ session_id: uuid, task_ids: z.array(uuid) })),
} as const;
