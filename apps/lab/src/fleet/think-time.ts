import { topicRandom } from './topic-random';

/** How long devices think before they answer: a lognormal distribution, in milliseconds. */
export interface ThinkTime {
  /** 0: they answer at once. */
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** The 99th percentile of the standard normal distribution. */
const Z99 = 2.326_348;

/**
 * How long a device thinks about one command. The same device thinks as long about the same command each time: every
 * client that collects from the fleet has the same work to do.
 */
export function thinkMs({ medianMs, p99Ms }: ThinkTime, seed: number, device: number, command: string): number {
  if (medianMs <= 0) {
    return 0;
  }
  const random = topicRandom(seed, device, 'think', command);
  // Box and Muller; 1 - x, because the logarithm of 0 is none.
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const sigma = Math.log(Math.max(p99Ms, medianMs) / medianMs) / Z99;
  return medianMs * Math.exp(sigma * normal);
}
