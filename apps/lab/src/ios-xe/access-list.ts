import type { RouterPacket } from './router-packets';

/** One end of a line. */
interface End {
  readonly address: number;
  /** Bits that do not matter. */
  readonly wildcard: number;
  readonly from: number;
  readonly to: number;
}

/** A line of an extended access list, or of `match ipv4 protocol`. */
export interface AccessLine {
  readonly permit: boolean;
  /** undefined: every protocol. */
  readonly protocol: number | undefined;
  readonly source: End;
  readonly destination: End;
}

const PROTOCOLS: Readonly<Record<string, number | undefined>> = { ip: undefined, icmp: 1, tcp: 6, udp: 17, sctp: 132 };

/** @returns undefined for a line that a router does not take */
export function readAccessLine(text: string): AccessLine | undefined {
  const [action, ...words] = text.trim().split(/\s+/);
  return action === 'permit' || action === 'deny' ? readTerm(action === 'permit', words) : undefined;
}

/** The words behind `match ipv4 protocol`. @returns undefined when a router does not take them */
export function readMatch(text: string): AccessLine | undefined {
  return readTerm(true, text.trim().split(/\s+/));
}

function readTerm(permit: boolean, words: string[]): AccessLine | undefined {
  const name = words.shift() ?? '';
  const protocol = name in PROTOCOLS ? PROTOCOLS[name] : /^\d{1,3}$/.test(name) ? Number(name) : NaN;
  const source = readEnd(words);
  const destination = readEnd(words);
  return Number.isNaN(protocol) || source === undefined || destination === undefined || words.length > 0 ? undefined : { permit, protocol, source, destination };
}

function readEnd(words: string[]): End | undefined {
  const first = words.shift();
  const second = first === 'any' ? undefined : words.shift();
  const [address, wildcard] = first === 'any' ? [0, 2 ** 32 - 1] : first === 'host' ? [number(second), 0] : [number(first), number(second)];
  if (address === undefined || wildcard === undefined) {
    return undefined;
  }
  let [from, to] = [0, 65_535];
  if (words[0] === 'eq') {
    from = to = Number(words[1]);
    words.splice(0, 2);
  } else if (words[0] === 'range') {
    [from, to] = [Number(words[1]), Number(words[2])];
    words.splice(0, 3);
  }
  return { address, wildcard, from, to };
}

function number(address: string | undefined): number | undefined {
  const octets = (address ?? '').split('.').map(Number);
  return octets.length === 4 && octets.every((octet) => octet >= 0 && octet <= 255) ? octets.reduce((value, octet) => value * 256 + octet, 0) : undefined;
}

/** Whether a list passes a packet: the first line that matches decides, and behind the last one stands a deny. */
export function passes(lines: readonly AccessLine[], packet: RouterPacket): boolean {
  const at = (end: End, { address, port }: RouterPacket['source']): boolean => {
    const care = ~end.wildcard >>> 0;
    return (((number(address) ?? 0) & care) >>> 0) === ((end.address & care) >>> 0) && end.from <= port && port <= end.to;
  };
  const first = lines.find((line) => (line.protocol === undefined || line.protocol === packet.protocol) && at(line.source, packet.source) && at(line.destination, packet.destination));
  return first?.permit === true;
}
