import { AppError } from '@capstan/kernel';
import { MessagingStatus } from '@capstan/messaging';
import { Injectable } from '@nestjs/common';
import { Metrics } from '../metrics/metrics';
import { HealthService } from './health.service';

/** Makes the broker a condition of readiness, and shows what waits. */
@Injectable()
export class MessagingHealth {
  constructor(health: HealthService, status: MessagingStatus, metrics: Metrics) {
    health.addCheck('broker', async () => {
      if (!status.connected) {
        throw new AppError('BROKER_UNAVAILABLE', 'not connected', { retryable: true });
      }
    });
    health.addCount('outbox_pending', () => status.outboxPending());
    health.addCount('parked', () => status.parked());
    metrics.gauge('capstan_ready', 'Whether this process would be given work now', [], async (gauge) => gauge.set((await health.report()).ready ? 1 : 0));
    metrics.gauge('capstan_outbox_messages', 'Messages that wait in the outbox', [], async (gauge) => gauge.set(await status.outboxPending()));
    metrics.gauge('capstan_queue_messages', 'Messages that wait in a durable queue of this service; those of parking wait for a person', ['queue'], async (gauge) => {
      const depths = await status.queueDepths();
      depths.forEach((messages, queue) => gauge.set({ queue }, messages));
    });
  }
}
