import { AppError, type Clock } from '@capstan/kernel';
import { rows } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { TaskRow } from './task.entity';

/** Pause between two looks at a device that somebody else uses. */
const LOOK_AGAIN_MS = 300;

/** How long to wait for a device. */
export interface DeviceWait {
  /** Unix milliseconds after which waiting makes no sense. */
  readonly by: number;
  readonly signal: AbortSignal;
  /** Told once, when the device is not free at once. */
  readonly onWait?: (sessionId: string) => Promise<void>;
}

/**
 * Who uses a device that can serve only one task at a time. A device belongs to its task until that has finished, through
 * every change of holder: what it began may still run on the device while nobody holds the task.
 */
@Injectable()
export class DeviceLocks {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Takes a device for a held task; taking it again is harmless. It is free again when the task has finished.
   * @param device any name that is the same for the same device, `host:port` for example
   * @throws AppError `DEVICE_BUSY` (retryable) naming the session that uses it; `LEASE_LOST`; the signal's reason
   */
  async reserve(task: TaskRow, device: string, wait: DeviceWait): Promise<void> {
    for (let first = true; ; first = false) {
      wait.signal.throwIfAborted();
      const owner = await this.take(task, device);
      if (owner === undefined) {
        return;
      }
      if (this.clock.now() + LOOK_AGAIN_MS > wait.by) {
        throw new AppError('DEVICE_BUSY', `${device} is used by session ${owner}, and takes one capture at a time`, { retryable: true, details: { device, session_id: owner } });
      }
      if (first) {
        await wait.onWait?.(owner);
      }
      await this.clock.sleep(LOOK_AGAIN_MS, wait.signal);
    }
  }

  /** One conditional statement: of any number that ask at once, one gets it. @returns the session that has it, or undefined when it is ours */
  private async take(task: TaskRow, device: string): Promise<string | undefined> {
    await rows(
      this.dataSource,
      `INSERT INTO device_locks AS l (device, task_id, session_id, taken_at) SELECT $1, task_id, session_id, now() FROM tasks WHERE task_id = $2 AND fence = $3 AND finished_at IS NULL
       ON CONFLICT (device) DO UPDATE SET task_id = excluded.task_id, session_id = excluded.session_id, taken_at = excluded.taken_at
         WHERE NOT EXISTS (SELECT 1 FROM tasks t WHERE t.task_id = l.task_id AND t.finished_at IS NULL)`,
      [device, task.task_id, task.fence],
    );
    // A statement of its own: one that waited for another's insert does not see what it waited for.
    const [row] = await rows<{ task_id: string; session_id: string }>(
      this.dataSource,
      `SELECT l.task_id, l.session_id FROM device_locks l WHERE l.device = $1 AND EXISTS (SELECT 1 FROM tasks WHERE task_id = $2 AND fence = $3 AND finished_at IS NULL)`,
      [device, task.task_id, task.fence],
    );
    if (row === undefined) {
      throw new AppError('LEASE_LOST', 'The task is held by another worker by now', { details: { task_id: task.task_id } });
    }
    return row.task_id === task.task_id ? undefined : row.session_id;
  }
}
