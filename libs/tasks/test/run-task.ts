import type { RunTask } from '@capstan/contracts';
import { systemClock, systemIds } from '@capstan/kernel';

/** An order for a worker that nobody has had before. */
export function newRunTask(): RunTask {
  const soon = new Date(systemClock.now() + 60_000).toISOString();
  return {
    task_id: systemIds.next(),
    session_id: systemIds.next(),
    target_id: systemIds.next(),
    attempt: 1,
    kind: 'test',
    spec: {},
    duration_sec: 10,
    deadlines: { start_by: soon, ready_by: soon, close_within_sec: 60, close_by: soon, heartbeat_sec: 45 },
    key_prefix: 'sessions/x/01-y/a1/',
  };
}
