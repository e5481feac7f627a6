import type { CaptureFilter } from '@capstan/contracts';
import { AppError, assertNever } from '@capstan/kernel';
import { readAddress } from './ip-network';

/** Words that mean something in a filter, so that a host of that name must be marked with a backslash (pcap-filter(7)). */
const RESERVED = new Set(
  ('and or not host net port portrange src dst ether gateway proto ip ip6 arp rarp tcp udp icmp icmp6 igmp igrp pim vrrp carp ah esp ' +
    'sctp less greater broadcast multicast inbound outbound vlan mpls pppoes pppoed geneve vxlan mask len link fddi tr wlan ppp slip ' +
    'decnet lat moprc mopdl atalk aarp iso clnp esis isis stp ipx netbeui type subtype dir direction rnr rset reason action ifname ' +
    'protochain addr1 addr2 addr3 addr4 ra ta sca lsap radio').split(' '),
);

type Family = 4 | 6 | undefined;

/**
 * The filter as a libpcap expression; empty when everything is wanted. Pure: names are looked up by the device.
 * @throws AppError `UNSUPPORTED_FILTER` with the field in `details.path`
 */
export function filterExpression(filter: CaptureFilter | undefined): string {
  if (filter === undefined) {
    return '';
  }
  const families: Family[] = [];
  const address = (field: 'host' | 'src' | 'dest', direction: string): string => {
    const text = filter[field];
    if (text === undefined) {
      return '';
    }
    const read = readAddress(text);
    switch (read.kind) {
      case 'invalid':
        throw unsupported(field, read.reason);
      case 'network':
        families.push(read.family);
        return `${direction}net ${read.network}`;
      case 'address':
        families.push(read.family);
        return `${direction}host ${read.address}`;
      case 'name':
        return `${direction}host ${RESERVED.has(read.name.toLowerCase()) ? '\\' : ''}${read.name}`;
      default:
        return assertNever(read);
    }
  };
  const addresses = [address('host', ''), address('src', 'src '), address('dest', 'dst ')].filter((part) => part !== '');
  if (families.includes(4) && families.includes(6)) {
    throw unsupported('dest', 'src and dest are of different IP versions, so no packet can match');
  }
  const { protocol } = filter;
  if (families.includes(6) && (protocol === 'ip' || protocol === 'arp' || protocol === 'rarp')) {
    throw unsupported('protocol', `${protocol} never carries IPv6 addresses, so no packet can match`);
  }
  const port = filter.port === undefined ? '' : `port ${filter.port}`;
  return [protocolPart(protocol), ...addresses, port].filter((part) => part !== '').join(' and ');
}

function protocolPart(protocol: CaptureFilter['protocol']): string {
  switch (protocol) {
    case undefined:
    case 'all':
      return '';
    case 'icmp':
      // One word for people, two protocols on the wire.
      return '(icmp or icmp6)';
    case 'ip':
    case 'arp':
    case 'rarp':
    case 'tcp':
    case 'udp':
      return protocol;
    default:
      return assertNever(protocol);
  }
}

function unsupported(field: string, reason: string): AppError {
  return new AppError('UNSUPPORTED_FILTER', `filter.${field}: ${reason}`, { details: { path: `filter.${field}` } });
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
