import { Inject, Injectable } from '@nestjs/common';
import { AppError, type Clock, withTimeout } from '@capstan/kernel';
import type { ServiceHealth } from '@capstan/contracts';
import { CLOCK, SERVICE, type ServiceIdentity } from '../tokens';

/** Resolves when the checked thing works, throws when it does not. */
export type HealthCheck = () => Promise<void>;
/** A number shown beside the health, e.g. messages waiting. */
export type HealthCount = () => Promise<number>;

const CHECK_TIMEOUT_MS = 1_500;

/** What this process knows of its own health: is it alive, is it ready to be given work. */
@Injectable()
export class HealthService {
  private readonly checks = new Map<string, HealthCheck>();
  private readonly counts = new Map<'outbox_pending' | 'parked', HealthCount>();
  private readonly startedAt: number;
  private serving = false;

  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SERVICE) private readonly identity: ServiceIdentity,
  ) {
    this.startedAt = clock.monotonic();
  }

  /** Adds a condition of readiness. A name registers once; the last one wins. */
  addCheck(name: string, check: HealthCheck): void {
    this.checks.set(name, check);
  }

  /** Adds a number to the report. */
  addCount(name: 'outbox_pending' | 'parked', count: HealthCount): void {
    this.counts.set(name, count);
  }

  /** Says whether work is welcome: true after boot, false as soon as a shutdown begins. */
  setServing(serving: boolean): void {
    this.serving = serving;
  }

  /** Runs all checks, each within 1.5 s. Never throws. */
  async report(): Promise<ServiceHealth> {
    const checks = await Promise.all(
      [...this.checks].map(async ([name, check]) => {
        try {
          await withTimeout(this.clock, CHECK_TIMEOUT_MS, 'CHECK_TIMEOUT', `no answer within ${CHECK_TIMEOUT_MS} ms`, () => check());
          return { name, ok: true };
        } catch (error) {
          return { name, ok: false, detail: error instanceof AppError ? error.message : 'failed' };
        }
      }),
    );
    if (!this.serving) {
      checks.push({ name: 'serving', ok: false, detail: 'starting or shutting down' });
    }
    return {
      service: this.identity.name,
      instance: this.identity.instance,
      version: this.identity.version,
      ready: checks.every((check) => check.ok),
      uptime_sec: Math.round((this.clock.monotonic() - this.startedAt) / 1_000),
      checks,
      outbox_pending: await this.count('outbox_pending'),
      parked: await this.count('parked'),
    };
  }

  private async count(name: 'outbox_pending' | 'parked'): Promise<number | null> {
    const count = this.counts.get(name);
    if (!count) {
      return null;
    }
    try {
      return await withTimeout(this.clock, CHECK_TIMEOUT_MS, 'CHECK_TIMEOUT', 'no answer', () => count());
    } catch {
      return null; // the number is an extra: its absence must not make the report fail
    }
  }
}
