import type { Clock } from '@capstan/kernel';

/** One step of a shutdown. */
export interface ShutdownStep {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** Where shutdown says what happens. */
export interface ShutdownLog {
  log(message: string): void;
  error(message: string, error: unknown): void;
}

/**
 * Runs the steps in order. A step that fails is logged and does not keep the later ones from running: a database
 * pool must be closed even when a consumer could not be.
 * @returns true when all steps succeeded within `limitMs`
 */
export async function shutDown(steps: readonly ShutdownStep[], limitMs: number, clock: Clock, log: ShutdownLog): Promise<boolean> {
  let failed = false;
  const all = (async (): Promise<'done'> => {
    for (const step of steps) {
      try {
        await step.run();
      } catch (error) {
        failed = true;
        log.error(`Shutdown step "${step.name}" failed`, error);
      }
    }
    return 'done';
  })();
  const timer = new AbortController();
  const outcome = await Promise.race([
    all,
    clock.sleep(limitMs, timer.signal).then(
      () => 'late' as const,
      () => 'done' as const,
    ),
  ]);
  timer.abort();
  if (outcome === 'late') {
    log.error(`Shutdown took longer than ${limitMs} ms`, undefined);
  }
  return outcome === 'done' && !failed;
}
