import { Inject, Injectable } from '@nestjs/common';
import { MESSAGING_SETTINGS, type MessagingSettings } from '../messaging-options';
import { type ParkedMessage, ParkingLot, type ParkedSelection } from '../parking/parking-lot.client';
import { MessagingStatus } from './messaging-status';

/** The service's own parked messages, for orders that come through the API. The connection lasts as long as an order. */
@Injectable()
export class ParkingDesk {
  constructor(
    private readonly status: MessagingStatus,
    @Inject(MESSAGING_SETTINGS) private readonly settings: MessagingSettings,
  ) {}

  /** Oldest first, with the number of all. @throws AppError `BROKER_UNAVAILABLE` */
  async list(limit: number): Promise<{ total: number; messages: ParkedMessage[] }> {
    // Before any is taken in hand: a message that is looked at does not count as waiting.
    const total = await this.status.parked();
    return { total, messages: total === 0 ? [] : await this.at((lot) => lot.list({ limit })) };
  }

  /** Sends messages back to the queues they came from. */
  redrive(selection: ParkedSelection): Promise<{ sent: ParkedMessage[]; kept: ParkedMessage[] }> {
    return this.at((lot) => lot.redrive(selection));
  }

  /** Deletes messages for good. */
  purge(selection: ParkedSelection): Promise<ParkedMessage[]> {
    return this.at((lot) => lot.purge(selection));
  }

  private async at<T>(work: (lot: ParkingLot) => Promise<T>): Promise<T> {
    const lot = await ParkingLot.open(this.settings.url, this.settings.name);
    try {
      return await work(lot);
    } finally {
      await lot.close();
    }
  }
}
