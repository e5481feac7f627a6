import { systemClock } from '@capstan/kernel';

const EVERY_MS = 600;
const ANSWER_MS = 1_500;

/** Which processes were not ready at an instant (monotonic milliseconds). */
export interface ReadySample {
  readonly at: number;
  readonly notReady: readonly string[];
}

/**
 * Milliseconds from an instant until each of these processes had been ready once; null when one never was. Only samples begun after it
 * count. What struck one of them later is another strike's matter.
 */
export function readyAgain(samples: readonly ReadySample[], from: number, names: readonly string[]): number | null {
  const behind = samples.filter(({ at }) => at >= from);
  const times = names.map((name) => behind.find(({ notReady }) => !notReady.includes(name))?.at);
  return times.includes(undefined) ? null : Math.max(...times.map((at) => (at ?? 0) - from));
}

/** Asks every process over and over whether it is ready. */
export class ReadyWatch {
  readonly samples: ReadySample[] = [];
  private ended = false;
  private readonly loop: Promise<void>;

  constructor(private readonly urls: Readonly<Record<string, string>>) {
    this.loop = this.watch();
  }

  get names(): string[] {
    return Object.keys(this.urls);
  }

  async end(): Promise<void> {
    this.ended = true;
    await this.loop;
  }

  private async watch(): Promise<void> {
    while (!this.ended) {
      const at = systemClock.monotonic();
      const asked = await Promise.all(Object.entries(this.urls).map(async ([name, url]) => ((await isReady(url)) ? [] : [name])));
      this.samples.push({ at, notReady: asked.flat() });
      await systemClock.sleep(EVERY_MS);
    }
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
