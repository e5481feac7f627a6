import { type Filter, type FilterLeaf, type Nothing, sameness } from './filter-tree';

/**
 * The same filter in its normal form: lists in lists are flat, what is said twice is said once, double negations are gone,
 * constants are folded away, and conditions that contradict each other are `nothing`. Passes exactly the same packets.
 */
export function simplify(filter: Filter): Filter {
  switch (filter.kind) {
    case 'all':
      return simplifyAll(filter.of.map(simplify));
    case 'any':
      return simplifyAny(filter.of.map(simplify));
    case 'not':
      return negate(simplify(filter.of));
    case 'everything':
    case 'nothing':
    case 'network':
    case 'name':
    case 'port':
    case 'protocol':
      return filter;
  }
}

/**
 * The opposite of a normalised filter with every negation at a condition (De Morgan), for devices that know no other, and
 * so that widening a part never narrows the whole.
 */
export function pushNegations(filter: Filter, negated = false): Filter {
  switch (filter.kind) {
    case 'all':
    case 'any': {
      const of = filter.of.map((child) => pushNegations(child, negated));
      return simplify({ kind: (filter.kind === 'all') === negated ? 'any' : 'all', of });
    }
    case 'not':
      return pushNegations(filter.of, !negated);
    case 'everything':
    case 'nothing':
    case 'network':
    case 'name':
    case 'port':
    case 'protocol':
      return negated ? negate(filter) : filter;
  }
}

function negate(filter: Filter): Filter {
  switch (filter.kind) {
    case 'everything':
      return { kind: 'nothing', path: 'filter', because: 'no packet can match' };
    case 'nothing':
      return { kind: 'everything' };
    case 'not':
      return filter.of;
    case 'all':
    case 'any':
    case 'network':
    case 'name':
    case 'port':
    case 'protocol':
      return { kind: 'not', of: filter };
  }
}

function simplifyAll(children: readonly Filter[]): Filter {
  const members = unique(children.flatMap((child) => (child.kind === 'all' ? child.of : child.kind === 'everything' ? [] : [child])));
  const contradiction = members.find((child): child is Nothing => child.kind === 'nothing') ?? findContradiction(members);
  if (contradiction !== undefined) {
    return contradiction;
  }
  return several('all', members) ?? { kind: 'everything' };
}

function simplifyAny(children: readonly Filter[]): Filter {
  const members = unique(children.flatMap((child) => (child.kind === 'any' ? child.of : child.kind === 'nothing' ? [] : [child])));
  const known = new Set(members.map(sameness));
  if (members.some((child) => child.kind === 'everything' || (child.kind === 'not' && known.has(sameness(child.of))))) {
    return { kind: 'everything' };
  }
  const [impossible] = children;
  return several('any', members) ?? (impossible?.kind === 'nothing' ? impossible : { kind: 'nothing', path: 'filter', because: 'no packet can match' });
}

function several(kind: 'all' | 'any', members: readonly Filter[]): Filter | undefined {
  return members.length > 1 ? { kind, of: members } : members[0];
}

function unique(filters: readonly Filter[]): Filter[] {
  return [...new Map(filters.map((filter) => [sameness(filter), filter] as const).reverse()).values()].reverse();
}

/** What can be at the place of the network protocol, and what inside of IP. `undefined`: anything. */
interface Demands {
  readonly network?: ReadonlySet<string>;
  readonly transport?: ReadonlySet<number>;
}

const IP = new Set(['ip', 'ipv6']);

/** Numbers of the protocols that have ports: TCP, UDP, SCTP. */
const WITH_PORTS = new Set([6, 17, 132]);

function demandsOf(leaf: FilterLeaf): Demands {
  switch (leaf.kind) {
    case 'network':
      return { network: leaf.family === 4 ? new Set(['ip', 'arp', 'rarp']) : new Set(['ipv6']) };
    case 'name':
      return {};
    case 'port':
      return { network: IP, transport: WITH_PORTS };
    case 'protocol':
      return demandsOfProtocol(leaf.protocol);
  }
}

function demandsOfProtocol(protocol: string | number): Demands {
  switch (protocol) {
    case 'tcp':
      return { network: IP, transport: new Set([6]) };
    case 'udp':
      return { network: IP, transport: new Set([17]) };
    case 'icmp':
      return { network: IP, transport: new Set([1, 58]) };
    default:
      return typeof protocol === 'number' ? { network: IP, transport: new Set([protocol]) } : { network: new Set([protocol]) };
  }
}

/** Conditions that no packet meets together, among the direct members of an `all`. */
function findContradiction(members: readonly Filter[]): Nothing | undefined {
  const known = new Map(members.map((member) => [sameness(member), member]));
  let network: ReadonlySet<string> | undefined;
  let transport: ReadonlySet<number> | undefined;
  for (const member of members) {
    if (member.kind === 'not') {
      const opposite = known.get(sameness(member.of));
      if (opposite !== undefined) {
        return { kind: 'nothing', path: placeOf(member), because: 'is wanted and excluded at once, so no packet can match' };
      }
    } else if (member.kind !== 'all' && member.kind !== 'any' && member.kind !== 'everything' && member.kind !== 'nothing') {
      const demands = demandsOf(member);
      network = intersect(network, demands.network);
      transport = intersect(transport, demands.transport);
      if (network?.size === 0 || transport?.size === 0) {
        return { kind: 'nothing', path: member.path, because: 'contradicts another condition (IP version, protocol or port), so no packet can match' };
      }
    }
  }
  return undefined;
}

function placeOf(filter: Filter): string {
  switch (filter.kind) {
    case 'not':
      return placeOf(filter.of);
    case 'all':
    case 'any':
      return filter.of[0] === undefined ? 'filter' : placeOf(filter.of[0]);
    case 'everything':
      return 'filter';
    case 'nothing':
    case 'network':
    case 'name':
    case 'port':
    case 'protocol':
      return filter.path;
  }
}

function intersect<T>(a: ReadonlySet<T> | undefined, b: ReadonlySet<T> | undefined): ReadonlySet<T> | undefined {
  return a === undefined ? b : b === undefined ? a : new Set([...a].filter((value) => b.has(value)));
}
