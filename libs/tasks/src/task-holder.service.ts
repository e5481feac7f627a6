import { AppError, type Clock } from '@capstan/kernel';
import { inSpan, Outbox, ProgressPublisher, runInMessageContext } from '@capstan/messaging';
import type { ObjectStore } from '@capstan/object-store';
import { listen } from '@capstan/persistence';
import { CLOCK, LONG_SECONDS, Metrics, OBJECT_STORE, SERVICE, type ServiceIdentity } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { TaskArtifacts } from './artifacts/task-artifacts.client';
import { DeviceLocks } from './device-locks.repository';
import { TaskControl } from './task-control';
import { TASK_EXECUTORS, type TaskExecutor } from './task-executor';
import { TaskJournal } from './task-journal';
import { type HeldLease, LEASE_SEC, TaskLeases } from './task-leases.repository';
import { taskChannel } from './task-notification';
import { TASK_OPTIONS, type TaskOptions } from './task-options';
import type { TaskOutcome } from './task-outcome';
import { placesFor } from './task-share';
import type { TaskRow } from './task.entity';

/** A task that is being worked on here. */
interface HeldTask extends HeldLease {
  readonly control: TaskControl;
  readonly ended: Promise<void>;
}

const LOOK_EVERY_MS = 2_000;
const RENEW_EVERY_MS = 5_000;
const RENEW_AGAIN_MS = 1_000;
const LET_GO_MS = 8_000;
/** Of waiting before the next claim, for each task that is held: who holds less is quicker. */
const YIELD_MS_PER_TASK = 0.5;
const MAX_YIELD_MS = 20;
/** For which tasks are left to others that hold less; they may have no free place, or be gone. */
const LEAVE_TO_OTHERS_MS = 100;
/** The worker's own database was away: nothing is wrong with the target, and whoever holds the task next does it anew. */
const NOT_THE_TARGETS_FAULT = 'DATABASE_UNAVAILABLE';
const HANDED_BACK = 'HANDED_BACK';
/** Claims after which it is stated all the same. */
const DONE_ANEW_UNTIL = 3;
/** A task that takes its holder down each time must not go round for ever. */
const MAX_CLAIMS = 50;

/**
 * Holds tasks: claims them while there are free places, renews their leases, and lets go of them, either because they are
 * over, or because this process ends, or because the database could not be asked for so long that somebody else may hold
 * them by now.
 */
