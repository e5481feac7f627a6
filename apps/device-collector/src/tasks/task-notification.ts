import type { SqlRunner } from '@capstan/persistence';

/** Channel on which instances tell each other that a task's row is worth a look. */
export const TASK_CHANNEL = 'device_collector_tasks';

/** Wakes every instance when the transaction commits. */
export async function notifyTask(runner: SqlRunner, taskId: string): Promise<void> {
  await runner.query(`SELECT pg_notify('${TASK_CHANNEL}', $1)`, [taskId]);
}
