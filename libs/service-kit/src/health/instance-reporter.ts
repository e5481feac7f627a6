import { monitorEventLoopDelay } from 'node:perf_hooks';
import { type InstanceReport, instanceReported } from '@capstan/contracts';
import { type Clock, isoTime } from '@capstan/kernel';
import { MessagingStatus, ProgressPublisher } from '@capstan/messaging';
import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CLOCK } from '../tokens';
import { HealthService } from './health.service';

/** Between two reports. Who is not heard of three times is left out of what gateways show. */
const REPORT_EVERY_MS = 5_000;
const NS_PER_MS = 1_000_000;
/** Distance of two looks at the event loop; what is measured is how far apart they really were. */
const LOOK_EVERY_MS = 20;

/** Tells the gateways that this process is there, how it is and what it carries. */
@Injectable()
export class InstanceReporter implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly eventLoop = monitorEventLoopDelay({ resolution: LOOK_EVERY_MS });
  private running: Promise<void> = Promise.resolve();
  private measured: { readonly at: number; readonly cpu: NodeJS.CpuUsage };

  constructor(
    private readonly health: HealthService,
    private readonly status: MessagingStatus,
    private readonly progress: ProgressPublisher,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.measured = { at: clock.monotonic(), cpu: process.cpuUsage() };
  }

  onApplicationBootstrap(): void {
    this.eventLoop.enable();
    this.running = this.run(this.stopping.signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
    this.eventLoop.disable();
  }

  private async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.progress.announce(instanceReported, await this.report());
      await this.clock.sleep(REPORT_EVERY_MS, signal).catch(() => undefined);
    }
  }

  private async report(): Promise<InstanceReport> {
    const queues = await this.status.queueDepths().catch(() => undefined);
    return {
      ...(await this.health.report()),
      at: isoTime(this.clock.now()),
      load: this.load(),
      ...(queues === undefined ? {} : { queues: [...queues].map(([queue, messages]) => ({ queue, messages })) }),
    };
  }

  /** Since the report before. */
  private load(): InstanceReport['load'] {
    const now = { at: this.clock.monotonic(), cpu: process.cpuUsage() };
    const { at, cpu } = this.measured;
    this.measured = now;
    const busyMs = (now.cpu.user + now.cpu.system - cpu.user - cpu.system) / 1_000;
    const eventLoopMs = Math.max(0, this.eventLoop.percentile(99) / NS_PER_MS - LOOK_EVERY_MS);
    this.eventLoop.reset();
    return { cpu_cores: Math.round((100 * busyMs) / Math.max(1, now.at - at)) / 100, memory_bytes: process.memoryUsage.rss(), event_loop_ms: Number.isFinite(eventLoopMs) ? Math.round(eventLoopMs * 10) / 10 : 0 };
  }
}
