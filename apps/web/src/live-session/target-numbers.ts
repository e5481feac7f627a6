import { formatByteRate, formatBytes, formatClock, formatCount, formatMilliseconds, formatPacketRate } from '../design/format';

/** A number of a card, with what stands under it. */
export interface CardNumber {
  readonly label: string;
  readonly value: string;
  readonly note: string;
}

/** What the numbers of a card are told from. */
export interface NumberFacts {
  readonly deviceType: string;
  readonly metrics: Readonly<Record<string, number>>;
  /** Per second, over the last seconds; undefined while nothing is captured. */
  readonly rates: { readonly packets: number; readonly bytes: number } | undefined;
  /** Seconds since the device confirmed its start, until it stopped; undefined before. */
  readonly elapsedSec: number | undefined;
}

/** Whether the time is all there is to show. */
export function needsClock({ deviceType, metrics }: Pick<NumberFacts, 'deviceType' | 'metrics'>): boolean {
  return deviceType === 'expressway' && metrics['packets_captured'] === undefined;
}

/**
 * The two numbers that matter for a type of device. A CUCM tells the size of its files while it captures and no packets; an
 * Expressway tells nothing at all, so the time is shown. What was collected and counted is shown for every type.
 */
export function numbersFor({ deviceType, metrics, rates, elapsedSec }: NumberFacts): readonly [CardNumber, CardNumber] {
  const { packets_captured: packets, packets_dropped: dropped = 0, bytes, files } = metrics;
  const data: CardNumber = { label: 'Data', value: bytes === undefined ? '–' : formatBytes(bytes), note: rates !== undefined && rates.bytes > 0 ? formatByteRate(rates.bytes) : filesNote(files) };
  if (deviceType === 'snapshot') {
    const { width, height, frame_age_ms: age } = metrics;
    return [{ label: 'Picture', value: width === undefined || height === undefined ? '–' : `${width}×${height}`, note: bytes === undefined ? '' : formatBytes(bytes) }, { label: 'Frame age', value: age === undefined ? '–' : formatMilliseconds(age), note: '' }];
  }
  if (packets === undefined && deviceType === 'cucm') {
    return [data, { label: 'Files', value: files === undefined ? '–' : formatCount(files), note: 'no packet count live' }];
  }
  if (needsClock({ deviceType, metrics })) {
    return [
      { label: 'Elapsed', value: elapsedSec === undefined ? '–' : formatClock(elapsedSec), note: 'no counters live' },
      { ...data, note: bytes === undefined ? 'known when collected' : data.note },
    ];
  }
  const lost = dropped > 0 ? `${formatCount(dropped)} dropped` : '';
  return [{ label: 'Packets', value: packets === undefined ? '–' : formatCount(packets), note: rates === undefined ? lost : [formatPacketRate(rates.packets), lost].filter((part) => part !== '').join(', ') }, data];
}

function filesNote(files: number | undefined): string {
  return files === undefined || files === 0 ? '' : files === 1 ? '1 file' : `${files} files`;
}
