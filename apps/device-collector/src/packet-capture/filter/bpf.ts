import { assertNever } from '@capstan/kernel';
import { type Filter, type FilterLeaf, isSingleHost, type ProtocolLeaf, type Side } from './filter-tree';

/** Words that mean something in a filter, so that a host of that name must be marked with a backslash (pcap-filter(7)). */
const RESERVED = new Set(
  ('and or not host net port portrange src dst ether gateway proto ip ip6 arp rarp tcp udp icmp icmp6 igmp igrp pim vrrp carp ah esp ' +
    'sctp less greater broadcast multicast inbound outbound vlan mpls pppoes pppoed geneve vxlan mask len link fddi tr wlan ppp slip ' +
    'decnet lat moprc mopdl atalk aarp iso clnp esis isis stp ipx netbeui type subtype dir direction rnr rset reason action ifname ' +
    'protochain addr1 addr2 addr3 addr4 ra ta sca lsap radio').split(' '),
);

const DIRECTION: Readonly<Record<Side, string>> = { either: '', src: 'src ', dest: 'dst ' };

/** A normalised filter as a libpcap expression; empty when everything is wanted. Pure: names are looked up by the device. */
export function bpfExpression(filter: Filter): string {
  return filter.kind === 'everything' ? '' : compile(filter, false);
}

/** @param inside whether the text becomes a part of something larger */
function compile(filter: Filter, inside: boolean): string {
  switch (filter.kind) {
    case 'everything':
      // libpcap has no word for it; a length is never negative.
      return 'greater 0';
    case 'nothing':
      return 'less 0';
    case 'all':
      return grouped(filter.of.map((child) => compile(child, true)).join(' and '), inside);
    case 'any':
      return grouped(filter.of.map((child) => compile(child, true)).join(' or '), inside);
    case 'not':
      return `not (${compile(filter.of, false)})`;
    case 'network':
    case 'name':
    case 'port':
    case 'protocol':
      return compileLeaf(filter);
    default:
      return assertNever(filter);
  }
}

function grouped(text: string, inside: boolean): string {
  return inside ? `(${text})` : text;
}

function compileLeaf(leaf: FilterLeaf): string {
  switch (leaf.kind) {
    case 'network':
      return isSingleHost(leaf) ? `${DIRECTION[leaf.side]}host ${leaf.address}` : `${DIRECTION[leaf.side]}net ${leaf.address}/${leaf.bits}`;
    case 'name':
      return `${DIRECTION[leaf.side]}host ${RESERVED.has(leaf.name.toLowerCase()) ? '\\' : ''}${leaf.name}`;
    case 'port':
      return leaf.from === leaf.to ? `${DIRECTION[leaf.side]}port ${leaf.from}` : `${DIRECTION[leaf.side]}portrange ${leaf.from}-${leaf.to}`;
    case 'protocol':
      return compileProtocol(leaf.protocol);
  }
}

function compileProtocol(protocol: ProtocolLeaf['protocol']): string {
  switch (protocol) {
    case 'icmp':
      // One word for people, two protocols on the wire.
      return '(icmp or icmp6)';
    case 'ipv6':
      return 'ip6';
    case 'ip':
    case 'arp':
    case 'rarp':
    case 'tcp':
    case 'udp':
      return protocol;
    default:
      return `(ip proto ${protocol} or ip6 proto ${protocol})`;
  }
}

/** How the device sees our connection: `$SSH_CONNECTION`, right even behind address translation. */
export interface OwnConnection {
  /** Our address. */
  readonly clientAddress: string;
  /** The port its SSH server listens on. */
  readonly serverPort: number;
}

/** `wanted`, without Capstan's own SSH traffic: a capture must not grow by being watched. */
export function withoutOwnTraffic(wanted: string, own: { clientAddress: string; serverPort: number | string }): string {
  const exclusion = `not (host ${own.clientAddress} and tcp port ${own.serverPort})`;
  return wanted === '' ? exclusion : `(${wanted}) and ${exclusion}`;
}
