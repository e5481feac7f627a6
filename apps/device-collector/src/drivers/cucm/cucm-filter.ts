import { isIP } from 'node:net';
import type { Filter, FilterLeaf } from '../../packet-capture/filter/filter-tree';

/** What `utils network capture` can filter by: all given parts must match. */
interface VosFilter {
  readonly host?: string;
  /** Word before the address of `host`. */
  readonly protocol?: 'ip' | 'arp' | 'rarp';
  readonly src?: string;
  readonly dest?: string;
  readonly port?: number;
}

type Part = { readonly key: keyof VosFilter; readonly value: string | number };

/** Whether the command can express a whole filter. */
export function vosCanExpress(filter: Filter): boolean {
  return toVosFilter(filter) !== undefined;
}

/** A filter that {@link vosCanExpress} as the end of the command; empty when everything is wanted. */
export function vosFilterWords(filter: Filter): string {
  const { host, protocol = 'ip', src, dest, port } = toVosFilter(filter) ?? {};
  return [
    ...(port === undefined ? [] : [`port ${port}`]),
    ...(host === undefined ? [] : [`host ${protocol} ${host}`]),
    ...(src === undefined ? [] : [`src ${src}`]),
    ...(dest === undefined ? [] : [`dest ${dest}`]),
  ].join(' ');
}

function toVosFilter(filter: Filter): VosFilter | undefined {
  if (filter.kind === 'everything') {
    return {};
  }
  const leaves = filter.kind === 'all' ? filter.of : [filter];
  const parts = leaves.map((leaf) => (leaf.kind === 'all' || leaf.kind === 'any' || leaf.kind === 'not' || leaf.kind === 'nothing' || leaf.kind === 'everything' ? undefined : toPart(leaf)));
  const vos: Record<string, string | number> = {};
  for (const part of parts) {
    if (part === undefined || vos[part.key] !== undefined) {
      return undefined;
    }
    vos[part.key] = part.value;
  }
  const { host, protocol, src, dest } = vos;
  // `host` stands alone among the addresses, and a protocol only before its address.
  return (host !== undefined && (src !== undefined || dest !== undefined)) || (protocol !== undefined && host === undefined) ? undefined : (vos as VosFilter);
}

function toPart(leaf: FilterLeaf): Part | undefined {
  switch (leaf.kind) {
    case 'network':
      return leaf.bits === 32 && isIP(leaf.address) === 4 ? { key: leaf.side === 'either' ? 'host' : leaf.side, value: leaf.address } : undefined;
    case 'port':
      return leaf.side === 'either' && leaf.from === leaf.to ? { key: 'port', value: leaf.from } : undefined;
    case 'protocol':
      return leaf.protocol === 'ip' || leaf.protocol === 'arp' || leaf.protocol === 'rarp' ? { key: 'protocol', value: leaf.protocol } : undefined;
    case 'name':
      return undefined;
  }
}
