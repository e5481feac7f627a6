import type { FileExpectation } from './capture-driver';
import type { ClockOffset } from './clock-offset';
import type { PcapSummary } from './pcap-reader';

type VerdictCode = 'FILE_MISSING' | 'FILE_EMPTY' | 'FILE_TRUNCATED' | 'EXPORT_FAILED';

/** What the stored files of a target are worth. */
export interface FileVerdict {
  /** Whether everything the device counted is there and readable. */
  readonly verified: boolean;
  readonly packets: number;
  /** Set when the target has to fail. */
  readonly problem?: { readonly code: VerdictCode; readonly message: string; readonly details: Record<string, unknown> };
  /** Worth telling although nothing is wrong. */
  readonly remark?: string;
}

/**
 * Compares files with the device's own count. A full disk makes tcpdump count packets that never reached the file, and
 * it neither complains nor ends (seen with 4.99.3): only this comparison tells.
 */
export function judgeFiles(files: readonly PcapSummary[], expected: FileExpectation): FileVerdict {
  const packets = files.reduce((sum, file) => sum + file.packets, 0);
  const details = { packets_in_files: packets, packets_counted_by_device: expected.packets, disk_full: expected.diskWasFull };
  const fail = (code: VerdictCode, message: string): FileVerdict => ({
    verified: false,
    packets,
    problem: { code, message, details },
  });

  if (expected.incomplete !== undefined) {
    return fail(expected.incomplete.code, expected.incomplete.message);
  }
  if (files.length === 0) {
    return fail('FILE_MISSING', 'the device has no capture file');
  }
  const counted = expected.packets ?? 0;
  if (files.every((file) => file.format === 'empty')) {
    return fail('FILE_EMPTY', `the capture file is empty${counted > 0 ? `, although the device counted ${plural(counted)}` : ''}`);
  }
  if (files.some((file) => file.format !== 'pcap')) {
    return fail('FILE_TRUNCATED', 'a capture file is not in the pcap format');
  }
  const because = expected.diskWasFull ? ': the disk of the device was full' : '';
  if (expected.packets !== null && packets < expected.packets && !expected.mayHaveWrapped) {
    return fail('FILE_TRUNCATED', `the device counted ${plural(expected.packets)}, the file holds ${packets}${because}`);
  }
  if (files.some((file) => file.truncated)) {
    return fail('FILE_TRUNCATED', `a capture file ends in the middle of a packet, behind ${plural(packets)}${because}`);
  }
  if (expected.diskWasFull) {
    return fail('FILE_TRUNCATED', `packets are missing behind the first ${packets}${because}`);
  }
  const remarks = [packets === 0 ? 'no packet matched during the capture' : undefined, expected.remark].filter((remark) => remark !== undefined);
  return { verified: true, packets, ...(remarks.length === 0 ? {} : { remark: remarks.join('; ') }) };
}

/** How far a first packet may be behind the end of its capture: clocks are corrected while a capture waits. */
const LATER_MS = 10_000;

/**
 * Whether files hold packets of after their capture had ended: a device that has one place for its files has overwritten
 * them with those of somebody else. Told only where the device's clock is known.
 * @param stoppedAt Unix milliseconds
 */
export function isLater(files: readonly PcapSummary[], stoppedAt: number | undefined, clock: ClockOffset | undefined): boolean {
  if (stoppedAt === undefined || clock === undefined) {
    return false;
  }
  return files.some(({ firstPacketAt }) => firstPacketAt !== null && firstPacketAt - clock.offsetMs > stoppedAt + clock.uncertaintyMs + LATER_MS);
}

function plural(packets: number): string {
  return packets === 1 ? '1 packet' : `${packets} packets`;
}
