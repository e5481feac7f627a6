import { type DataOf, taskCommands, taskControls, type WorkerName } from '@capstan/contracts';
import type { ObjectStore } from '@capstan/object-store';
import { type DeliveryContext, OnCommand, OnControl, type Outcome, retry } from '@capstan/messaging';
import { rows } from '@capstan/persistence';
import { OBJECT_STORE } from '@capstan/service-kit';
import { Controller, Inject, type Type } from '@nestjs/common';
import { SESSION_KEEPERS, type SessionKeeper } from './task-executor';
import { TaskHolder } from './task-holder.service';
import { TaskInbox } from './task-inbox.repository';

type Orders = (typeof taskCommands)[WorkerName];

/** The controller that takes the orders of `worker`, and the hints to all. An order leaves its mark in the delivery's transaction; whoever holds the task acts on it. */
export function tasksController(worker: WorkerName): Type {
  const orders: Orders = taskCommands[worker];

  @Controller()
  class TasksController {
    constructor(
      private readonly inbox: TaskInbox,
      private readonly holder: TaskHolder,
      @Inject(SESSION_KEEPERS) private readonly keepers: readonly SessionKeeper[],
      @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    ) {}

    @OnCommand(orders.run)
    async run(task: DataOf<Orders['run']>, { manager }: DeliveryContext): Promise<void> {
      await this.inbox.run(manager, task);
    }

    @OnCommand(orders.start)
    async start(task: DataOf<Orders['start']>, { manager }: DeliveryContext): Promise<Outcome | void> {
      const known = await this.inbox.startAt(manager, task, task.t0);
      return known ? undefined : retry();
    }

    @OnCommand(orders.pause)
    async pause(task: DataOf<Orders['pause']>, { manager }: DeliveryContext): Promise<Outcome | void> {
      const known = await this.inbox.pause(manager, task, task.order);
      return known ? undefined : retry();
    }

    @OnCommand(orders.resume)
    async resume(task: DataOf<Orders['resume']>, { manager }: DeliveryContext): Promise<Outcome | void> {
      const known = await this.inbox.resume(manager, task, task.order);
      return known ? undefined : retry();
    }

    @OnCommand(orders.stop)
    async stop(task: DataOf<Orders['stop']>, { manager }: DeliveryContext): Promise<void> {
      await this.inbox.stop(manager, task);
    }

    @OnCommand(orders.cancel)
    async cancel(task: DataOf<Orders['cancel']>, { manager }: DeliveryContext): Promise<void> {
      await this.inbox.cancel(manager, task);
    }

    @OnCommand(orders.discard)
    async discard({ session_id: sessionId, key_prefix: keyPrefix }: DataOf<Orders['discard']>, { manager }: DeliveryContext): Promise<void> {
      for (const keeper of this.keepers) {
        await keeper.forgetSession(manager, sessionId);
      }
      await rows(manager, `DELETE FROM tasks WHERE session_id = $1 AND finished_at IS NOT NULL`, [sessionId]);
      await this.store.removePrefix(keyPrefix);
    }

    @OnControl(taskControls.go)
    async onGo({ task_ids: taskIds, t0 }: DataOf<typeof taskControls.go>): Promise<void> {
      this.holder.startAt(taskIds, new Date(t0).getTime());
    }

    @OnControl(taskControls.pause)
    async onPause({ task_ids: taskIds }: DataOf<typeof taskControls.pause>): Promise<void> {
      await this.holder.look(taskIds);
    }

    @OnControl(taskControls.stop)
    async onStop({ task_ids: taskIds }: DataOf<typeof taskControls.stop>): Promise<void> {
      await this.holder.look(taskIds);
    }

    @OnControl(taskControls.cancel)
    async onCancel({ task_ids: taskIds }: DataOf<typeof taskControls.cancel>): Promise<void> {
      await this.holder.forestall(taskIds);
      await this.holder.look(taskIds);
    }
  }
  return TasksController;
}
