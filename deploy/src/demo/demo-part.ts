import type { ApiClient } from '../client/api-client';
import type { LabProcess } from '../lab/lab-process';

/** What every part of the demo works with. */
export interface DemoContext {
  /** Signed in as the administrator. */
  readonly api: ApiClient;
  readonly lab: LabProcess;
  /** Where what the demo downloads is kept. */
  readonly dataDir: string;
}

/** One kind of work, done through the public API and checked from outside. Returns whether everything was as it should be. */
export type DemoPart = (context: DemoContext) => Promise<boolean>;

/** A part that waits for the clock: it begins before the others run, and is told when its turn comes. */
export type BegunPart = (context: DemoContext) => Promise<() => Promise<boolean>>;
