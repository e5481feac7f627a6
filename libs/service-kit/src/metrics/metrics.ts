import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds; from a fast RPC to a slow device. */
const DURATION_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Seconds; from a second to hours, for work that lasts as long as somebody wished. */
export const LONG_SECONDS: readonly number[] = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600, 14_400];

/** The process's Prometheus registry. Names begin with `capstan_` and end with their unit. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** A number that only grows. */
  counter<Label extends string>(name: string, help: string, labelNames: readonly Label[] = []): Counter<Label> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  /** A number that goes up and down; `read` is asked at each scrape. What it cannot tell then is shown as not a number, and the rest as it is. */
  gauge<Label extends string>(name: string, help: string, labelNames: readonly Label[] = [], read?: (gauge: Gauge<Label>) => void | Promise<void>): Gauge<Label> {
    return new Gauge<Label>({
      name,
      help,
      labelNames: [...labelNames],
      registers: [this.registry],
      ...(read
        ? {
            async collect(this: Gauge<Label>): Promise<void> {
              try {
                await read(this);
              } catch {
                unknown(this, labelNames.length);
              }
            },
          }
        : {}),
    });
  }

  /** Durations in seconds. @param buckets upper bounds; by default for what should take less than a minute */
  duration<Label extends string>(name: string, help: string, labelNames: readonly Label[] = [], buckets: readonly number[] = DURATION_BUCKETS): Histogram<Label> {
    return new Histogram({ name, help, labelNames: [...labelNames], buckets: [...buckets], registers: [this.registry] });
  }
}

/** An old number would be believed. */
function unknown(gauge: Gauge, labels: number): void {
  gauge.reset();
  if (labels === 0) {
    gauge.set(Number.NaN);
  }
}
