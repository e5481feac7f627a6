import { AppError } from '@capstan/kernel';
import type { ClockReading } from '../../packet-capture/clock-offset';
import { ownAddresses } from '../../packet-capture/own-addresses';

/** Which software a router runs. */
export interface RouterVersion {
  readonly major: number;
  readonly text: string;
}

/** @returns undefined for software that is not IOS-XE 16 or later, and for texts that tell no version */
export function readVersion(text: string): RouterVersion | undefined {
  const xe = /IOS[ -]XE Software.*?Version (?<version>(?<major>\d+)\.[\w.()]+)/i.exec(text) ?? /Virtual XE Software.*?Version (?<version>(?<major>\d+)\.[\w.()]+)/i.exec(text);
  const major = Number(xe?.groups?.['major']);
  return xe === null || Number.isNaN(major) || major < 16 ? undefined : { major, text: xe.groups?.['version'] ?? '' };
}

/** A refusal of the command line, by its usual words; undefined when there is none. */
export function readRefusal(text: string): AppError | undefined {
  const line = text.split('\n').find((candidate) => /^\s*%/.test(candidate))?.trim();
  if (/command authorization failed|authorization failed|access denied|bad secrets|not authorized/i.test(text)) {
    return new AppError('PRIV_INSUFFICIENT', `the router does not allow it: ${line ?? text.trim()}`);
  }
  if (/% ?(?:invalid input|ambiguous command|incomplete command|unknown command|unrecognized command)|bad ip address|% ?invalid/i.test(text)) {
    return new AppError('CLI_INVALID_INPUT', `the router does not understand it: ${line ?? text.trim()}`);
  }
  return undefined;
}

/** One capture point in `show monitor capture`. */
export interface CapturePoint {
  readonly name: string;
  readonly active: boolean | undefined;
  readonly interfaces: readonly string[];
  /** MB. */
  readonly bufferMb: number | undefined;
  readonly circular: boolean;
  readonly durationSec: number | undefined;
  readonly packetLimit: number | undefined;
}

/** Reads `show monitor capture`, with or without a name, in any spacing, behind load and time lines. */
export function readCapturePoints(text: string): CapturePoint[] {
  const blocks = text.split(/^\s*Status Information for Capture\s+/im).slice(1);
  return blocks.map((block) => {
    const find = (pattern: RegExp): string | undefined => pattern.exec(block)?.[1];
    const number = (pattern: RegExp): number | undefined => {
      const found = find(pattern);
      return found === undefined ? undefined : Number(found);
    };
    return {
      name: /^\S+/.exec(block)?.[0] ?? '',
      active: readStatus(block),
      interfaces: [...block.matchAll(/^\s*Interface\s*:\s*([^,\s]+)/gim)].map((match) => match[1] ?? ''),
      bufferMb: number(/Buffer Size\s*(?:\(in MB\))?\s*:\s*(\d+)/i),
      circular: /Buffer Type\s*:\s*CIRCULAR/i.test(block),
      durationSec: number(/(?:Capture )?duration\s*(?:\(in seconds\))?\s*:\s*(\d+)/i) ?? number(/duration\s*[:=]\s*(\d+)/i),
      packetLimit: number(/Number of Packets to capture\s*:\s*(\d+)/i),
    };
  });
}

/** `Status : Active`; undefined when no status is told. */
export function readStatus(text: string): boolean | undefined {
  const status = /^\s*Status\s*:\s*(\w+)/im.exec(text)?.[1]?.toLowerCase();
  return status === undefined ? undefined : status === 'active';
}

/** Whether the router says that there is no such capture point. */
export function saysAbsent(text: string): boolean {
  return /does not exist|not found|no such capture/i.test(text);
}

/** What the buffer holds. */
export interface BufferCounts {
  readonly packets: number | undefined;
  readonly dropped: number | undefined;
  readonly usedKb: number | undefined;
}

