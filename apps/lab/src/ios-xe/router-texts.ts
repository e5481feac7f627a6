import type { CapturePoint, RouterState } from './router-state';
import type { RouterEdition } from './router-editions';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const two = (value: number): string => String(value).padStart(2, '0');

/** `show clock`. @param ms Unix milliseconds of the router's clock @param zone its name @param offsetMinutes ahead of UTC */
export function clockText(ms: number, mark: string, zone: string, offsetMinutes: number): string {
  const time = new Date(ms + offsetMinutes * 60_000);
  const clock = `${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())}.${String(time.getUTCMilliseconds()).padStart(3, '0')}`;
  return `${mark}${clock} ${zone} ${DAYS[time.getUTCDay()] ?? ''} ${MONTHS[time.getUTCMonth()] ?? ''} ${time.getUTCDate()} ${time.getUTCFullYear()}`;
}

/** Beginning of a log message. */
export function logTime(ms: number): string {
  const time = new Date(ms);
  return `*${MONTHS[time.getUTCMonth()] ?? ''} ${String(time.getUTCDate()).padStart(2)} ${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())}.${String(time.getUTCMilliseconds()).padStart(3, '0')}`;
}

/** One block of `show monitor capture`. */
export function pointText(state: RouterState, point: CapturePoint): string {
  const limit = (value: number, none: string): string => (value === 0 ? `0 (${none})` : String(value));
  const filter =
    point.accessList === undefined
      ? point.match === undefined
        ? ' Filter Details:\n  Filter not attached\n'
        : point.match === 'any'
          ? ' Filter Details:\n  Capture all packets\n'
          : ` Filter Details:\n  IPv4\n    ${point.match}\n`
      : ` Filter Details:\n  Access-list: ${point.accessList}\n`;
  return [
    `\nStatus Information for Capture ${point.name}\n`,
    '  Target Type: \n',
    ...point.interfaces.map(({ name, direction }) => `  Interface: ${name}, Direction: ${direction.toUpperCase()}\n`),
    ...(point.controlPlane === undefined ? [] : [`  Interface: Control Plane, Direction: ${point.controlPlane.toUpperCase()}\n`]),
    `   Status : ${state.isActive(point) ? 'Active' : 'Inactive'}\n`,
    filter,
    ' Buffer Details: \n',
    `  Buffer Type: ${point.circular ? 'CIRCULAR' : 'LINEAR (default)'}\n`,
    `  Buffer Size (in MB): ${point.bufferMb}\n`,
    ' Limit Details: \n',
    `  Number of Packets to capture: ${limit(point.packetLimit, 'no limit')}\n`,
    `  Packet Capture duration: ${limit(point.durationSec, 'no limit')}\n`,
    `  Packet Size to capture: ${limit(point.packetLength, 'no limit')}\n`,
    `  Maximum number of packets to capture per second: ${point.pps}\n`,
    '  Packet sampling rate: 0 (no sampling)\n',
  ].join('');
}

/** `show monitor capture NAME buffer`. */
export function bufferText(state: RouterState, point: CapturePoint): string {
  const { bytes, dropped } = state.count(point);
  const used = Math.min(bytes, point.bufferMb * 1_048_576);
  return [
    ` buffer size (KB) : ${point.bufferMb * 1_024}\n`,
    ` buffer used (KB) : ${Math.ceil(used / 1_024)}\n`,
    ` packets in buf   : ${state.inBuffer(point)}\n`,
    ` packets dropped  : ${dropped}\n`,
    ' packets per sec  : 1\n',
  ].join('');
}

/** `show monitor capture NAME buffer dump`. */
export function dumpText(state: RouterState, point: CapturePoint, style: RouterEdition['dump']): string {
  return state
    .content(point)
    .map(({ frame }, index) => `${style === 'bytes' ? ` ${index}\n` : `${index}\n`}${style === 'bytes' ? bytesText(frame) : wordsText(frame)}\n`)
    .join('');
}

function bytesText(frame: Buffer): string {
  return rowsOf(frame)
    .map(([offset, row]) => `${hex(offset, 4)}  ${[...row].map((byte) => hex(byte, 2)).join(' ').padEnd(47)}   ${printable(row)}\n`)
    .join('');
}

function wordsText(frame: Buffer): string {
  return rowsOf(frame)
    .map(([offset, row]) => `  ${hex(offset, 4).toUpperCase()}:  ${(row.toString('hex').toUpperCase().match(/.{1,8}/g) ?? []).join(' ').padEnd(36)}  ${printable(row)}\n`)
    .join('');
}

function rowsOf(frame: Buffer): [number, Buffer][] {
  return Array.from({ length: Math.ceil(frame.length / 16) }, (_, row) => [row * 16, frame.subarray(row * 16, row * 16 + 16)]);
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
const printable = (bytes: Buffer): string => bytes.toString('latin1').replace(/[^\x21-\x7e]/g, '.');

/** `dir flash:` or of one file. */
export function directoryText(state: RouterState, file: string | undefined, totalBytes: number, freeBytes: number): string {
  const rows = [...state.flash]
    .filter(([name]) => file === undefined || name.toLowerCase() === file.toLowerCase())
    .map(([name, bytes], index) => `${String(index + 12).padStart(6)}  -rw-  ${String(bytes.length).padStart(16)}  Nov 27 2025 22:45:44 +00:00  ${name}\n`);
  if (file !== undefined && rows.length === 0) {
    return `%Error opening bootflash:/${file} (No such file or directory)\n`;
  }
  return `Directory of bootflash:/${file ?? ''}\n\n${rows.join('')}\n${totalBytes} bytes total (${freeBytes} bytes free)\n`;
}

/** `show ip access-lists NAME`. */
export function accessListText(name: string, lines: readonly string[]): string {
  return [`Extended IP access list ${name}\n`, ...lines.map((line, index) => `    ${(index + 1) * 10} ${line}\n`)].join('');
}
