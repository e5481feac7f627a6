import type { VoiceReport, VoiceStream } from '@capstan/contracts';
import { csvText } from '../design/csv';

const COLUMNS: readonly (readonly [string, (stream: VoiceStream, report: VoiceReport) => string | number | null])[] = [
  ['stream', (stream) => stream.id],
  ['call', (stream) => stream.call],
  ['leg', (stream) => stream.leg],
  ['towards', (stream) => stream.towards],
  ['device', (stream, report) => report.interfaces.find(({ index }) => index === stream.interface)?.host ?? null],
  ['interface', (stream, report) => report.interfaces.find(({ index }) => index === stream.interface)?.interface ?? null],
  ['source', (stream) => stream.source],
  ['destination', (stream) => stream.destination],
  ['ssrc', (stream) => stream.ssrc],
  ['codec', (stream) => stream.codec],
  ['payload_type', (stream) => stream.payload_type],
  ['first_at', (stream) => iso(stream.first_at)],
  ['last_at', (stream) => iso(stream.last_at)],
  ['packets', (stream) => stream.packets],
  ['expected', (stream) => stream.expected],
  ['lost', (stream) => stream.lost],
  ['loss_percent', (stream) => stream.loss_percent],
  ['duplicates', (stream) => stream.duplicates],
  ['reordered', (stream) => stream.reordered],
  ['mean_jitter_ms', (stream) => stream.mean_jitter_ms],
  ['max_jitter_ms', (stream) => stream.max_jitter_ms],
  ['max_delta_ms', (stream) => stream.max_delta_ms],
  ['r_factor', (stream) => stream.r_factor],
  ['mos', (stream) => stream.mos],
];

/** The streams of a report as CSV (RFC 4180), with a header line. Times are UTC. */
export function streamsCsv(report: VoiceReport): string {
  return csvText(
    COLUMNS.map(([name]) => name),
    report.streams.map((stream) => COLUMNS.map(([, value]) => value(stream, report))),
  );
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
