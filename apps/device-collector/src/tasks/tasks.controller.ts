import { type DataOf, taskCommands, taskControls } from '@capstan/contracts';
import type { ObjectStore } from '@capstan/object-store';
import { type DeliveryContext, OnCommand, OnControl, type Outcome, retry } from '@capstan/messaging';
import { rows } from '@capstan/persistence';
import { OBJECT_STORE } from '@capstan/service-kit';
import { Controller, Inject } from '@nestjs/common';
import { Credentials } from '../credentials/credentials.repository';
import { TaskHolder } from './task-holder.service';
import { TaskInbox } from './task-inbox.repository';

const orders = taskCommands['device-collector'];

/** Orders and hints about tasks. An order leaves its mark in the delivery's transaction; whoever holds the task acts on it. */
@Controller()
export class TasksController {
  constructor(
    private readonly inbox: TaskInbox,
    private readonly holder: TaskHolder,
    private readonly credentials: Credentials,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
  ) {}

  @OnCommand(orders.run)
  async run(task: DataOf<typeof orders.run>, { manager }: DeliveryContext): Promise<void> {
    await this.inbox.run(manager, task);
  }

  @OnCommand(orders.start)
  async start(task: DataOf<typeof orders.start>, { manager }: DeliveryContext): Promise<Outcome | void> {
    const known = await this.inbox.startAt(manager, task, task.t0);
    return known ? undefined : retry();
  }

  @OnCommand(orders.stop)
  async stop(task: DataOf<typeof orders.stop>, { manager }: DeliveryContext): Promise<void> {
    await this.inbox.stop(manager, task);
  }

  @OnCommand(orders.cancel)
  async cancel(task: DataOf<typeof orders.cancel>, { manager }: DeliveryContext): Promise<void> {
    await this.inbox.cancel(manager, task);
  }

  @OnCommand(orders.discard)
  async discard({ session_id: sessionId, key_prefix: keyPrefix }: DataOf<typeof orders.discard>, { manager }: DeliveryContext): Promise<void> {
    await this.credentials.forgetSession(manager, sessionId);
    await rows(manager, `DELETE FROM tasks WHERE session_id = $1 AND finished_at IS NOT NULL`, [sessionId]);
    await this.store.removePrefix(keyPrefix);
  }

  @OnControl(taskControls.go)
  async onGo({ task_ids: taskIds, t0 }: DataOf<typeof taskControls.go>): Promise<void> {
    this.holder.startAt(taskIds, new Date(t0).getTime());
  }

  @OnControl(taskControls.stop)
  async onStop({ task_ids: taskIds }: DataOf<typeof taskControls.stop>): Promise<void> {
    await this.holder.look(taskIds);
  }

  @OnControl(taskControls.cancel)
  async onCancel({ task_ids: taskIds }: DataOf<typeof taskControls.cancel>): Promise<void> {
    await this.holder.look(taskIds);
  }
}
