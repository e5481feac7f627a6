import type { CaptureEnd, CaptureSample } from '../../packet-capture/capture-driver';
import { readCounts, readRefusal } from './tcpdump-output';

/** A line of numbers of the watch script. */
export interface WatchLine {
  readonly alive: boolean;
  readonly bytes: number;
  readonly freeKib: number | undefined;
  readonly files: number;
  readonly packets: number | undefined;
  readonly received: number | undefined;
  readonly dropped: number | undefined;
}

/** Reads `s <alive> <bytes> <free KiB> <files> <counters>`; undefined for anything else. */
export function readWatchLine(line: string): WatchLine | undefined {
  const match = /^s ([01]) (\d+) (\d*) (\d+) ?(.*)$/.exec(line);
  if (match === null) {
    return undefined;
  }
  const counts = readCounts(match[5] ?? '');
  return {
    alive: match[1] === '1',
    bytes: Number(match[2]),
    freeKib: match[3] === '' ? undefined : Number(match[3]),
    files: Number(match[4]),
    packets: counts?.captured,
    received: counts?.received ?? undefined,
    dropped: counts?.dropped ?? undefined,
  };
}

/** Free KiB under which nothing more can be written. */
const FULL_KIB = 4;

/** Notices that nothing more can be written: no space, or (quotas) a file that stands still while packets are counted. */
export class FullDiskDetector {
  private before: WatchLine | undefined;
  private standing = 0;

  /** Takes the next numbers. @returns whether the disk is full */
  see(line: WatchLine): boolean {
    const { before } = this;
    const grew = before !== undefined && (line.packets ?? 0) > (before.packets ?? 0);
    // Counters and file size are read one after the other, so a single round may look like this by chance.
    this.standing = before !== undefined && grew && line.bytes === before.bytes ? this.standing + 1 : 0;
    this.before = { ...line, packets: line.packets ?? before?.packets };
    return noSpaceLeft(line.freeKib) || this.standing >= STANDING_ROUNDS;
  }
}

const STANDING_ROUNDS = 3;

/** Numbers for people. */
export function toSample(line: WatchLine, diskFull: boolean): CaptureSample {
  return {
    bytes: line.bytes,
    files: line.files,
    ...(line.packets === undefined ? {} : { packets: line.packets }),
    ...(line.received === undefined ? {} : { received: line.received }),
    ...(line.dropped === undefined ? {} : { dropped: line.dropped }),
    ...(diskFull ? { warning: 'the disk of the device is full; packets are being lost' } : {}),
  };
}

/** Why tcpdump ended, from its exit code, the guard's reason and what it said last. */
export function readEnd(code: string, reason: string, messages: string): CaptureEnd {
  switch (reason) {
    case 'limit':
      return { reason: 'limit', code: 'LIMIT_REACHED', message: 'the time limit on the device ended the capture' };
    case 'abandoned':
      return { reason: 'died', code: 'DEVICE_LOST', message: 'the device ended the capture because nobody had asked for it for too long' };
    case 'disk':
      return { reason: 'limit', code: 'LIMIT_REACHED', message: 'the capture was ended to leave the device its last disk space' };
    case 'gone':
      return { reason: 'died', code: 'FILE_MISSING', message: 'the folder of the capture is gone from the device' };
    default: {
      const refusal = readRefusal(messages);
      const how = code === '0' ? 'somebody on the device ended tcpdump' : `tcpdump broke off (${code === 'none' ? 'killed' : `exit code ${code}`})`;
      const said = refusal.message === 'tcpdump ended without a word' ? '' : `: ${refusal.message}`;
      return { reason: 'died', code: refusal.code === 'START_FAILED' ? 'DEVICE_LOST' : refusal.code, message: `${how}${said}` };
    }
  }
}

/** What the stop script reported. */
export interface StoppedLine {
  readonly code: string;
  readonly reason: string;
  readonly forced: boolean;
  /** Whether it had ended before anybody asked for it. */
  readonly early: boolean;
  readonly freeKib: number | undefined;
}

/** Reads `stopped <exit code> <reason> <forced> <early> <free KiB>`. */
export function readStopped(output: string): StoppedLine | undefined {
  const match = /^stopped (\S+) (\S+) (yes|no) (yes|no) (\d*)$/m.exec(output);
  return match === null
    ? undefined
    : {
        code: match[1] ?? '',
        reason: match[2] ?? '',
        forced: match[3] === 'yes',
        early: match[4] === 'yes',
        freeKib: match[5] === '' ? undefined : Number(match[5]),
      };
}

/** Whether a disk with this much left must be counted as full. */
export function noSpaceLeft(freeKib: number | undefined): boolean {
  return freeKib !== undefined && freeKib <= FULL_KIB;
}
