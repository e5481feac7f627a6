import type { CollectionDeviceResult, CollectionJob } from '@capstan/contracts';
import type { Status } from '../design/status';

const JOBS: Record<CollectionJob['status'], { readonly status: Status; readonly label: string }> = {
  queued: { status: 'pending', label: 'Queued' },
  running: { status: 'running', label: 'Running' },
  completed: { status: 'success', label: 'Completed' },
  partial: { status: 'partial', label: 'Partial' },
  failed: { status: 'failed', label: 'Failed' },
  cancelled: { status: 'cancelled', label: 'Cancelled' },
};
const DEVICES: Record<CollectionDeviceResult['status'], { readonly status: Status; readonly label: string }> = {
  queued: { status: 'pending', label: 'Waiting' },
  running: { status: 'running', label: 'Running' },
  success: { status: 'success', label: 'Done' },
  failed: { status: 'failed', label: 'Failed' },
  cancelled: { status: 'cancelled', label: 'Cancelled' },
};
const CAPTURES: Record<CollectionDeviceResult['captures'][number]['status'], { readonly status: Status; readonly label: string }> = {
  success: { status: 'success', label: 'collected' },
  unsupported: { status: 'cancelled', label: 'the device has none' },
  suspect: { status: 'attention', label: 'kept, but not proven to be complete' },
  failed: { status: 'failed', label: 'failed' },
};

/** How a job is shown. */
export const jobWords = (status: CollectionJob['status']) => JOBS[status];
/** How a device of a job is shown. */
export const deviceWords = (status: CollectionDeviceResult['status']) => DEVICES[status];
/** How a capture of a device is shown. */
export const captureWords = (status: CollectionDeviceResult['captures'][number]['status']) => CAPTURES[status];

/** Sum over all capture types. */
export function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** `12 devices`, `1 device`. */
export function countOf(n: number, thing: string): string {
  return `${n.toLocaleString('en-US')} ${thing}${n === 1 ? '' : 's'}`;
}