@Injectable()
export class TaskHolder implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(TaskHolder.name);
  private readonly held = new Map<string, HeldTask>();
  private readonly stopping = new AbortController();
  private loops: Promise<unknown> = Promise.resolve();
  private wake: () => void = () => undefined;
  /** By the monotonic clock: until then the leases last for certain. */
  private safeUntil = 0;
  private readonly finishedTasks;
  private readonly leaseEvents;
  private readonly waited;
  private readonly worked;

  constructor(
    private readonly dataSource: DataSource,
    private readonly leases: TaskLeases,
    private readonly devices: DeviceLocks,
    private readonly outbox: Outbox,
    private readonly progress: ProgressPublisher,
    @Inject(TASK_EXECUTORS) private readonly executors: readonly TaskExecutor[],
    @Inject(TASK_OPTIONS) private readonly options: TaskOptions,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SERVICE) private readonly identity: ServiceIdentity,
    metrics: Metrics,
  ) {
    this.finishedTasks = metrics.counter('capstan_tasks_finished_total', 'Tasks that ended here, by outcome and error code', ['kind', 'outcome', 'code']);
    this.leaseEvents = metrics.counter('capstan_task_leases_total', 'Leases of tasks, by what became of them: claimed, taken_over from a holder that was lost, lost, handed_back', ['event']);
    this.waited = metrics.duration('capstan_task_wait_seconds', 'From the arrival of a task to its first claim', ['kind'], LONG_SECONDS);
    this.worked = metrics.duration('capstan_task_seconds', 'From the first claim of a task to its end', ['kind', 'outcome'], LONG_SECONDS);
    metrics.gauge('capstan_tasks_held', 'Tasks this process works on', [], (gauge) => gauge.set(this.held.size));
    metrics.gauge('capstan_tasks_waiting', 'Tasks that wait for a free place in any process', [], async (gauge) => gauge.set(await this.leases.waiting()));
  }

  onApplicationBootstrap(): void {
    const { signal } = this.stopping;
    this.safeUntil = this.clock.monotonic() + LEASE_SEC * 1_000;
    this.loops = Promise.all([
      this.claimLoop(signal),
      this.renewLoop(signal),
      this.expiryLoop(signal),
      listen(this.options.databaseUrl, taskChannel(this.options.worker), (taskId) => this.onNotify(taskId), { signal, applicationName: `${this.identity.instance}-tasks` }),
    ]);
  }

  /** Hands everything back: captures go on on their devices, and the next holder finds them there. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort(new AppError('SHUTTING_DOWN', 'The worker shuts down', { retryable: true }));
    await this.loops;
    const held = [...this.held.values()];
    if (held.length === 0) {
      return;
    }
    for (const task of held) {
      task.control.lose(new AppError(HANDED_BACK, 'The worker shuts down', { retryable: true }));
    }
    const limit = new AbortController();
    await Promise.race([Promise.all(held.map((task) => task.ended)), this.clock.sleep(LET_GO_MS, limit.signal).catch(() => undefined)]);
    limit.abort();
    this.leaseEvents.inc({ event: 'handed_back' }, held.length);
    await this.leases.release(held).catch((error: unknown) => this.logger.warn('Tasks could not be handed back; their leases will run out', error));
    this.logger.log(`Handed back ${held.length} tasks`);
  }

  /** A hint: these tasks start at T0. */
  startAt(taskIds: readonly string[], t0: number): void {
    for (const taskId of taskIds) {
      this.held.get(taskId)?.control.startAt(t0);
    }
  }

  /** A hint: somebody left a mark on these tasks. */
  async look(taskIds: readonly string[]): Promise<void> {
    for (const taskId of taskIds) {
      const task = this.held.get(taskId);
      const marks = task === undefined ? undefined : await this.leases.marks(taskId);
      if (marks !== undefined) {
        task?.control.apply(marks);
      }
    }
  }

  /** A hint: these tasks are cancelled. What waits is not begun any more. */
  async forestall(taskIds: readonly string[]): Promise<void> {
    if (this.options.queuedKinds !== undefined && this.options.queuedKinds.length > 0) {
      await this.leases.markCancelled(taskIds);
    }
  }

  private onNotify(taskId: string): void {
    if (taskId === '' || !this.held.has(taskId)) {
      this.wake();
      return;
    }
    this.look([taskId]).catch((error: unknown) => this.logger.warn('The marks of a task could not be read', error));
  }

  private async claimLoop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const woken = new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      try {
        await this.claim();
      } catch (error) {
        this.logger.warn('Tasks could not be claimed', error);
      }
      const pause = new AbortController();
      const sleep = this.clock.sleep(LOOK_EVERY_MS, AbortSignal.any([signal, pause.signal])).catch(() => undefined);
      await Promise.race([sleep, woken]);
      pause.abort();
    }
  }

  private async claim(): Promise<void> {
    const { signal } = this.stopping;
    for (let leftToOthers = false; !signal.aborted; ) {
      await this.clock.sleep(Math.min(MAX_YIELD_MS, this.held.size * YIELD_MS_PER_TASK), signal).catch(() => undefined);
      const free = this.options.slots - this.held.size;
      const load = free > 0 ? await this.leases.load() : undefined;
      if (load === undefined || load.waiting === 0) {
        return;
      }
      const places = placesFor(load, free);
      if (places === 0 && !leftToOthers) {
        leftToOthers = true;
        await this.clock.sleep(LEAVE_TO_OTHERS_MS, signal).catch(() => undefined);
        continue;
      }
      leftToOthers = false;
      const askedAt = this.clock.monotonic();
      const claimed = await this.leases.claim(Math.max(1, places));
      if (this.held.size === 0) {
        this.safeUntil = askedAt + LEASE_SEC * 1_000;
      }
      for (const task of claimed) {
        this.begin(task);
      }
      if (claimed.length === load.waiting) {
        return;
      }
    }
  }

  private begin(task: TaskRow): void {
    this.leaseEvents.inc({ event: task.fence === 1 ? 'claimed' : 'taken_over' });
    if (task.fence === 1) {
      this.waited.observe({ kind: task.kind }, secondsSince(task.admitted_at ?? task.created_at, this.clock.now()));
    }
    const control = new TaskControl();
    control.apply(task);
    const journal = new TaskJournal(task, control.lost, {
      dataSource: this.dataSource,
      outbox: this.outbox,
      progress: this.progress,
      clock: this.clock,
      owner: this.identity.instance,
      service: this.options.worker,
    });
    // Log lines, messages and spans of the work belong to whoever ordered it.
    const { session_id: correlationId, traceparent } = task;
    const work = (): Promise<void> => this.work(task, control, journal);
    const ended = runInMessageContext({ correlationId, ...(traceparent === null ? {} : { traceparent }) }, () =>
      inSpan(`task ${task.kind}`, { ...(traceparent === null ? {} : { traceparent }), attributes: { 'capstan.task': task.task_id, 'capstan.session': correlationId } }, work),
    ).finally(() => {
      // A later lease of the same task may be here already.
      if (this.held.get(task.task_id)?.control === control) {
        this.held.delete(task.task_id);
      }
      this.executors.find(({ kind }) => kind === task.kind)?.settled?.(task);
      this.wake();
    });
    this.held.set(task.task_id, { taskId: task.task_id, fence: task.fence, control, ended });
  }

  private async work(task: TaskRow, control: TaskControl, journal: TaskJournal): Promise<void> {
    const context = { task_id: task.task_id, session_id: task.session_id, fence: task.fence };
    try {
      const outcome = await this.outcomeOf(task, control, journal);
      await journal.finish(outcome);
      this.worked.observe({ kind: task.kind, outcome: outcome.outcome }, secondsSince(task.claimed_at ?? task.created_at, this.clock.now()));
      this.finishedTasks.inc({ kind: task.kind, outcome: outcome.outcome, code: outcome.error?.code ?? '' });
      this.logger.log(`Task ${outcome.outcome}`, { ...context, code: outcome.error?.code });
    } catch (error) {
      const { code } = AppError.from(error);
      if (code === HANDED_BACK && !control.lost.aborted) {
        this.logger.warn('The database was away while a task needed it; it is handed back', context);
        await this.handBack({ taskId: task.task_id, fence: task.fence }, control.lost);
      } else if (control.lost.aborted || code === 'LEASE_LOST') {
        if (!this.stopping.signal.aborted) {
          this.leaseEvents.inc({ event: 'lost' });
        }
        this.logger.warn(`Let go of a task: ${code}`, context);
      } else {
        this.logger.error('A task could not be brought to its end here', error, context);
        const failed = { outcome: 'failed', error: new AppError('INTERNAL_ERROR', 'The worker met an unexpected error').toShape(), metrics: {}, captureBegan: journal.captureBegan } as const;
        await journal.finish(failed).catch((again: unknown) => this.logger.error('Nor could its failure be stated', again, context));
      }
    }
  }

  /** As soon as the database answers again; when it does not, the lease runs out. */
  private async handBack(lease: HeldLease, lost: AbortSignal): Promise<void> {
    while (!lost.aborted) {
      await this.clock.sleep(RENEW_AGAIN_MS, lost).catch(() => undefined);
      try {
        await this.leases.release([lease]);
        this.leaseEvents.inc({ event: 'handed_back' });
        return;
      } catch (error) {
        this.logger.warn('A task could not be handed back', error);
      }
    }
  }

  private async outcomeOf(task: TaskRow, control: TaskControl, journal: TaskJournal): Promise<TaskOutcome> {
    if (task.fence === 1 && new Date(task.deadlines.start_by).getTime() < this.clock.now()) {
      const error = new AppError('WORKER_UNAVAILABLE', 'No worker had a free place in time', { retryable: true });
      return { outcome: 'failed', error: error.toShape(), metrics: {}, captureBegan: false };
    }
    if (task.fence > MAX_CLAIMS) {
      const error = new AppError('WORKER_LOST', `The task was lost ${MAX_CLAIMS} times`);
      return { outcome: 'failed', error: error.toShape(), metrics: {}, captureBegan: journal.captureBegan };
    }
    const executor = this.executors.find(({ kind }) => kind === task.kind);
    if (executor === undefined) {
      const error = new AppError('KIND_UNKNOWN', `This worker does not know targets of kind ${task.kind}`);
      return { outcome: 'failed', error: error.toShape(), metrics: {}, captureBegan: false };
    }
    const handsBack = (error: unknown): boolean => (error as { code?: unknown } | undefined)?.code === NOT_THE_TARGETS_FAULT && task.fence < DONE_ANEW_UNTIL;
    const artifacts = new TaskArtifacts(this.store, this.clock, { taskId: task.task_id, sessionId: task.session_id, targetId: task.target_id, keyPrefix: task.key_prefix, fence: task.fence });
    try {
      const outcome = await executor.execute({ task, control, journal, artifacts, reserve: (device, wait) => this.devices.reserve(task, device, wait), handsBack });
      if (outcome.outcome === 'failed' && handsBack(outcome.error)) {
        throw handedBack();
      }
      return outcome;
    } catch (error) {
      control.lost.throwIfAborted();
      if (!(error instanceof AppError) || error.code === 'LEASE_LOST' || error.code === HANDED_BACK) {
        throw error;
      }
      if (handsBack(error)) {
        throw handedBack(error);
      }
      return { outcome: 'failed', error: error.toShape(), metrics: {}, captureBegan: journal.captureBegan };
    }
  }

  private async renewLoop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const ok = await this.renew().catch((error: unknown) => {
        this.logger.warn('Leases could not be renewed', error);
        return false;
      });
      await this.clock.sleep(ok ? RENEW_EVERY_MS : RENEW_AGAIN_MS, signal).catch(() => undefined);
    }
  }

  private async renew(): Promise<boolean> {
    const held = [...this.held.values()];
    const askedAt = this.clock.monotonic();
    if (held.length === 0) {
      this.safeUntil = askedAt + LEASE_SEC * 1_000;
      return true;
    }
    const renewed = new Map((await this.leases.renew(held)).map((task) => [task.task_id, task]));
    this.safeUntil = askedAt + LEASE_SEC * 1_000;
    for (const task of held) {
      const marks = renewed.get(task.taskId);
      if (marks !== undefined) {
        task.control.apply(marks);
      } else if (this.held.get(task.taskId) === task) {
        task.control.lose(new AppError('LEASE_LOST', 'The task is held by another worker by now'));
      }
    }
    await this.leases.heartbeats(held);
    return true;
  }

  /** Lets go in time even when the database does not answer at all. */
  private async expiryLoop(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.held.size > 0 && this.clock.monotonic() > this.safeUntil) {
        for (const task of this.held.values()) {
          task.control.lose(new AppError('LEASE_LOST', 'The lease could not be renewed in time'));
        }
      }
      await this.clock.sleep(500, signal).catch(() => undefined);
    }
  }
}

function handedBack(cause?: AppError): AppError {
  return new AppError(HANDED_BACK, 'The database was away', { retryable: true, cause });
}

/** Never negative: two machines' clocks may differ. */
function secondsSince(instant: Date, now: number): number {
  return Math.max(0, now - instant.getTime()) / 1_000;
}
