import { AsyncResource } from 'node:async_hooks';
import type { Logger } from '@nestjs/common';
import { transaction } from '@capstan/persistence';
import type { DataSource } from 'typeorm';
import { takeAllOnce } from '../inbox/inbox.repository';
import type { Delivery, Settlement, Step } from './delivery';
import { begin, filled, inbox, runAfterCommit, runBeforeCommit } from './steps';

interface Guest {
  readonly delivery: Delivery;
  readonly id: string;
  /** In the delivery's own context, whoever calls it. */
  readonly handle: () => Promise<Settlement>;
  readonly settle: (settlement: Settlement | Promise<Settlement>) => void;
}

/**
 * 4. As {@link inbox}, with one transaction for all deliveries that wait at the same moment, `most` of them: they are handled one
 * after the other and share what a commit costs. Where one of them does not end in an acknowledgement, nothing of the transaction
 * stays, and each is handled again in one of its own.
 */
export function sharedInbox(dataSource: DataSource, logger: Logger, most: number): Step {
  const alone = inbox(dataSource, logger);
  const waiting: Guest[] = [];
  let running = false;

  const serve = async (): Promise<void> => {
    running = true;
    while (waiting.length > 0) {
      const guests = waiting.splice(0, most);
      const settlements = guests.length === 1 ? undefined : await handleTogether(dataSource, guests).catch(() => undefined);
      for (const [index, { delivery, handle, settle }] of guests.entries()) {
        const settlement = settlements?.[index];
        if (settlement === undefined) {
          const handled = alone(delivery, handle);
          settle(handled);
          await handled.catch(() => undefined);
        } else {
          await runAfterCommit(delivery, logger);
          settle(settlement);
        }
      }
    }
    running = false;
  };

  return (delivery, next) =>
    new Promise((settle) => {
      waiting.push({ delivery, id: filled(delivery.envelope, 'an envelope').id, handle: AsyncResource.bind(next), settle });
      if (!running) {
        void serve();
      }
    });
}

/** @throws when one of them does not end in an acknowledgement, and what a handler throws */
function handleTogether(dataSource: DataSource, guests: readonly Guest[]): Promise<Settlement[]> {
  return transaction(dataSource, async (manager) => {
    const fresh = await takeAllOnce(manager, guests.map(({ delivery, id }) => ({ consumer: delivery.queue, messageId: id })));
    const settlements: Settlement[] = [];
    for (const { delivery, id, handle } of guests) {
      begin(delivery, manager);
      // Of a message that came twice at once, the second is the duplicate.
      const settlement: Settlement = fresh.delete(id) ? await handle() : { kind: 'ack', outcome: 'duplicate' };
      if (settlement.kind !== 'ack') {
        throw new Error('One of them must be handled alone');
      }
      settlements.push(settlement);
    }
    for (const { delivery } of guests) {
      await runBeforeCommit(delivery);
    }
    return settlements;
  });
}
