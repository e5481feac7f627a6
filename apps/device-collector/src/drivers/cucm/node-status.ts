import { type ClockOffset } from '../../packet-capture/clock-offset';
import { ownAddresses } from '../../packet-capture/own-addresses';

/** What `show status` tells. */
export interface NodeStatus {
  readonly version?: string;
  /** The node's clock, in Unix milliseconds of a whole second. */
  readonly time?: number;
  /** The partition that takes captures. */
  readonly logging?: { readonly totalKib: number; readonly freeKib: number; readonly usedPercent: number };
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Reads `show status`; what is worded otherwise is left out. */
export function readStatus(text: string): NodeStatus {
  const version = /^(?:Product Ver(?:sion)?|Active Version)\s*:\s*(\S+)/im.exec(text)?.[1];
  const disk = /^Disk\/logging\s+([\d,]+)K\s+([\d,]+)K\s+[\d,]+K?\s*\((\d+)%\)/im.exec(text);
  const zone = /^Time Zone\s*:.*?\(([A-Za-z_+\-/0-9]+)\)/im.exec(text)?.[1] ?? /^Time Zone\s*:\s*(UTC|GMT|[A-Z][A-Za-z_]+\/[A-Za-z_/]+)/im.exec(text)?.[1];
  const time = readTime(/^Date\s*:\s*(.+)$/im.exec(text)?.[1], zone);
  return {
    ...(version === undefined ? {} : { version }),
    ...(time === undefined ? {} : { time }),
    ...(disk === null ? {} : { logging: { totalKib: number(disk[1]), freeKib: number(disk[2]), usedPercent: number(disk[3]) } }),
  };
}

/** The clock's offset from an answer that was asked for at `sentAt` and had come by `receivedAt`; the node tells whole seconds. */
export function statusClock(status: NodeStatus, sentAt: number, receivedAt: number): ClockOffset | undefined {
  if (status.time === undefined) {
    return undefined;
  }
  const middle = (sentAt + receivedAt) / 2;
  return { offsetMs: Math.round(status.time + 500 - middle), uncertaintyMs: Math.round((receivedAt - sentAt) / 2 + 501) };
}

/** What `utils ntp status` says against the node's clock; undefined when it follows a server, or does not tell. */
export function ntpDoubt(text: string): string | undefined {
  return /unsynchroni[sz]ed|not synchroni[sz]ed/i.test(text) ? 'the clock of the node follows no time server' : undefined;
}

/** Level at which a node begins to delete its own logs, in percent; five below it `capture-rotate` refuses to start. */
const LOW_WATER_MARK = 90;
const MARGIN = 5;

/** Why a capture does not fit on the node; undefined when it does, or the node does not tell. */
export function diskDoubt({ logging }: NodeStatus, wantedMb: number): string | undefined {
  if (logging === undefined) {
    return undefined;
  }
  if (logging.usedPercent >= LOW_WATER_MARK - MARGIN) {
    return `its log partition is ${logging.usedPercent} % full; captures need less than ${LOW_WATER_MARK - MARGIN} %`;
  }
  return logging.freeKib < wantedMb * 1_024 ? `its log partition has ${Math.floor(logging.freeKib / 1_024)} MB left, and the capture may take ${wantedMb} MB` : undefined;
}

/** `Wed Nov 5, 2014 14:01:51`, with or without a zone behind it. */
function readTime(text: string | undefined, zone: string | undefined): number | undefined {
  const match = /([A-Z][a-z]{2})[a-z]*\.? +(\d{1,2}),? +(?:(\d{4}),? +)?(\d{1,2}):(\d{2}):(\d{2})(?: +([A-Z]{3,5}))?(?: +(\d{4}))?/.exec((text ?? '').replace(/^[A-Z][a-z]{2,8},? +(?=[A-Z])/, ''));
  const month = MONTHS.indexOf((match?.[1] ?? '').toLowerCase());
  const year = match?.[3] ?? match?.[8];
  if (match === null || month < 0 || year === undefined) {
    return undefined;
  }
  const wall = Date.UTC(Number(year), month, Number(match[2]), Number(match[4]), Number(match[5]), Number(match[6]));
  const named = match[7] === 'UTC' || match[7] === 'GMT' ? 'UTC' : zone;
  const shift = named === undefined ? undefined : zoneShift(wall, named);
  return shift === undefined ? undefined : wall - shift;
}

/** Milliseconds that a zone is ahead of UTC when its clocks show `wall`; undefined for a zone nobody knows. */
function zoneShift(wall: number, zone: string): number | undefined {
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' });
    const shown = (at: number): number => {
      const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
      return Date.UTC(part['year'] ?? 0, (part['month'] ?? 1) - 1, part['day'] ?? 1, part['hour'] ?? 0, part['minute'] ?? 0, part['second'] ?? 0);
    };
    const first = shown(wall) - wall;
    // Near a change of the clocks the first guess is an hour off.
    return shown(wall - first) - (wall - first);
  } catch {
    return undefined;
  }
}

function number(text: string | undefined): number {
  return Number((text ?? '').replaceAll(',', ''));
}

/** Reads `show network eth0`: the node's addresses, IPv4 and IPv6; none in a wording that is not known. */
export function readNodeAddresses(text: string): string[] {
  return ownAddresses([...text.matchAll(/\b(?:IP|IPv6) Address\s*:\s*([0-9A-Fa-f:.]+)/gi)].map(([, address = '']) => address));
}
