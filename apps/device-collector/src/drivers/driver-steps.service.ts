import { AppError, type Clock } from '@capstan/kernel';
import { inSpan } from '@capstan/messaging';
import { CLOCK, Metrics } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { AroundStep } from '../packet-capture/capture-steps';

/** Ways in which a step ends that say nothing about the device. */
const CALLED_OFF: readonly string[] = ['CANCELLED', 'LEASE_LOST', 'HANDED_BACK'];

/** Watches the steps drivers take with devices: how long each takes, how it ends, and where it belongs in a trace. */
@Injectable()
export class DriverSteps {
  private readonly seconds;

  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.seconds = metrics.duration('capstan_driver_step_seconds', 'Time of one step of a driver with a device', ['platform', 'step', 'outcome']);
  }

  /** For the steps with one device. @param platform by its type: addresses and names would make a series each */
  with(platform: string): AroundStep {
    return (step, work) =>
      inSpan(`device ${step}`, { attributes: { 'capstan.platform': platform, 'capstan.step': step } }, async () => {
        const begun = this.clock.monotonic();
        try {
          const result = await work();
          this.took(platform, step, 'ok', this.clock.monotonic() - begun);
          return result;
        } catch (error) {
          this.took(platform, step, CALLED_OFF.includes(AppError.from(error).code) ? 'cancelled' : 'failed', this.clock.monotonic() - begun);
          throw error;
        }
      });
  }

  /** A step that was measured elsewhere. */
  took(platform: string, step: string, outcome: string, durationMs: number): void {
    this.seconds.observe({ platform, step, outcome }, durationMs / 1_000);
  }
}
