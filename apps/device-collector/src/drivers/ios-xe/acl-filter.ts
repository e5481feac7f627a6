import type { CaptureFilter } from '@capstan/contracts';
import { AppError, assertNever } from '@capstan/kernel';
import { readAddress } from '../linux/ip-network';

/** One line of an extended access list, or of `match ipv4 protocol`. */
export interface AclTerm {
  readonly protocol: 'ip' | 'tcp' | 'udp' | 'icmp';
  /** As IOS writes it: `any`, `host A`, `A wildcard`. */
  readonly source: string;
  readonly destination: string;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
}

/** What of the traffic a router is told to keep. */
export type RouterFilter =
  /** Everything, frames that are no IP as well. */
  | { readonly kind: 'everything' }
  | { readonly kind: 'terms'; readonly terms: readonly AclTerm[] };

const ANY = 'any';

/**
 * The filter as lines of an access list, each direction and each end spelled out: a line matches one direction, one
 * protocol and one port at most.
 * @throws AppError `UNSUPPORTED_FILTER` with the field in `details.path`
 */
export function routerFilter(filter: CaptureFilter | undefined): RouterFilter {
  const protocols = protocolsOf(filter);
  if (filter === undefined || protocols === 'everything') {
    return { kind: 'everything' };
  }
  const either = filter.host === undefined ? undefined : addressOf('host', filter.host);
  const from = filter.src === undefined ? ANY : addressOf('src', filter.src);
  const to = filter.dest === undefined ? ANY : addressOf('dest', filter.dest);
  const ways = either === undefined ? [{ source: from, destination: to }] : either === ANY ? [{ source: ANY, destination: ANY }] : [{ source: either, destination: ANY }, { source: ANY, destination: either }];
  const { port } = filter;
  const ends: Pick<AclTerm, 'sourcePort' | 'destinationPort'>[] = port === undefined ? [{}] : [{ sourcePort: port }, { destinationPort: port }];
  return { kind: 'terms', terms: protocols.flatMap((protocol) => ways.flatMap((way) => ends.map((end) => ({ protocol, ...way, ...end })))) };
}

function protocolsOf(filter: CaptureFilter | undefined): 'everything' | AclTerm['protocol'][] {
  const { protocol, host, src, dest, port } = filter ?? {};
  switch (protocol) {
    case undefined:
    case 'all':
      if (port !== undefined) {
        return ['tcp', 'udp'];
      }
      return host === undefined && src === undefined && dest === undefined ? 'everything' : ['ip'];
    case 'ip':
      return port === undefined ? ['ip'] : ['tcp', 'udp'];
    case 'tcp':
    case 'udp':
    case 'icmp':
      return [protocol];
    case 'arp':
    case 'rarp':
      throw unsupported('protocol', `IOS-XE cannot select ${protocol}; without a filter it is in the capture`);
    default:
      return assertNever(protocol);
  }
}

function addressOf(field: 'host' | 'src' | 'dest', text: string): string {
  const read = readAddress(text);
  switch (read.kind) {
    case 'invalid':
      throw unsupported(field, read.reason);
    case 'name':
      throw unsupported(field, 'IOS-XE filters by address, not by name');
    case 'address':
      if (read.family === 6) {
        throw unsupported(field, 'IOS-XE cannot select IPv6 addresses here; without a filter IPv6 is in the capture');
      }
      return `host ${read.address}`;
    case 'network': {
      if (read.family === 6) {
        throw unsupported(field, 'IOS-XE cannot select IPv6 networks here; without a filter IPv6 is in the capture');
      }
      const [network = '', length] = read.network.split('/');
      const bits = Number(length);
      return bits === 0 ? ANY : bits === 32 ? `host ${network}` : `${network} ${wildcard(bits)}`;
    }
    default:
      return assertNever(read);
  }
}

function wildcard(bits: number): string {
  const mask = 2 ** (32 - bits) - 1;
  return [24, 16, 8, 0].map((shift) => Math.floor(mask / 2 ** shift) % 256).join('.');
}

/** A line as IOS takes it, behind `permit`, `deny` or `match ipv4 protocol`. */
export function aclLine({ protocol, source, destination, sourcePort, destinationPort }: AclTerm): string {
  const port = (number: number | undefined): string => (number === undefined ? '' : ` eq ${number}`);
  return `${protocol} ${source}${port(sourcePort)} ${destination}${port(destinationPort)}`;
}

/** Lines that keep Capstan's own session with the router out of the capture, both ways. */
export function ownTrafficLines(own: OwnSession): string[] {
  return own.ports.flatMap((port) => [`deny tcp host ${own.address} any eq ${port}`, `deny tcp any eq ${port} host ${own.address}`]);
}

/** Our session as the router sees it: behind a jump host or address translation that is not our own address. */
export interface OwnSession {
  readonly address: string;
  /** Ports of the router's SSH server: the one we connect to, and 22 when it is translated. */
  readonly ports: readonly number[];
}

/** How the filter is put to the router. */
export type FilterMethod =
  | { readonly method: 'any' }
  | { readonly method: 'inline'; readonly match: string }
  | { readonly method: 'acl'; readonly lines: readonly string[] };

/**
 * One line that cannot match our own session is matched inline, without touching the configuration; everything else needs
 * an access list.
 */
export function filterMethod(filter: RouterFilter, own: OwnSession | undefined): FilterMethod {
  if (filter.kind === 'everything') {
    return { method: 'any' };
  }
  const [only, ...more] = filter.terms;
  const watchesOurselves = filter.terms.some(({ protocol, sourcePort, destinationPort }) => {
    const port = sourcePort ?? destinationPort;
    return protocol === 'ip' || (protocol === 'tcp' && (port === undefined || own === undefined || own.ports.includes(port)));
  });
  if (only !== undefined && more.length === 0 && !watchesOurselves) {
    return { method: 'inline', match: `match ipv4 protocol ${aclLine(only)}` };
  }
  return { method: 'acl', lines: [...(own === undefined || !watchesOurselves ? [] : ownTrafficLines(own)), ...filter.terms.map((term) => `permit ${aclLine(term)}`)] };
}

function unsupported(field: string, reason: string): AppError {
  return new AppError('UNSUPPORTED_FILTER', `filter.${field}: ${reason}`, { details: { path: `filter.${field}` } });
}
