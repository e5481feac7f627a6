import { instanceReport, type InstanceReport, SERVICES } from '@capstan/contracts';
import type { Clock } from '@capstan/kernel';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';

/** Milliseconds after which a process that is not heard of is no longer shown: three of its reports. */
const FORGET_MS = 15_000;

/** Every running process of the platform, as far as this gateway has heard of it. */
@Injectable()
export class Instances {
  private readonly known = new Map<string, { readonly heardAt: number; readonly report: InstanceReport }>();

  constructor(@Inject(CLOCK) private readonly clock: Clock) {}

  /** Takes a report; one that a newer version sent in a form unknown here is left out. */
  hear(data: unknown): void {
    const { data: report } = instanceReport.safeParse(data);
    if (report !== undefined) {
      this.known.set(report.instance, { heardAt: this.clock.monotonic(), report });
    }
  }

  /** By service in the order of the platform, then by name. */
  list(): InstanceReport[] {
    const now = this.clock.monotonic();
    for (const [instance, { heardAt }] of this.known) {
      if (now - heardAt > FORGET_MS) {
        this.known.delete(instance);
      }
    }
    const place = ({ service }: InstanceReport): number => (SERVICES as readonly string[]).indexOf(service);
    return [...this.known.values()].map(({ report }) => report).sort((a, b) => place(a) - place(b) || a.instance.localeCompare(b.instance));
  }
}
