import { AppError, type Clock } from '@capstan/kernel';
import { rows, transaction } from '@capstan/persistence';
import { CLOCK } from '@capstan/service-kit';
import type { SessionKeeper, TaskRow } from '@capstan/tasks';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { COLLECTOR_CONFIG, type CollectorConfig } from '../config';
import type { Leftover } from '../packet-capture/capture-runner';
import { LeftoverRow } from './leftover.entity';

const FIRST_PAUSE_MS = 300_000;
const LONGEST_PAUSE_MS = 6 * 3_600_000;
/** How long somebody goes on trying to remove what is left. */
const GIVE_UP_MS = 3 * 86_400_000;
const CLAIM_MS = 600_000;
const COLLECTING = `EXISTS (SELECT 1 FROM tasks t WHERE t.task_id = l.collector AND t.finished_at IS NULL)`;

/** What is left on devices, and until when. */
@Injectable()
export class Leftovers implements SessionKeeper {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(COLLECTOR_CONFIG) private readonly config: CollectorConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Writes down what a task left behind; nothing left is written down too. What it collected, or failed to, is not kept under the earlier task any more. */
  async settle(task: TaskRow, left: Leftover | undefined, collectFrom: string | undefined): Promise<void> {
    const now = this.clock.now();
    const cleanAt = left?.kind === 'files' ? now + this.config.CAPSTAN_KEEP_FILES_HOURS * 3_600_000 : now + FIRST_PAUSE_MS;
    await transaction(this.dataSource, async (manager) => {
      await rows(manager, `DELETE FROM device_leftovers WHERE task_id = ANY ($1::uuid[])`, [[task.task_id, ...(collectFrom === undefined ? [] : [collectFrom])]]);
      if (left !== undefined) {
        await rows(
          manager,
          `INSERT INTO device_leftovers (task_id, session_id, kind, spec, remote, left_at, clean_at, give_up_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
          [task.task_id, task.session_id, left.kind, JSON.stringify(task.spec), JSON.stringify(left.remote), new Date(now), new Date(cleanAt), new Date(cleanAt + GIVE_UP_MS)],
        );
      }
    });
  }

  /** What waits of a task; undefined when nothing does (any more). */
  async find(taskId: string): Promise<LeftoverRow | undefined> {
    const [row] = await rows<LeftoverRow>(this.dataSource, `SELECT * FROM device_leftovers WHERE task_id = $1 AND kind = 'files'`, [taskId]);
    return row;
  }

  /**
   * Takes the waiting files of one task for another one to collect; taking them again is harmless.
   * @throws AppError `FILE_MISSING` when nothing waits any more, `DEVICE_BUSY` (retryable) while somebody else collects or removes it
   */
  async take(collector: string, taskId: string): Promise<LeftoverRow> {
    const [row] = await rows<LeftoverRow>(
      this.dataSource,
      `UPDATE device_leftovers l SET collector = $2
        WHERE l.task_id = $1 AND l.kind = 'files' AND (l.claimed_until IS NULL OR l.claimed_until < $3) AND (l.collector IS NULL OR l.collector = $2 OR NOT ${COLLECTING}) RETURNING *`,
      [taskId, collector, new Date(this.clock.now())],
    );
    if (row !== undefined) {
      return row;
    }
    throw (await this.find(taskId)) === undefined
      ? new AppError('FILE_MISSING', 'The files of this capture do not wait on the device any more')
      : new AppError('DEVICE_BUSY', 'Somebody else collects or removes the files in this moment', { retryable: true });
  }

  /** Whether a task has a device to itself. */
  async isBusy(device: string): Promise<boolean> {
    const found = await rows(this.dataSource, `SELECT 1 FROM device_locks l JOIN tasks t USING (task_id) WHERE l.device = $1 AND t.finished_at IS NULL`, [device]);
    return found.length > 0;
  }

  /** Claims one thing that is to be removed now. */
  async due(): Promise<LeftoverRow | undefined> {
    const now = this.clock.now();
    const [row] = await rows<LeftoverRow>(
      this.dataSource,
      `UPDATE device_leftovers SET claimed_until = $2, attempts = attempts + 1
        WHERE task_id = (SELECT l.task_id FROM device_leftovers l WHERE l.clean_at <= $1 AND (l.claimed_until IS NULL OR l.claimed_until < $1) AND NOT ${COLLECTING}
                          ORDER BY l.clean_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING *`,
      [new Date(now), new Date(now + CLAIM_MS)],
    );
    return row;
  }

  /** It is gone, or given up. */
  async forget(taskId: string): Promise<void> {
    await rows(this.dataSource, `DELETE FROM device_leftovers WHERE task_id = $1`, [taskId]);
  }

  /** Tries again later, with growing pauses. @returns false when it is time to give up */
  async postpone(row: LeftoverRow): Promise<boolean> {
    const next = this.clock.now() + Math.min(FIRST_PAUSE_MS * 2 ** Math.min(row.attempts - 1, 10), LONGEST_PAUSE_MS);
    if (next > row.give_up_at.getTime()) {
      return false;
    }
    await rows(this.dataSource, `UPDATE device_leftovers SET clean_at = $2, claimed_until = NULL WHERE task_id = $1`, [row.task_id, new Date(next)]);
    return true;
  }

  /** Files of a deleted session are nobody's any more. */
  async forgetSession(manager: EntityManager, sessionId: string): Promise<void> {
    const now = this.clock.now();
    await rows(manager, `UPDATE device_leftovers SET kind = 'debris', clean_at = $2, give_up_at = $3 WHERE session_id = $1`, [sessionId, new Date(now), new Date(now + GIVE_UP_MS)]);
  }
}
