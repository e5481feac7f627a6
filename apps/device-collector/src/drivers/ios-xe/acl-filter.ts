import type { CaptureFilter, OnUnsupported } from '@capstan/contracts';
import { divideFilter } from '../../packet-capture/filter/device-filter';
import { type AclRule, aclRules, type AclTerm } from './acl-rules';

/** What of the traffic a router is told to keep. */
export interface RouterFilter {
  /** Undefined: everything, frames that are no IP as well. */
  readonly rules: readonly AclRule[] | undefined;
  readonly postFilter: string | null;
  readonly dropped: readonly string[];
}

/** How the filter is put to the router. */
export type FilterMethod =
  | { readonly method: 'any' }
  | { readonly method: 'inline'; readonly match: string }
  | { readonly method: 'acl'; readonly lines: readonly string[] };

/** Our session as the router sees it: behind a jump host or address translation that is not our own address. */
export interface OwnSession {
  readonly address: string;
  /** Ports of the router's SSH server: the one we connect to, and 22 when it is translated. */
  readonly ports: readonly number[];
}

const NAMES: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 132: 'sctp' };
const TCP = 6;
/** No system gives its clients lower ports of their own accord. */
const LOWEST_CLIENT_PORT = 1_024 * 16;

/**
 * Divides a target's filter between the router and what comes afterwards.
 * @throws AppError `UNSUPPORTED_FILTER` as of `divideFilter`
 */
export function routerFilter(target: { readonly filter?: CaptureFilter | undefined; readonly on_unsupported: OnUnsupported }): RouterFilter {
  const { device, postFilter, dropped } = divideFilter(target, (part) => aclRules(part) !== undefined, 'IOS-XE');
  return { rules: device.kind === 'everything' ? undefined : aclRules(device), postFilter, dropped };
}

/**
 * One line that cannot match our own session is matched inline, without touching the configuration; everything else needs
 * an access list: it has as many lines as it takes, for both directions, and exceptions.
 */
export function filterMethod(filter: RouterFilter, own: OwnSession | undefined): FilterMethod {
  if (filter.rules === undefined) {
    return { method: 'any' };
  }
  const watchesOurselves = filter.rules.some(({ permit, term }) => permit && mayBeSsh(term, own?.ports ?? [22]));
  const [only, ...more] = filter.rules;
  if (only?.permit === true && more.length === 0 && !watchesOurselves) {
    return { method: 'inline', match: `match ipv4 protocol ${termWords(only.term)}` };
  }
  return { method: 'acl', lines: [...(own === undefined || !watchesOurselves ? [] : ownTrafficLines(own)), ...filter.rules.map(ruleLine)] };
}

/** Lines that keep Capstan's own session with the router out of the capture, both ways. */
export function ownTrafficLines({ address, ports }: OwnSession): string[] {
  return ports.flatMap((port) => [`deny tcp host ${address} any eq ${port}`, `deny tcp any eq ${port} host ${address}`]);
}

/** A line of an access list. */
export function ruleLine({ permit, term }: AclRule): string {
  return `${permit ? 'permit' : 'deny'} ${termWords(term)}`;
}

function termWords({ protocol, source, destination, sourcePort, destinationPort }: AclTerm): string {
  const port = (ports: AclTerm['sourcePort']): string => (ports === undefined ? '' : ports.from === ports.to ? ` eq ${ports.from}` : ` range ${ports.from} ${ports.to}`);
  const name = protocol === 'any' ? 'ip' : (NAMES[protocol] ?? String(protocol));
  return `${name} ${network(source)}${port(sourcePort)} ${network(destination)}${port(destinationPort)}`;
}

function network({ address, bits }: AclTerm['source']): string {
  const dotted = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
  return bits === 0 ? 'any' : bits === 32 ? `host ${dotted(address)}` : `${dotted(address)} ${dotted(2 ** (32 - bits) - 1)}`;
}

function mayBeSsh({ protocol, sourcePort, destinationPort }: AclTerm, ports: readonly number[]): boolean {
  const isServer = (range: AclTerm['sourcePort']): boolean => range === undefined || ports.some((port) => range.from <= port && port <= range.to);
  const isClient = (range: AclTerm['sourcePort']): boolean => range === undefined || range.to >= LOWEST_CLIENT_PORT;
  return (protocol === 'any' || protocol === TCP) && ((isServer(sourcePort) && isClient(destinationPort)) || (isServer(destinationPort) && isClient(sourcePort)));
}
