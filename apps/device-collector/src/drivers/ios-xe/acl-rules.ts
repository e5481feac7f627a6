import type { Filter, FilterLeaf, NetworkLeaf, Side } from '../../packet-capture/filter/filter-tree';

/** What one line of an extended access list matches. Addresses are numbers of 32 bits. */
export interface AclTerm {
  /** `any` is every protocol of IP. */
  readonly protocol: number | 'any';
  readonly source: AclNetwork;
  readonly destination: AclNetwork;
  readonly sourcePort: AclPorts | undefined;
  readonly destinationPort: AclPorts | undefined;
}

/** A line of an access list; of those that match a packet the first decides, and a packet that none matches is out. */
export interface AclRule {
  readonly permit: boolean;
  readonly term: AclTerm;
}

interface AclNetwork {
  readonly address: number;
  readonly bits: number;
}
interface AclPorts {
  readonly from: number;
  readonly to: number;
}

/** An access list longer than this says that the filter does not fit a router. */
const MOST_RULES = 100;
const ANYWHERE: AclNetwork = { address: 0, bits: 0 };
const EVERY_PACKET: AclTerm = { protocol: 'any', source: ANYWHERE, destination: ANYWHERE, sourcePort: undefined, destinationPort: undefined };
const [ICMP, TCP, UDP, SCTP] = [1, 6, 17, 132];

/**
 * The filter as an access list that passes exactly its IPv4 packets.
 * @returns undefined for what an IPv4 access list cannot say: IPv6, ARP, names, and what takes more lines than are sensible
 */
export function aclRules(filter: Filter): readonly AclRule[] | undefined {
  const rules = compile(filter);
  return rules === undefined ? undefined : withoutRepetition(rules);
}

function compile(filter: Filter): readonly AclRule[] | undefined {
  switch (filter.kind) {
    case 'everything':
      return [{ permit: true, term: EVERY_PACKET }];
    case 'nothing':
      return [];
    case 'all':
      return filter.of.map(compile).reduce((product, rules) => (product === undefined || rules === undefined ? undefined : both(product, rules)));
    case 'any':
      return either(filter.of.map(compile));
    case 'not': {
      const rules = compile(filter.of);
      return rules === undefined ? undefined : opposite(rules);
    }
    case 'network':
    case 'name':
    case 'port':
    case 'protocol':
      return compileLeaf(filter);
  }
}

function compileLeaf(leaf: FilterLeaf): readonly AclRule[] | undefined {
  switch (leaf.kind) {
    case 'name':
      return undefined;
    case 'network':
      return leaf.family === 6 ? undefined : permits(sides(leaf.side).map((side) => ({ [side === 'src' ? 'source' : 'destination']: networkOf(leaf) })));
    case 'port': {
      const ports = { from: leaf.from, to: leaf.to };
      const ends = sides(leaf.side).map((side) => (side === 'src' ? { sourcePort: ports } : { destinationPort: ports }));
      return permits([UDP, TCP, SCTP].flatMap((protocol) => ends.map((end) => ({ protocol, ...end }))));
    }
    case 'protocol': {
      const { protocol } = leaf;
      const number = typeof protocol === 'number' ? protocol : { ip: 'any' as const, icmp: ICMP, tcp: TCP, udp: UDP, ipv6: undefined, arp: undefined, rarp: undefined }[protocol];
      return number === undefined ? undefined : permits([{ protocol: number }]);
    }
  }
}

function sides(side: Side): ('src' | 'dest')[] {
  return side === 'either' ? ['src', 'dest'] : [side];
}

function networkOf({ address, bits }: NetworkLeaf): AclNetwork {
  return { address: address.split('.').reduce((value, octet) => value * 256 + Number(octet), 0), bits };
}

function permits(terms: readonly Partial<AclTerm>[]): readonly AclRule[] {
  return terms.map((term) => ({ permit: true, term: { ...EVERY_PACKET, ...term } }));
}

/** A packet's first match in both lists decides: that is the first match in the lists' product, in order. */
function both(left: readonly AclRule[], right: readonly AclRule[]): readonly AclRule[] | undefined {
  const product = left.flatMap((a) =>
    right.flatMap((b) => {
      const term = overlap(a.term, b.term);
      return term === undefined ? [] : [{ permit: a.permit && b.permit, term }];
    }),
  );
  return sized(withoutRepetition(product));
}

/** What a packet is permitted by, one list after the other; a list with exceptions has to be the last. */
function either(lists: readonly (readonly AclRule[] | undefined)[]): readonly AclRule[] | undefined {
  const known = lists.filter((rules) => rules !== undefined);
  if (known.length < lists.length) {
    return undefined;
  }
  const plain = known.filter((rules) => rules.every(({ permit }) => permit)).flat();
  const [last, ...more] = known.filter((rules) => rules.some(({ permit }) => !permit));
  if (more.length === 0) {
    return sized(withoutRepetition([...plain, ...(last ?? [])]));
  }
  // Not one of them = not this and not that (De Morgan).
  const none = known.map(opposite).reduce<readonly AclRule[] | undefined>((product, rules) => (product === undefined ? undefined : both(product, rules)), [{ permit: true, term: EVERY_PACKET }]);
  return none === undefined ? undefined : sized(opposite(none));
}

function opposite(rules: readonly AclRule[]): readonly AclRule[] {
  return withoutRepetition([...rules.map(({ permit, term }) => ({ permit: !permit, term })), { permit: true, term: EVERY_PACKET }]);
}

function overlap(a: AclTerm, b: AclTerm): AclTerm | undefined {
  const protocol = a.protocol === 'any' ? b.protocol : b.protocol === 'any' || a.protocol === b.protocol ? a.protocol : undefined;
  const source = overlapOfNetworks(a.source, b.source);
  const destination = overlapOfNetworks(a.destination, b.destination);
  const sourcePort = overlapOfPorts(a.sourcePort, b.sourcePort);
  const destinationPort = overlapOfPorts(a.destinationPort, b.destinationPort);
  return protocol === undefined || source === undefined || destination === undefined || sourcePort === 'none' || destinationPort === 'none'
    ? undefined
    : { protocol, source, destination, sourcePort, destinationPort };
}

function overlapOfNetworks(a: AclNetwork, b: AclNetwork): AclNetwork | undefined {
  const [wide, narrow] = a.bits <= b.bits ? [a, b] : [b, a];
  const size = 2 ** (32 - wide.bits);
  return Math.floor(wide.address / size) === Math.floor(narrow.address / size) ? narrow : undefined;
}

function overlapOfPorts(a: AclPorts | undefined, b: AclPorts | undefined): AclPorts | undefined | 'none' {
  if (a === undefined || b === undefined) {
    return a ?? b;
  }
  const ports = { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
  return ports.from > ports.to ? 'none' : ports;
}

/** Drops what an earlier line has decided already, in the same words, and everything behind a line for every packet. */
function withoutRepetition(rules: readonly AclRule[]): readonly AclRule[] {
  const seen = new Set<string>();
  const kept: AclRule[] = [];
  for (const rule of rules) {
    const words = JSON.stringify(rule.term);
    if (!seen.has(words)) {
      seen.add(words);
      kept.push(rule);
    }
    if (words === JSON.stringify(EVERY_PACKET)) {
      break;
    }
  }
  // A packet that no line matches is out anyway.
  while (kept.at(-1)?.permit === false) {
    kept.pop();
  }
  return kept;
}

function sized(rules: readonly AclRule[]): readonly AclRule[] | undefined {
  return rules.length > MOST_RULES ? undefined : rules;
}
