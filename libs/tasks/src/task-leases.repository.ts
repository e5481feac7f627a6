import { AppError, type Clock } from '@capstan/kernel';
import { Outbox } from '@capstan/messaging';
import { rows, transaction } from '@capstan/persistence';
import { CLOCK, SERVICE, type ServiceIdentity } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { TaskMarks } from './task-control';
import { TaskFacts } from './task-facts';
import { notifyTask } from './task-notification';
import { TASK_OPTIONS, type TaskOptions } from './task-options';
import type { TaskLoad } from './task-share';
import type { TaskRow } from './task.entity';

/** Seconds a claim lasts unless it is renewed; by the database's clock. */
export const LEASE_SEC = 15;

/** A task's lease as its holder knows it. */
export interface HeldLease {
  readonly taskId: string;
  readonly fence: number;
}

/** What a renewal tells of a task that is still ours. */
export interface RenewedTask extends TaskMarks {
  readonly task_id: string;
  readonly fence: number;
}

/** Who works on what. One statement claims, and everything a holder writes asks again whether it still holds. */
@Injectable()
export class TaskLeases {
  private readonly facts: TaskFacts;

  constructor(
    private readonly dataSource: DataSource,
    outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SERVICE) private readonly identity: ServiceIdentity,
    @Inject(TASK_OPTIONS) private readonly options: TaskOptions,
  ) {
    this.facts = new TaskFacts(outbox);
  }

  /** Who holds how much, and what waits. */
  async load(): Promise<TaskLoad> {
    const [row] = await rows<TaskLoad>(
      this.dataSource,
      `SELECT count(*) FILTER (WHERE owner IS NULL)::int AS waiting, count(*) FILTER (WHERE owner = $1)::int AS mine,
              count(*) FILTER (WHERE owner <> $1)::int AS elsewhere, count(DISTINCT owner) FILTER (WHERE owner <> $1)::int AS others
         FROM (SELECT CASE WHEN lease_until >= now() THEN lease_owner END AS owner FROM tasks WHERE finished_at IS NULL AND admitted_at IS NOT NULL) AS open`,
      [this.identity.instance],
    );
    return row ?? { waiting: 0, mine: 0, elsewhere: 0, others: 0 };
  }

  /** Claims up to `places` tasks that nobody holds, oldest first. */
  async claim(places: number): Promise<TaskRow[]> {
    return rows<TaskRow>(
      this.dataSource,
      `UPDATE tasks SET lease_owner = $1, lease_until = now() + make_interval(secs => $2), fence = fence + 1,
              claimed_at = COALESCE(claimed_at, now()), heartbeat_at = now()
        WHERE task_id IN (
              SELECT task_id FROM tasks WHERE finished_at IS NULL AND admitted_at IS NOT NULL AND (lease_until IS NULL OR lease_until < now())
               ORDER BY created_at LIMIT $3 FOR UPDATE SKIP LOCKED)
        RETURNING *`,
      [this.identity.instance, LEASE_SEC, places],
    );
  }

  /** Marks cancelled tasks nobody works on, so that nobody begins before their orders have come. */
  async markCancelled(taskIds: readonly string[]): Promise<void> {
    await rows(
      this.dataSource,
      `UPDATE tasks SET cancel_requested_at = now() WHERE task_id = ANY ($1::uuid[]) AND cancel_requested_at IS NULL AND finished_at IS NULL AND lease_owner IS NULL`,
      [taskIds],
    );
  }

  /** Renews what is still ours, and reads its marks. What is missing in the answer belongs to somebody else. */
  async renew(held: readonly HeldLease[]): Promise<RenewedTask[]> {
    return rows<RenewedTask>(
      this.dataSource,
      `UPDATE tasks t SET lease_until = now() + make_interval(secs => $2)
         FROM unnest($3::uuid[], $4::int[]) AS mine (task_id, fence)
        WHERE t.task_id = mine.task_id AND t.fence = mine.fence AND t.lease_owner = $1 AND t.finished_at IS NULL
        RETURNING t.task_id, t.fence, t.t0, t.stop_requested_at, t.cancel_requested_at, t.paused_at, t.paused_ms`,
      [this.identity.instance, LEASE_SEC, held.map(({ taskId }) => taskId), held.map(({ fence }) => fence)],
    );
  }

  /** Reads the marks of a task. */
  async marks(taskId: string): Promise<TaskMarks | undefined> {
    const [found] = await rows<TaskMarks>(this.dataSource, `SELECT t0, stop_requested_at, cancel_requested_at, paused_at, paused_ms FROM tasks WHERE task_id = $1`, [taskId]);
    return found;
  }

  /** States that these tasks' holder is alive, where a third of the time allowed for silence has passed. */
  async heartbeats(held: readonly HeldLease[]): Promise<void> {
    await transaction(this.dataSource, async (manager) => {
      const due = await rows<TaskRow>(
        manager,
        `UPDATE tasks t SET heartbeat_at = now(), sequence = t.sequence + 1
           FROM unnest($2::uuid[], $3::int[]) AS mine (task_id, fence)
          WHERE t.task_id = mine.task_id AND t.fence = mine.fence AND t.lease_owner = $1 AND t.finished_at IS NULL
            AND t.heartbeat_at <= now() - make_interval(secs => (t.deadlines ->> 'heartbeat_sec')::float8 / 3)
          RETURNING t.*`,
        [this.identity.instance, held.map(({ taskId }) => taskId), held.map(({ fence }) => fence)],
      );
      for (const { task_id, session_id, target_id, attempt, fence, sequence } of due) {
        await this.facts.heartbeat(manager, { task_id, session_id, target_id, attempt, fence, sequence, at: this.clock.now() });
      }
    });
  }

  /** Gives back what this process holds, so that another one can go on at once. */
  async release(held: readonly HeldLease[]): Promise<void> {
    await transaction(this.dataSource, async (manager) => {
      const released = await rows<TaskRow>(
        manager,
        `UPDATE tasks t SET lease_owner = NULL, lease_until = NULL
           FROM unnest($2::uuid[], $3::int[]) AS mine (task_id, fence)
          WHERE t.task_id = mine.task_id AND t.fence = mine.fence AND t.lease_owner = $1 AND t.finished_at IS NULL RETURNING t.*`,
        [this.identity.instance, held.map(({ taskId }) => taskId), held.map(({ fence }) => fence)],
      );
      for (const task of released) {
        await notifyTask(manager, this.options.worker, task.task_id);
      }
    });
  }

  /** How many tasks wait for a free place anywhere. */
  async waiting(): Promise<number> {
    const [row] = await rows<{ count: string }>(
      this.dataSource,
      `SELECT count(*) FROM tasks WHERE finished_at IS NULL AND (lease_until IS NULL OR lease_until < now())`,
    );
    return Number(row?.count ?? 0);
  }
}

/** The task is somebody else's by now, or over. */
export function leaseLost(taskId: string): AppError {
  return new AppError('LEASE_LOST', 'The task is held by another worker by now', { details: { task_id: taskId } });
}
