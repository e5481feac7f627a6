import { AppError } from '@capstan/kernel';
import { MessagingStatus } from '@capstan/messaging';
import { Injectable } from '@nestjs/common';
import { HealthService } from './health.service';

/** Makes the broker a condition of readiness, and shows what waits. */
@Injectable()
export class MessagingHealth {
  constructor(health: HealthService, status: MessagingStatus) {
    health.addCheck('broker', async () => {
      if (!status.connected) {
        throw new AppError('BROKER_UNAVAILABLE', 'not connected', { retryable: true });
      }
    });
    health.addCount('outbox_pending', () => status.outboxPending());
    health.addCount('parked', () => status.parked());
  }
}
