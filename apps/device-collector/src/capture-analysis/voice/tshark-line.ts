import type { RtpPacket } from './rtp-stream';
import { endpointOf, readSip, type SipText } from './sip-text';

/** Fields asked of tshark, in this order. One pass gives both signalling and media. */
export const TSHARK_FIELDS = [
  'frame.interface_id',
  'frame.time_epoch',
  'ip.src',
  'ip.dst',
  'ipv6.src',
  'ipv6.dst',
  'udp.srcport',
  'udp.dstport',
  'tcp.srcport',
  'tcp.dstport',
  'ip.ttl',
  'ipv6.hlim',
  'rtp.ssrc',
  'rtp.seq',
  'rtp.timestamp',
  'rtp.p_type',
  'sip.msg_hdr',
  'sip.Status-Line',
] as const;

/** Stands between the values of a field that occurs more than once in a packet; no protocol text contains it. */
export const OCCURRENCE_SEPARATOR = '\u001e';

/** Where and when a packet was seen. */
export interface PacketPlace {
  /** Number of the interface in the merged file. */
  readonly interface: number;
  /** Unix milliseconds with fraction. */
  readonly at: number;
  readonly source: string;
  readonly destination: string;
  readonly transport: 'udp' | 'tcp' | 'other';
}

/** A SIP message and where it was seen. */
export interface SeenSip extends PacketPlace {
  readonly text: SipText;
  /** Of a response. */
  readonly status: { readonly code: number; readonly reason: string } | undefined;
}

/** What one line holds; a TCP segment can hold several messages. */
export interface SeenPacket {
  readonly sip: readonly SeenSip[];
  readonly rtp: (PacketPlace & { readonly ssrc: number; readonly packet: RtpPacket }) | undefined;
}

/** Reads one line of tshark's output; undefined when it holds neither signalling nor media that could be read. */
export function readTsharkLine(line: string): SeenPacket | undefined {
  const [interfaceId, time, ip4Source, ip4Destination, ip6Source, ip6Destination, udpSource, udpDestination, tcpSource, tcpDestination, ttl, hopLimit, ssrc, sequence, timestamp, payloadType, messages, statusLines] =
    line.split('\t');
  // Tunnelled packets have several addresses: the innermost are the ones that talk.
  const source = last(ip4Source) || last(ip6Source);
  const destination = last(ip4Destination) || last(ip6Destination);
  const at = milliseconds(time ?? '');
  if (source === '' || destination === '' || Number.isNaN(at)) {
    return undefined;
  }
  const udp = last(udpSource) !== '';
  const place: PacketPlace = {
    interface: Number(interfaceId ?? 0),
    at,
    source: endpointOf(source, udp ? last(udpSource) : last(tcpSource)),
    destination: endpointOf(destination, udp ? last(udpDestination) : last(tcpDestination)),
    transport: udp ? 'udp' : last(tcpSource) === '' ? 'other' : 'tcp',
  };
  if (messages !== undefined && messages !== '') {
    return { sip: readMessages(place, messages, statusLines ?? ''), rtp: undefined };
  }
  if (ssrc === undefined || ssrc === '' || ssrc.includes(OCCURRENCE_SEPARATOR)) {
    return undefined;
  }
  const packet = { at, sequence: Number(sequence), timestamp: Number(timestamp), payloadType: Number(payloadType), ttl: Number(last(ttl) || last(hopLimit)) };
  return { sip: [], rtp: { ...place, ssrc: Number(ssrc), packet } };
}

function readMessages(place: PacketPlace, messages: string, statusLines: string): SeenSip[] {
  const statuses = statusLines === '' ? [] : statusLines.split(OCCURRENCE_SEPARATOR);
  const seen: SeenSip[] = [];
  for (const raw of messages.split(OCCURRENCE_SEPARATOR)) {
    const read = readSip(unescape(raw));
    // Some gear leaves Max-Forwards out; without a status line in the packet it is a request all the same.
    const text = read === undefined ? undefined : { ...read, request: read.request || statuses.length === 0 };
    const status = text === undefined || text.request ? undefined : /^SIP\/2\.0 (\d{3}) ?(.*)$/.exec(statuses.shift() ?? '');
    if (text !== undefined && (text.request || status)) {
      seen.push({ ...place, text, status: status ? { code: Number(status[1]), reason: status[2] ?? '' } : undefined });
    }
  }
  return seen;
}

/** tshark prints control characters of a text as in C. */
function unescape(text: string): string {
  return text.replace(/\\([rnt\\])/g, (_, letter: string) => ({ r: '\r', n: '\n', t: '\t' })[letter] ?? '\\');
}

/** Seconds with nine decimals do not fit a double of milliseconds by multiplication without an error in the last digits. */
function milliseconds(epoch: string): number {
  const [seconds = '', fraction = '0'] = epoch.split('.');
  return seconds === '' ? Number.NaN : Number(seconds) * 1_000 + Number(`0.${fraction}`) * 1_000;
}

function last(field: string | undefined): string {
  return field === undefined ? '' : (field.split(OCCURRENCE_SEPARATOR).at(-1) ?? '');
}
