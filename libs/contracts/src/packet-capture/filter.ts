import { z } from 'zod';
import { hostOrNetwork, port } from '../primitives';

/**
 * The neutral filter: what to keep of the traffic, in words that no platform owns. Each driver compiles it to its own
 * language; what a device cannot express is refused, or captured wider and filtered afterwards, never dropped in silence.
 *
 * The short form (`{host, port, protocol}`) and the tree (`{expression: {all: [...]}}`) mean the same through {@link filterTree}.
 */

/** Protocols a filter can name. `icmp` is ICMP in IPv4 and ICMPv6 in IPv6; `ip` is IPv4. */
export const FILTER_PROTOCOLS = ['ip', 'ipv6', 'arp', 'rarp', 'icmp', 'tcp', 'udp'] as const;
/** See {@link FILTER_PROTOCOLS}. */
export type FilterProtocol = (typeof FILTER_PROTOCOLS)[number];

/** Keys of a node of the tree; a node has exactly one of them. */
export const FILTER_NODES = ['all', 'any', 'not', 'host', 'src', 'dest', 'port', 'src_port', 'dest_port', 'protocol'] as const;
/** See {@link FILTER_NODES}. */
export type FilterNodeKey = (typeof FILTER_NODES)[number];

/** Nodes on the longest way from the root to a leaf, both counted. */
export const MAX_FILTER_DEPTH = 6;
/** Leaves of the whole filter. */
export const MAX_FILTER_LEAVES = 64;

/** One port, or a range with both ends in it. */
export type PortValue = number | { readonly from: number; readonly to: number };

/** A node of the filter tree. `host`, `src` and `dest` take a name, an address or a network in CIDR notation. */
export type FilterNode =
  | { readonly all: readonly FilterNode[] }
  | { readonly any: readonly FilterNode[] }
  | { readonly not: FilterNode }
  | { readonly host: string }
  | { readonly src: string }
  | { readonly dest: string }
  | { readonly port: PortValue }
  | { readonly src_port: PortValue }
  | { readonly dest_port: PortValue }
  /** A number is one of IP, e.g. 50 for ESP. */
  | { readonly protocol: FilterProtocol | number };

const portRange = z.strictObject({ from: port, to: port }).superRefine((range, context) => {
  if (range.from > range.to) {
    context.addIssue({ code: 'custom', path: ['to'], message: 'must not be smaller than from', params: { code: 'TOO_SMALL' } });
  }
});

/** A union would answer only "not allowed"; the form of the value says which of the two was meant. */
const portValue = z.union([port, portRange], { error: 'must be a port, or a range with from and to' });
const protocolValue = z.union([z.enum(FILTER_PROTOCOLS), z.int().min(0).max(255)], { error: `must be one of ${FILTER_PROTOCOLS.join(', ')}, or the number of an IP protocol` });

const nodeFields = z.strictObject({
  get all() {
    return z.array(nodeFields).min(1).max(MAX_FILTER_LEAVES).optional();
  },
  get any() {
    return z.array(nodeFields).min(1).max(MAX_FILTER_LEAVES).optional();
  },
  get not() {
    return nodeFields.optional();
  },
  host: hostOrNetwork.optional(),
  src: hostOrNetwork.optional(),
  dest: hostOrNetwork.optional(),
  port: portValue.optional(),
  src_port: portValue.optional(),
  dest_port: portValue.optional(),
  protocol: protocolValue.optional(),
});
type NodeFields = z.output<typeof nodeFields>;

interface Problem {
  readonly path: PropertyKey[];
  readonly code: string;
  readonly message: string;
}

/** Children of a node of unknown shape, with the way to them. */
function* childrenOf(node: unknown): Generator<[PropertyKey[], unknown]> {
  if (typeof node !== 'object' || node === null) {
    return;
  }
  for (const key of ['all', 'any'] as const) {
    const list = (node as Record<string, unknown>)[key];
    if (Array.isArray(list)) {
      yield* list.map((child, index): [PropertyKey[], unknown] => [[key, index], child]);
    }
  }
  if ('not' in node) {
    yield [['not'], node.not];
  }
}

