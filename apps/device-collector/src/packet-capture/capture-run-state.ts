import type { Metrics } from '@capstan/tasks';
import type { CaptureSample, StopReport } from './capture-driver';
import type { ClockOffset } from './clock-offset';

/** Live numbers by their names on the wire. */
export function sampleMetrics(sample: CaptureSample): Metrics {
  return defined({
    packets_captured: sample.packets,
    packets_received: sample.received,
    packets_dropped: sample.dropped,
    bytes: sample.bytes,
    files: sample.files,
  });
}

/** The device's closing numbers by their names on the wire. */
export function stopMetrics(report: StopReport): Metrics {
  return defined({
    packets_captured: report.packets ?? undefined,
    packets_received: report.received ?? undefined,
    packets_dropped: report.dropped ?? undefined,
  });
}

/** A clock's offset by its names on the wire. */
export function clockMetrics(clock: ClockOffset | undefined): Metrics {
  return clock === undefined ? {} : { clock_offset_ms: clock.offsetMs, clock_uncertainty_ms: clock.uncertaintyMs };
}

function defined(values: Record<string, number | undefined>): Metrics {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== undefined));
}

/** A closing sentence: numbers first, then what was remarkable. */
export function closingMessage(metrics: Metrics, remarks: readonly string[]): string {
  const packets = metrics['packets_captured'] ?? 0;
  const bytes = metrics['bytes'] ?? 0;
  const numbers = `${packets} ${packets === 1 ? 'packet' : 'packets'}, ${bytes} bytes`;
  return [numbers, ...new Set(remarks)].join('; ');
}
