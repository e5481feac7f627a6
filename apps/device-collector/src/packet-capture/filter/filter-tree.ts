import type { FilterProtocol } from '@capstan/contracts';

/** Which end of a packet is meant; `either` is one or the other. */
export type Side = 'either' | 'src' | 'dest';

/** Addresses of a network; a single host is a network of all bits. Host bits are cleared. */
export interface NetworkLeaf {
  readonly kind: 'network';
  readonly side: Side;
  readonly family: 4 | 6;
  readonly address: string;
  readonly bits: number;
  /** Where the caller wrote it: dotted, e.g. `filter.expression.all.0.host`. */
  readonly path: string;
}
/** A host by its name; whoever applies the filter looks it up. */
export interface NameLeaf {
  readonly kind: 'name';
  readonly side: Side;
  readonly name: string;
  readonly path: string;
}
/** Ports of TCP, UDP and SCTP, both ends included. */
export interface PortLeaf {
  readonly kind: 'port';
  readonly side: Side;
  readonly from: number;
  readonly to: number;
  readonly path: string;
}
/** A protocol by its word, or by its number in IP where it has no word. `icmp` is ICMP or ICMPv6. */
export interface ProtocolLeaf {
  readonly kind: 'protocol';
  readonly protocol: FilterProtocol | number;
  readonly path: string;
}
/** One condition. */
export type FilterLeaf = NetworkLeaf | NameLeaf | PortLeaf | ProtocolLeaf;

/** No packet can pass; `because` says what contradicts what. */
export interface Nothing {
  readonly kind: 'nothing';
  readonly path: string;
  readonly because: string;
}

/** A normalised filter. In one that came from `simplify`, constants stand alone and lists have at least two different members. */
export type Filter =
  | { readonly kind: 'everything' }
  | Nothing
  | { readonly kind: 'all'; readonly of: readonly Filter[] }
  | { readonly kind: 'any'; readonly of: readonly Filter[] }
  | { readonly kind: 'not'; readonly of: Filter }
  | FilterLeaf;

/** Lets everything pass. */
export const EVERYTHING: Filter = { kind: 'everything' };

/** Whether a network is one host. */
export function isSingleHost(leaf: NetworkLeaf): boolean {
  return leaf.bits === (leaf.family === 4 ? 32 : 128);
}

/** Text that is the same for filters that mean the same by their form, wherever they were written. */
export function sameness(filter: Filter): string {
  switch (filter.kind) {
    case 'everything':
    case 'nothing':
      return filter.kind;
    case 'all':
    case 'any':
      return `${filter.kind}(${filter.of.map(sameness).sort().join(',')})`;
    case 'not':
      return `not(${sameness(filter.of)})`;
    case 'network':
      return `${filter.side} ${filter.address.toLowerCase()}/${filter.bits}`;
    case 'name':
      return `${filter.side} ${filter.name.toLowerCase()}`;
    case 'port':
      return `${filter.side} ${filter.from}-${filter.to}`;
    case 'protocol':
      return `protocol ${filter.protocol}`;
  }
}

/** Every condition in a filter, from left to right. */
export function leavesOf(filter: Filter): FilterLeaf[] {
  switch (filter.kind) {
    case 'everything':
    case 'nothing':
      return [];
    case 'all':
    case 'any':
      return filter.of.flatMap(leavesOf);
    case 'not':
      return leavesOf(filter.of);
    case 'network':
    case 'name':
    case 'port':
    case 'protocol':
      return [filter];
  }
}
