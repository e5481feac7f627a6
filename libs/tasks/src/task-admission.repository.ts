import type { WorkerName } from '@capstan/contracts';
import { rows, type SqlRunner } from '@capstan/persistence';
import { notifyTask } from './task-notification';

/** Lets tasks in that queue, and wakes those who may claim them when the transaction commits. @returns how many were still waiting */
export async function admitTasks(runner: SqlRunner, worker: WorkerName, taskIds: readonly string[]): Promise<number> {
  const admitted = await rows(runner, `UPDATE tasks SET admitted_at = now() WHERE task_id = ANY ($1::uuid[]) AND admitted_at IS NULL AND finished_at IS NULL RETURNING task_id`, [taskIds]);
  if (admitted.length > 0) {
    await notifyTask(runner, worker, '');
  }
  return admitted.length;
}
