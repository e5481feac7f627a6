import { type Filter, type FilterLeaf, type NetworkLeaf, type PortLeaf, type ProtocolLeaf, type Side } from './filter-tree';
import { unsupportedFilter } from './filter';

/*
 * A display filter looks at every layer of a packet, libpcap at the first network layer only: the header quoted in an ICMP error
 * has addresses and ports too. So conditions name the first layer (`#1`, since Wireshark 4.0), and are bound to the protocol that
 * comes first.
 */
const firstIs = (name: string): string => `frame.protocols matches "^(?:(?!(?:ip|ipv6|arp)(?::|$))[^:]+:)*${name}(?::|$)"`;
const IPV4 = firstIs('ip');
const IPV6 = firstIs('ipv6');
const ARP = firstIs('arp');
/** Wireshark reads both with one dissector; the operations tell them apart (RFC 903). */
const REVERSE = '(arp.opcode == 3 or arp.opcode == 4)';

/** Settings of tshark under which the filters mean what libpcap's mean: a fragment is looked at by itself. */
export const DISPLAY_FILTER_PREFERENCES = ['ip.defragment:FALSE', 'ipv6.defragment:FALSE', 'tcp.desegment_tcp_streams:FALSE', 'sctp.reassembly:FALSE'] as const;

/**
 * A normalised filter in Wireshark's display filter language (wireshark-filter(4), version 4.0 or later), selecting the same packets
 * as the libpcap expression; empty when everything is wanted.
 * @throws AppError `UNSUPPORTED_FILTER` for host names: who looks them up later may get another answer than the device
 */
export function displayFilter(filter: Filter): string {
  return filter.kind === 'everything' ? '' : compile(filter);
}

function compile(filter: Filter): string {
  switch (filter.kind) {
    case 'everything':
      return 'frame';
    case 'nothing':
      return 'not frame';
    case 'all':
      return `(${filter.of.map(compile).join(' and ')})`;
    case 'any':
      return `(${filter.of.map(compile).join(' or ')})`;
    case 'not':
      return `not (${compile(filter.of)})`;
    case 'network':
    case 'name':
    case 'port':
    case 'protocol':
      return `(${compileLeaf(filter)})`;
  }
}

function compileLeaf(leaf: FilterLeaf): string {
  switch (leaf.kind) {
    case 'network':
      return compileNetwork(leaf);
    case 'name':
      throw unsupportedFilter(leaf.path, 'a host name cannot be filtered afterwards; give its address');
    case 'port':
      return compilePort(leaf);
    case 'protocol':
      return compileProtocol(leaf.protocol);
  }
}

function either(side: Side, of: (end: 'src' | 'dst') => string): string {
  switch (side) {
    case 'src':
      return of('src');
    case 'dest':
      return of('dst');
    case 'either':
      return `(${of('src')} or ${of('dst')})`;
  }
}

function compileNetwork({ family, address, bits, side }: NetworkLeaf): string {
  const value = `${address}/${bits}`;
  if (family === 6) {
    return `${IPV6} and ${either(side, (end) => `ipv6.${end}#1 == ${value}`)}`;
  }
  return `(${IPV4} and ${either(side, (end) => `ip.${end}#1 == ${value}`)}) or (${ARP} and ${either(side, (end) => `arp.${end}.proto_ipv4#1 == ${value}`)})`;
}

const PORT_PROTOCOLS = [
  ['udp', 17],
  ['tcp', 6],
  ['sctp', 132],
] as const;

function compilePort({ side, from, to }: PortLeaf): string {
  return PORT_PROTOCOLS.map(([name, number]) => {
    const within = either(side, (end) => {
      const field = `${name}.${end}port#1`;
      return from === to ? `${field} == ${from}` : `(${field} >= ${from} and ${field} <= ${to})`;
    });
    return `((${IPV4} and ip.proto#1 == ${number} or ${IPV6} and ipv6.nxt#1 == ${number}) and ${within})`;
  }).join(' or ');
}

function compileProtocol(protocol: ProtocolLeaf['protocol']): string {
  switch (protocol) {
    case 'ip':
      return IPV4;
    case 'ipv6':
      return IPV6;
    case 'arp':
      return `${ARP} and not ${REVERSE}`;
    case 'rarp':
      return `${ARP} and ${REVERSE}`;
    case 'tcp':
      return inIp(6, 6);
    case 'udp':
      return inIp(17, 17);
    case 'icmp':
      return inIp(1, 58);
    default:
      return inIp(protocol, protocol);
  }
}

/** libpcap looks behind a fragment header of IPv6, and behind no other extension header. */
function inIp(inIpv4: number, inIpv6: number): string {
  return `(${IPV4} and ip.proto#1 == ${inIpv4}) or (${IPV6} and (ipv6.nxt#1 == ${inIpv6} or ipv6.nxt#1 == 44 and ipv6.fraghdr.nxt#1 == ${inIpv6}))`;
}
