import { assertNever } from '@capstan/kernel';
import { ParkingLot } from '../parking/parking-lot.client';
import type { ParkingOrder } from './arguments';

/** Carries out an order. @returns the lines to print and whether everything that was asked for was done */
export async function runParking(url: string, { action, service, ids, limit }: ParkingOrder): Promise<{ lines: string[]; complete: boolean }> {
  const lot = await ParkingLot.open(url, service);
  const lines = (status: string, messages: readonly object[]): string[] => messages.map((message) => JSON.stringify({ status, ...message }));
  try {
    switch (action) {
      case 'list':
        return { lines: lines('parked', await lot.list({ ids, limit })), complete: true };
      case 'show':
        return { lines: [JSON.stringify(await lot.show(ids?.[0] ?? ''), null, 2)], complete: true };
      case 'redrive': {
        const { sent, kept } = await lot.redrive({ ids, limit });
        return { lines: [...lines('redriven', sent), ...lines('kept', kept)], complete: kept.length === 0 && sent.length >= (ids?.length ?? 0) };
      }
      case 'purge': {
        const purged = await lot.purge({ ids, limit });
        return { lines: lines('purged', purged), complete: purged.length >= (ids?.length ?? 0) };
      }
      default:
        return assertNever(action);
    }
  } finally {
    await lot.close();
  }
}
