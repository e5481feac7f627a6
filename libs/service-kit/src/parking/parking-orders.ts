import { MAX_PARKED, type parkedList, type ParkedMessageView, type purgeAnswer, type redriveAnswer } from '@capstan/contracts';
import { type ParkedMessage, ParkingDesk } from '@capstan/messaging';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';

/** What may be ordered about the parked messages of this service, in the words of the contract. */
@Injectable()
export class ParkingOrders {
  constructor(private readonly desk: ParkingDesk) {}

  async list(): Promise<z.output<typeof parkedList>> {
    const { total, messages } = await this.desk.list(MAX_PARKED);
    return { total, messages: messages.map(toView) };
  }

  async redrive(ids: readonly string[] | undefined): Promise<z.output<typeof redriveAnswer>> {
    const { sent, kept } = await this.desk.redrive({ ...(ids === undefined ? {} : { ids }), limit: MAX_PARKED });
    return { sent: sent.length, kept: kept.length };
  }

  async purge(ids: readonly string[]): Promise<z.output<typeof purgeAnswer>> {
    return { purged: (await this.desk.purge({ ids, limit: MAX_PARKED })).length };
  }
}

function toView({ id, type, correlationId, code, reason, attempts, queue, handler, at, redriven, bytes }: ParkedMessage): ParkedMessageView {
  return { id, type, correlation_id: correlationId, code, reason, attempts, queue, handler, parked_at: at, redriven, bytes };
}
