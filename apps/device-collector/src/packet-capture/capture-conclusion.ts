import { AppError, isoTime } from '@capstan/kernel';
import type { Metrics, TaskOutcome } from '@capstan/tasks';
import type { CaptureEnd } from './capture-driver';
import { clockMetrics, closingMessage } from './capture-run-state';
import type { ClockOffset } from './clock-offset';
import type { FileVerdict } from './file-verdict';
import type { PcapSummary } from './pcap-reader';

/** Everything an outcome is made of. */
export interface ConclusionFacts {
  readonly host: string;
  readonly metrics: Metrics;
  readonly stoppedAt: number | undefined;
  readonly verdict: FileVerdict;
  /** Set when the capture ended by itself. */
  readonly end: CaptureEnd | undefined;
  readonly remarks: readonly string[];
}

/** How a capture went whose files have been collected: the files decide first, then how it ended. */
export function conclude(facts: ConclusionFacts): TaskOutcome {
  const { host, verdict, end, metrics } = facts;
  const remarks = [...(verdict.remark === undefined ? [] : [verdict.remark]), ...(end === undefined ? [] : [end.message]), ...facts.remarks];
  const base = { metrics, stoppedAt: facts.stoppedAt, captureBegan: true, message: closingMessage(metrics, remarks) };
  if (verdict.problem !== undefined) {
    const { code, message, details } = verdict.problem;
    return { ...base, outcome: 'failed', error: { code, message: `${host}: ${message}`, retryable: false, details } };
  }
  if (end?.reason === 'died') {
    return { ...base, outcome: 'failed', error: { code: end.code, message: `${host}: ${end.message}`, retryable: false } };
  }
  return { ...base, outcome: 'completed' };
}

/** What is told of a stored capture file. */
export function fileMeta(
  content: PcapSummary,
  verdict: FileVerdict,
  context: { readonly interface: string; readonly clockBefore: ClockOffset | undefined; readonly clockAfter: ClockOffset | undefined; readonly addresses: readonly string[] | undefined },
): Record<string, unknown> {
  const time = (at: number | null): string | null => (at === null ? null : isoTime(at));
  return {
    packets: content.packets,
    first_packet_at: time(content.firstPacketAt),
    last_packet_at: time(content.lastPacketAt),
    link_type: content.linkType,
    truncated: content.truncated || verdict.problem?.code === 'FILE_TRUNCATED',
    verified: verdict.verified,
    interface: context.interface,
    ...(context.addresses === undefined ? {} : { device_addresses: context.addresses }),
    ...clockMetrics(context.clockBefore),
    ...(context.clockBefore?.at === undefined ? {} : { clock_measured_at: isoTime(context.clockBefore.at) }),
    ...(context.clockAfter === undefined ? {} : { clock_offset_after_ms: context.clockAfter.offsetMs, clock_uncertainty_after_ms: context.clockAfter.uncertaintyMs }),
    ...(context.clockAfter?.at === undefined ? {} : { clock_measured_after_at: isoTime(context.clockAfter.at) }),
  };
}


/** A failure before any file was collected. */
export function failed(raw: unknown, facts: { readonly metrics: Metrics; readonly captureBegan: boolean; readonly stoppedAt: number | undefined; readonly clean: (text: string) => string }): TaskOutcome {
  const shape = AppError.from(raw).toShape();
  return {
    outcome: 'failed',
    error: { ...shape, message: facts.clean(shape.message) },
    metrics: facts.metrics,
    captureBegan: facts.captureBegan,
    ...(facts.stoppedAt === undefined ? {} : { stoppedAt: facts.stoppedAt }),
  };
}