/** Reads `show monitor capture NAME buffer`; a count that cannot be told (`Wireshark operation failure`) is undefined. */
export function readBuffer(text: string): BufferCounts {
  const number = (pattern: RegExp): number | undefined => {
    const found = pattern.exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  return {
    packets: number(/packets in buf\w*\s*:\s*(\d+)/i),
    dropped: number(/packets dropped\s*:\s*(\d+)/i),
    usedKb: number(/buffer used\s*\(KB\)\s*:\s*(\d+)/i),
  };
}

/** `N bytes free` of `dir`; undefined when it is not told. */
export function readFreeBytes(text: string): number | undefined {
  const free = /\((\d+) bytes free\)/i.exec(text)?.[1];
  return free === undefined ? undefined : Number(free);
}

/** Size of a file in `dir`; undefined when it is not listed. */
export function readFileSize(text: string, name: string): number | undefined {
  for (const line of text.split('\n')) {
    const match = /^\s*\d+\s+[-\w]+\s+(\d+)\s+.*?(\S+)\s*$/.exec(line);
    if (match?.[2]?.toLowerCase() === name.toLowerCase()) {
      return Number(match[1]);
    }
  }
  return undefined;
}

/** Our own address as the router sees it, from `show users`: the line with the star. */
export function readOwnAddress(text: string): string | undefined {
  const line = text.split('\n').find((candidate) => /^\s*\*/.test(candidate));
  return line === undefined ? undefined : /\b(\d{1,3}(?:\.\d{1,3}){3})\b/.exec(line)?.[1];
}

/** Words that mean a start was refused. */
export function readStartRefusal(text: string): AppError | undefined {
  if (/already.*(?:active|started|running)|capture is (?:already )?active/i.test(text)) {
    return new AppError('ALREADY_ACTIVE', `the capture point is already running: ${firstLine(text)}`);
  }
  if (/unable to activate|not supported|cannot (?:start|activate)|^\s*%/im.test(text)) {
    return new AppError('START_FAILED', `the router refused to start: ${firstLine(text)}`);
  }
  return undefined;
}

/** What became of an export. */
export type ExportVerdict =
  | { readonly outcome: 'done' }
  /** The router copies on by itself. */
  | { readonly outcome: 'started' }
  | { readonly outcome: 'failed'; readonly error: AppError };

/**
 * What a router said to `export`. Failures come first: routers print a success behind a copy that failed.
 */
export function readExport(text: string): ExportVerdict {
  const failed = (code: string, what: string): ExportVerdict => ({ outcome: 'failed', error: new AppError(code, `${what}: ${lastLine(text)}`) });
  if (/no space left|not enough space|file system full|disk full/i.test(text)) {
    return failed('DISK_LOW', 'the flash of the router is full');
  }
  if (/permission denied|authentication failed|access denied|login incorrect|bad password/i.test(text)) {
    return failed('EXPORT_AUTH_FAILED', 'the receiver did not let the router in');
  }
  if (/connection refused|no route to host|timed out|timeout|unreachable|unable to connect|host not responding/i.test(text)) {
    return failed('EXPORT_UNREACHABLE', 'the router cannot reach the receiver');
  }
  if (/sftp connections only|export failed|failed to export|%\s*error|error opening|error writing|no packets|unable to export|wireshark operation failure/i.test(text)) {
    return failed('EXPORT_FAILED', 'the router could not write the file');
  }
  const refusal = readRefusal(text);
  if (refusal !== undefined) {
    return { outcome: 'failed', error: refusal };
  }
  return /export(?:ed)? started/i.test(text) ? { outcome: 'started' } : { outcome: 'done' };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** What `show clock` tells. */
export interface RouterTime {
  /** The shown wall time read as if it were UTC, Unix milliseconds. */
  readonly wallMs: number;
  readonly zone: string;
  /** `synchronised` by NTP; a leading `.` means it was once, a leading `*` that nobody vouches for it. */
  readonly trust: 'synchronised' | 'lost' | 'none';
}

/** @returns undefined for a text that is no time */
export function readTime(text: string): RouterTime | undefined {
  const match = /^\s*([.*])?(\d{1,2}):(\d{2}):(\d{2})(?:\.(\d{1,3}))? (\S+) \w{3} (\w{3}) (\d{1,2}) (\d{4})/m.exec(text);
  const month = MONTHS.indexOf(match?.[7] ?? '');
  if (match === null || month < 0) {
    return undefined;
  }
  const [, mark, hour, minute, second, fraction, zone] = match;
  const wallMs = Date.UTC(Number(match[9]), month, Number(match[8]), Number(hour), Number(minute), Number(second)) + Number(`0.${fraction ?? '0'}`) * 1_000;
  return { wallMs, zone: zone ?? '', trust: mark === '.' ? 'lost' : mark === '*' ? 'none' : 'synchronised' };
}

/**
 * Minutes that a router's zone is ahead of UTC, from `clock timezone` and `clock summer-time` of its configuration: a
 * zone's name alone says nothing.
 * @returns undefined when it cannot be told
 */
export function readZoneOffset(zone: string, configuration: string): number | undefined {
  if (/^(?:UTC|GMT|Z)$/i.test(zone)) {
    return 0;
  }
  const standard = /^clock timezone (\S+) (-?\d+)(?: (\d+))?/m.exec(configuration);
  const [hours, minutes] = [Number(standard?.[2] ?? 0), Number(standard?.[3] ?? 0)];
  const offset = hours * 60 + (hours < 0 ? -minutes : minutes);
  if (standard?.[1] === zone) {
    return offset;
  }
  const summer = /^clock summer-time (\S+) (.*)$/m.exec(configuration);
  if (summer?.[1] !== zone) {
    return undefined;
  }
  const extra = /\d{1,2}:\d{2}\s+(\d+)\s*$/.exec(summer[2] ?? '')?.[1];
  return offset + (extra === undefined ? 60 : Number(extra));
}

/** A reading in the form the offset is worked out from. */
export function clockReading(time: RouterTime, offsetMinutes: number, sentAt: number, receivedAt: number): ClockReading {
  const deviceMs = time.wallMs - offsetMinutes * 60_000;
  return { sentAt, receivedAt, deviceTime: `${Math.floor(deviceMs / 1_000)}.${String(deviceMs % 1_000).padStart(3, '0')}` };
}

function firstLine(text: string): string {
  return text.split('\n').find((line) => line.trim() !== '')?.trim() ?? '';
}

function lastLine(text: string): string {
  return text.split('\n').filter((line) => line.trim() !== '').at(-1)?.trim() ?? '';
}

/** Reads `show ip interface brief`: the second column, or `unassigned`. */
export function readInterfaceAddresses(text: string): string[] {
  return ownAddresses(text.split('\n').flatMap((line) => /^[A-Za-z][\w./-]*\s+(\S+)\s+(?:YES|NO)\b/.exec(line.trim())?.[1] ?? []));
}
