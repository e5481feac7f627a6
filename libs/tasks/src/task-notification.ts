import { schemaOf, type SqlRunner } from '@capstan/persistence';

/** Channel on which instances of one worker tell each other that a task's row is worth a look; channels are shared by all schemas of a database. */
export function taskChannel(worker: string): string {
  return `${schemaOf(worker)}_tasks`;
}

/** Wakes every instance when the transaction commits. */
export async function notifyTask(runner: SqlRunner, worker: string, taskId: string): Promise<void> {
  await runner.query(`SELECT pg_notify($1, $2)`, [taskChannel(worker), taskId]);
}