/** What is too large. Looks at the value before anything recursive does: a body of nested brackets must not exhaust the stack. */
function sizeProblem(root: unknown): Problem | undefined {
  const waiting: { node: unknown; path: PropertyKey[]; depth: number }[] = [{ node: root, path: [], depth: 1 }];
  let leaves = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, path, depth } = next;
    if (depth > MAX_FILTER_DEPTH) {
      return { path, code: 'FILTER_TOO_DEEP', message: `a filter is at most ${MAX_FILTER_DEPTH} levels deep` };
    }
    const children = [...childrenOf(node)];
    leaves += children.length === 0 ? 1 : 0;
    if (leaves > MAX_FILTER_LEAVES) {
      return { path: [], code: 'FILTER_TOO_LARGE', message: `a filter has at most ${MAX_FILTER_LEAVES} conditions` };
    }
    // The first child is looked at first, so that of several problems the first is told.
    waiting.push(...children.map(([way, child]) => ({ node: child, path: [...path, ...way], depth: depth + 1 })).reverse());
  }
  return undefined;
}

/** Nodes that have none or several keys. Only for trees whose size has been checked. */
function shapeProblems(node: NodeFields, path: PropertyKey[] = []): Problem[] {
  const keys = FILTER_NODES.filter((key) => node[key] !== undefined);
  const own: Problem[] =
    keys.length === 1
      ? []
      : [
          {
            path,
            code: 'FILTER_NODE',
            message: keys.length === 0 ? `needs one of ${FILTER_NODES.join(', ')}` : `has ${keys.join(' and ')}; a condition is one of them, and several go into all or any`,
          },
        ];
  return [...own, ...[...childrenOf(node)].flatMap(([way, child]) => shapeProblems(child as NodeFields, [...path, ...way]))];
}

/** A tree of conditions. Its own problems have the codes `FILTER_TOO_DEEP`, `FILTER_TOO_LARGE` and `FILTER_NODE`. */
export const filterNode = z
  .preprocess(
    (value, context) => {
      const problem = sizeProblem(value);
      if (problem === undefined) {
        return value;
      }
      context.addIssue({ code: 'custom', path: problem.path, message: problem.message, params: { code: problem.code } });
      return z.NEVER;
    },
    nodeFields,
  )
  .superRefine((node, context) => {
    for (const { path, code, message } of shapeProblems(node)) {
      context.addIssue({ code: 'custom', path, message, params: { code } });
    }
  })
  .transform((node) => node as FilterNode);

/** What to keep of the traffic. All given parts must match; `host` matches either direction and excludes `src` and `dest`. */
export const captureFilter = z
  .strictObject({
    host: hostOrNetwork.optional(),
    src: hostOrNetwork.optional(),
    dest: hostOrNetwork.optional(),
    port: port.optional(),
    protocol: z.enum(['ip', 'arp', 'rarp', 'all', 'tcp', 'udp', 'icmp']).optional(),
    /** Conditions beyond the short form. */
    expression: filterNode.optional(),
  })
  .superRefine((filter, context) => {
    if (filter.host !== undefined && (filter.src !== undefined || filter.dest !== undefined)) {
      context.addIssue({ code: 'custom', path: ['host'], message: 'host cannot be combined with src or dest', params: { code: 'FILTER_CONFLICT' } });
    }
    if (filter.port !== undefined && (filter.protocol === 'arp' || filter.protocol === 'rarp' || filter.protocol === 'icmp')) {
      context.addIssue({ code: 'custom', path: ['port'], message: `${filter.protocol} has no ports`, params: { code: 'FILTER_CONFLICT' } });
    }
  });
/** See {@link captureFilter}. */
export type CaptureFilter = z.output<typeof captureFilter>;

/** A condition of a filter, and where the caller wrote it: dotted, below the filter itself (`expression.all.0.host`). */
export interface PlacedNode {
  readonly node: FilterNode;
  readonly path: string;
}

/**
 * The parts of a filter, all of which must match; none when everything is wanted. The short form becomes leaves of the
 * tree, in the order in which filters are usually written: protocol, addresses, port.
 */
export function filterParts(filter: CaptureFilter | undefined): PlacedNode[] {
  const { host, src, dest, port: onlyPort, protocol, expression } = filter ?? {};
  return [
    ...(protocol === undefined || protocol === 'all' ? [] : [{ node: { protocol }, path: 'protocol' }]),
    ...(host === undefined ? [] : [{ node: { host }, path: 'host' }]),
    ...(src === undefined ? [] : [{ node: { src }, path: 'src' }]),
    ...(dest === undefined ? [] : [{ node: { dest }, path: 'dest' }]),
    ...(onlyPort === undefined ? [] : [{ node: { port: onlyPort }, path: 'port' }]),
    ...(expression === undefined ? [] : [{ node: expression, path: 'expression' }]),
  ];
}

/** The filter as one tree; undefined when everything is wanted. */
export function filterTree(filter: CaptureFilter | undefined): FilterNode | undefined {
  const [first, ...others] = filterParts(filter).map(({ node }) => node);
  return others.length === 0 ? first : { all: [...(first === undefined ? [] : [first]), ...others] };
}
