import type { RunTask, TaskRef } from '@capstan/contracts';
import { type Clock } from '@capstan/kernel';
import { currentTraceparent, Outbox } from '@capstan/messaging';
import { rows } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { TaskFacts } from './task-facts';
import { notifyTask } from './task-notification';
import { TASK_OPTIONS, type TaskOptions } from './task-options';
import type { TaskRow } from './task.entity';

/** Who marks a task, and with what. */
type Mark = 'stop_requested_at' | 'cancel_requested_at';

/** What orders leave in the table. Everything happens in the transaction of the delivery. */
@Injectable()
export class TaskInbox {
  private readonly facts: TaskFacts;

  constructor(
    outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(TASK_OPTIONS) private readonly options: TaskOptions,
  ) {
    this.facts = new TaskFacts(outbox);
  }

  /** Takes a task on; one whose cancellation came first is over at once. */
  async run(manager: EntityManager, task: RunTask): Promise<void> {
    const now = new Date(this.clock.now());
    const queued = this.options.queuedKinds?.includes(task.kind) === true;
    // Both sides insert before they look, so that one of them sees the other whichever comes first.
    const [inserted] = await rows<TaskRow>(
      manager,
      `INSERT INTO tasks (task_id, session_id, target_id, attempt, kind, spec, duration_sec, deadlines, key_prefix, state, created_at, admitted_at, traceparent)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending', $10, $11, $12) ON CONFLICT (task_id) DO NOTHING RETURNING *`,
      [task.task_id, task.session_id, task.target_id, task.attempt, task.kind, JSON.stringify(task.spec), task.duration_sec, JSON.stringify(task.deadlines), task.key_prefix, now, queued ? null : now, currentTraceparent() ?? null],
    );
    if (inserted === undefined) {
      return;
    }
    await this.lock(manager, task.task_id);
    const [tombstone] = await rows(manager, `DELETE FROM task_tombstones WHERE task_id = $1 RETURNING task_id`, [task.task_id]);
    if (tombstone !== undefined) {
      await this.finishUntouched(manager, inserted);
      return;
    }
    if (!queued) {
      await notifyTask(manager, this.options.worker, task.task_id);
    }
  }

  /** @returns false when the task is not known yet */
  async startAt(manager: EntityManager, { task_id: taskId }: TaskRef, t0: string): Promise<boolean> {
    const found = await rows(manager, `UPDATE tasks SET t0 = COALESCE(t0, $2) WHERE task_id = $1 RETURNING task_id`, [taskId, t0]);
    if (found.length > 0) {
      await notifyTask(manager, this.options.worker, taskId);
    }
    return found.length > 0;
  }

  /** Holds the work still. @returns false when the task is not known yet */
  pause(manager: EntityManager, { task_id: taskId }: TaskRef, order: number): Promise<boolean> {
    return this.pauseMark(manager, taskId, order, `paused_at = COALESCE(paused_at, now())`);
  }

  /** Lets the work go on. @returns false when the task is not known yet */
  resume(manager: EntityManager, { task_id: taskId }: TaskRef, order: number): Promise<boolean> {
    return this.pauseMark(manager, taskId, order, `paused_ms = paused_ms + COALESCE(EXTRACT(EPOCH FROM now() - paused_at) * 1000, 0), paused_at = NULL`);
  }

  /** Keeps the data that is there; a task that nobody works on yet has none. */
  stop(manager: EntityManager, ref: TaskRef): Promise<void> {
    return this.mark(manager, ref, 'stop_requested_at');
  }

  /** Discards. Wins also when it comes before the task. */
  cancel(manager: EntityManager, ref: TaskRef): Promise<void> {
    return this.mark(manager, ref, 'cancel_requested_at');
  }

  private async pauseMark(manager: EntityManager, taskId: string, order: number, changes: string): Promise<boolean> {
    const marked = await rows(manager, `UPDATE tasks SET pause_order = $2, ${changes} WHERE task_id = $1 AND pause_order < $2 RETURNING task_id`, [taskId, order]);
    if (marked.length > 0) {
      await notifyTask(manager, this.options.worker, taskId);
      return true;
    }
    return (await rows(manager, `SELECT 1 AS one FROM tasks WHERE task_id = $1`, [taskId])).length > 0;
  }

  private async mark(manager: EntityManager, { task_id: taskId }: TaskRef, mark: Mark): Promise<void> {
    const now = new Date(this.clock.now());
    await this.lock(manager, taskId);
    const [task] = await rows<TaskRow>(manager, `UPDATE tasks SET ${mark} = COALESCE(${mark}, $2) WHERE task_id = $1 RETURNING *`, [taskId, now]);
    if (task === undefined) {
      await rows(manager, `INSERT INTO task_tombstones (task_id, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, [taskId, now]);
      return;
    }
    if (task.finished_at === null && task.fence === 0) {
      await this.finishUntouched(manager, task);
      return;
    }
    await notifyTask(manager, this.options.worker, taskId);
  }

  /** Nobody has worked on it, so there is nothing to clean. */
  private async finishUntouched(manager: EntityManager, task: TaskRow): Promise<void> {
    const outcome = { outcome: 'cancelled', metrics: {}, captureBegan: false } as const;
    const now = this.clock.now();
    const [finished] = await rows<TaskRow>(
      manager,
      `UPDATE tasks SET state = 'cancelled', outcome = $2, finished_at = $3, fence = 1, sequence = sequence + 1 WHERE task_id = $1 AND finished_at IS NULL RETURNING *`,
      [task.task_id, JSON.stringify(outcome), new Date(now)],
    );
    if (finished !== undefined) {
      const { task_id, session_id, target_id, attempt, fence, sequence } = finished;
      await this.facts.finished(manager, { task_id, session_id, target_id, attempt, fence, sequence, at: now }, outcome, []);
    }
  }

  /** Makes a task and its tombstone wait for each other although neither row may exist yet. */
  private async lock(manager: EntityManager, taskId: string): Promise<void> {
    await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [`${this.options.worker}.task.${taskId}`]);
  }
}
