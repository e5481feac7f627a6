import { type CaptureFilter, type FilterNode, filterParts, type FilterProtocol, type PortValue } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import { readAddress } from './ip-network';
import { type Filter, type FilterLeaf, type PortLeaf, type Side } from './filter-tree';
import { simplify } from './simplify';

/**
 * Reads the neutral filter into the normalised tree that all compilers work on: flat, without constants and repetitions.
 * @param at where the filter hangs in the caller's request
 * @throws AppError `UNSUPPORTED_FILTER` with the wrong leaf in `details.path`: an address that is none, or conditions that no
 *   packet can meet together
 */
export function readFilter(filter: CaptureFilter | undefined, at = 'filter'): Filter {
  const read = simplify({ kind: 'all', of: filterParts(filter).map(({ node, path }) => readNode(node, `${at}.${path}`)) });
  if (read.kind === 'nothing') {
    throw unsupportedFilter(read.path, read.because);
  }
  return read;
}

/** `UNSUPPORTED_FILTER` for a place in the request. */
export function unsupportedFilter(path: string, reason: string): AppError {
  return new AppError('UNSUPPORTED_FILTER', `${path}: ${reason}`, { details: { path } });
}

function readNode(node: FilterNode, path: string): Filter {
  if ('all' in node) {
    return { kind: 'all', of: node.all.map((child, index) => readNode(child, `${path}.all.${index}`)) };
  }
  if ('any' in node) {
    return { kind: 'any', of: node.any.map((child, index) => readNode(child, `${path}.any.${index}`)) };
  }
  if ('not' in node) {
    return { kind: 'not', of: readNode(node.not, `${path}.not`) };
  }
  return readLeaf(node, path);
}

type LeafNode = Exclude<FilterNode, { all: unknown } | { any: unknown } | { not: unknown }>;

/** @param path of the node; a leaf of the short form is its own field, one of the tree is a field of its node */
function readLeaf(node: LeafNode, path: string): FilterLeaf {
  const [key] = Object.keys(node) as [string];
  const place = path.endsWith(`.${key}`) ? path : `${path}.${key}`;
  if ('host' in node) {
    return readHost('either', node.host, place);
  }
  if ('src' in node) {
    return readHost('src', node.src, place);
  }
  if ('dest' in node) {
    return readHost('dest', node.dest, place);
  }
  if ('port' in node) {
    return readPort('either', node.port, place);
  }
  if ('src_port' in node) {
    return readPort('src', node.src_port, place);
  }
  if ('dest_port' in node) {
    return readPort('dest', node.dest_port, place);
  }
  return { kind: 'protocol', protocol: readProtocol(node.protocol), path: place };
}

function readHost(side: Side, text: string, path: string): FilterLeaf {
  const read = readAddress(text);
  switch (read.kind) {
    case 'invalid':
      throw unsupportedFilter(path, read.reason);
    case 'name':
      return { kind: 'name', side, name: read.name, path };
    case 'address':
      return { kind: 'network', side, family: read.family, address: read.address, bits: read.family === 4 ? 32 : 128, path };
    case 'network':
      return { kind: 'network', side, family: read.family, address: read.network.replace(/\/.*/, ''), bits: read.bits, path };
  }
}

function readPort(side: Side, value: PortValue, path: string): PortLeaf {
  return typeof value === 'number' ? { kind: 'port', side, from: value, to: value, path } : { kind: 'port', side, from: value.from, to: value.to, path };
}

/** 6 is tcp: one condition, one form. */
function readProtocol(protocol: FilterProtocol | number): FilterProtocol | number {
  return protocol === 6 ? 'tcp' : protocol === 17 ? 'udp' : protocol;
}
