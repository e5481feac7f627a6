import { FILTER_PROTOCOLS, type FilterNode, MAX_FILTER_DEPTH, MAX_FILTER_LEAVES, type PortValue } from '@capstan/contracts';

/** What a condition can be about. */
export const LEAF_FIELDS = ['host', 'src', 'dest', 'port', 'src_port', 'dest_port', 'protocol'] as const;
/** See {@link LEAF_FIELDS}. */
export type LeafField = (typeof LEAF_FIELDS)[number];

/** A condition as it is typed; empty while someone types. */
export interface DraftLeaf {
  readonly key: string;
  readonly field: LeafField;
  readonly value: string;
}

/** Conditions of which all, any or none must match. */
export interface DraftGroup {
  readonly key: string;
  readonly op: 'all' | 'any' | 'none';
  readonly children: readonly DraftCondition[];
}

/** A part of the tree. */
export type DraftCondition = DraftLeaf | DraftGroup;

/** A tree without a condition: everything is kept. */
export const EMPTY_TREE: DraftGroup = { key: 'root', op: 'all', children: [] };

/** Whether a part has parts of its own. */
export function isGroup(condition: DraftCondition): condition is DraftGroup {
  return 'children' in condition;
}

/** The tree as the API takes it, and where in it each part of the draft went. */
export interface CompiledTree {
  /** Undefined when nothing narrows. May be wrong in parts: the schema of the API says where. */
  readonly expression: unknown;
  /** Keys of the draft's parts by their path in the request body: `filter.expression.all.0`. */
  readonly places: ReadonlyMap<string, string>;
}

/** What the API is sent for a draft. A group of one is its only part, so that the depth that is allowed is not used up by brackets. */
export function compileTree(root: DraftGroup): CompiledTree {
  const places = new Map<string, string>();
  const compile = (condition: DraftCondition, path: string): unknown => {
    places.set(path, condition.key);
    if (!isGroup(condition)) {
      return leafNode(condition);
    }
    const [only, ...others] = condition.children;
    if (condition.op === 'none') {
      const inside = `${path}.not`;
      return { not: only !== undefined && others.length === 0 ? compile(only, inside) : { any: condition.children.map((child, index) => compile(child, `${inside}.any.${index}`)) } };
    }
    return only !== undefined && others.length === 0 ? compile(only, path) : { [condition.op]: condition.children.map((child, index) => compile(child, `${path}.${condition.op}.${index}`)) };
  };
  return { expression: root.children.length === 0 ? undefined : compile(root, 'filter.expression'), places };
}

/** The part of the draft that a path of the request body is about; undefined when it is about none. */
export function keyAt(places: ReadonlyMap<string, string>, path: string): string | undefined {
  const parts = path.split('.');
  for (let length = parts.length; length > 0; length -= 1) {
    const key = places.get(parts.slice(0, length).join('.'));
    if (key !== undefined) {
      return key;
    }
  }
  return undefined;
}

/** A draft of a filter that exists. @param newKey makes a key that no other part has */
export function draftOf(node: FilterNode | undefined, newKey: () => string): DraftGroup {
  const part = (inner: FilterNode): DraftCondition => {
    if ('all' in inner || 'any' in inner) {
      return { key: newKey(), op: 'all' in inner ? 'all' : 'any', children: ('all' in inner ? inner.all : inner.any).map(part) };
    }
    if ('not' in inner) {
      return { key: newKey(), op: 'none', children: 'any' in inner.not ? inner.not.any.map(part) : [part(inner.not)] };
    }
    const field = LEAF_FIELDS.find((name) => name in inner) ?? 'host';
    return { key: newKey(), field, value: valueText((inner as Readonly<Record<LeafField, unknown>>)[field]) };
  };
  if (node === undefined) {
    return EMPTY_TREE;
  }
  const whole = part(node);
  return isGroup(whole) && whole.op !== 'none' ? { ...whole, key: EMPTY_TREE.key } : { ...EMPTY_TREE, children: [whole] };
}

/** The short form that means the same; undefined where the tree says more than it can. */
export function shortFormOf(root: DraftGroup): Readonly<Partial<Record<'host' | 'src' | 'dest' | 'port' | 'protocol', string>>> | undefined {
  const found: Partial<Record<LeafField, string>> = {};
  for (const child of root.children) {
    const plain = !isGroup(child) && !(child.field in found) && child.field !== 'src_port' && child.field !== 'dest_port' && (child.field !== 'port' || /^\d*$/.test(child.value));
    if (!plain || (root.op !== 'all' && root.children.length > 1) || root.op === 'none') {
      return undefined;
    }
    found[child.field] = child.value;
  }
  return found.host !== undefined && (found.src !== undefined || found.dest !== undefined) ? undefined : found;
}

/** The tree with one part changed; without it where `change` gives undefined. */
export function changed(root: DraftGroup, key: string, change: (part: DraftCondition) => DraftCondition | undefined): DraftGroup {
  const walk = (group: DraftGroup): DraftGroup => ({
    ...group,
    children: group.children.flatMap((child) => {
      const next = child.key === key ? change(child) : isGroup(child) ? walk(child) : child;
      return next === undefined ? [] : [next];
    }),
  });
  const own = root.key === key ? change(root) : undefined;
  return own !== undefined && isGroup(own) ? own : walk(root);
}

/** The tree with a part added to a group, behind `after` or at its end. */
export function added(root: DraftGroup, groupKey: string, part: DraftCondition, after?: string): DraftGroup {
  return changed(root, groupKey, (group) => {
    if (!isGroup(group)) {
      return group;
    }
    const at = after === undefined ? -1 : group.children.findIndex(({ key }) => key === after);
    return { ...group, children: at < 0 ? [...group.children, part] : group.children.toSpliced(at + 1, 0, part) };
  });
}

/** Why no more conditions fit; undefined while they do. */
export function fullBecause(root: DraftGroup, depth: number): string | undefined {
  if (leavesIn(root) >= MAX_FILTER_LEAVES) {
    return `A filter has at most ${MAX_FILTER_LEAVES} conditions`;
  }
  return depth >= MAX_FILTER_DEPTH ? `A filter is at most ${MAX_FILTER_DEPTH} levels deep` : undefined;
}

/** A tree in words: `port 5060 and not (from 10.0.0.1 or arp)`. */
export function treeText(group: DraftGroup): string {
  const parts = group.children.map((child) => (isGroup(child) ? (child.op === 'none' || child.children.length < 2 ? treeText(child) : `(${treeText(child)})`) : leafText(child)));
  if (group.op === 'none') {
    return parts.length === 1 ? `not ${parts[0] ?? ''}` : `not (${parts.join(' or ')})`;
  }
  return parts.join(group.op === 'all' ? ' and ' : ' or ');
}

/** One part of a tree in words; undefined when it is not there. */
export function partText(root: DraftGroup, key: string): string | undefined {
  for (const child of root.children) {
    const found = child.key === key ? (isGroup(child) ? treeText(child) : leafText(child)) : isGroup(child) ? partText(child, key) : undefined;
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

const FIELD_WORDS: Readonly<Record<LeafField, string>> = { host: 'to or from', src: 'from', dest: 'to', port: 'port', src_port: 'from port', dest_port: 'to port', protocol: '' };

function leafText({ field, value }: DraftLeaf): string {
  return `${FIELD_WORDS[field]} ${value.trim() === '' ? '…' : value.trim()}`.trim();
}

function leavesIn(group: DraftGroup): number {
  return group.children.reduce((sum, child) => sum + (isGroup(child) ? leavesIn(child) : 1), 0);
}

function leafNode({ field, value }: DraftLeaf): Readonly<Record<string, unknown>> {
  const text = value.trim();
  switch (field) {
    case 'host':
    case 'src':
    case 'dest':
      return { [field]: text };
    case 'port':
    case 'src_port':
    case 'dest_port':
      return { [field]: portOf(text) };
    case 'protocol':
      return { protocol: /^\d+$/.test(text) ? Number(text) : text.toLowerCase() };
  }
}

/** What is no port stays text, for the schema to refuse in its own words. */
function portOf(text: string): PortValue | string {
  const range = /^(\d+)\s*(?:-|–|\.\.)\s*(\d+)$/.exec(text);
  if (range !== null) {
    return { from: Number(range[1]), to: Number(range[2]) };
  }
  return /^\d+$/.test(text) ? Number(text) : text;
}

function valueText(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'from' in value && 'to' in value) {
    return `${String(value.from)}-${String(value.to)}`;
  }
  return String(value);
}

/** Whether kept data is a tree. */
export function isTree(value: unknown): value is DraftGroup {
  return isCondition(value) && isGroup(value) && value.key === EMPTY_TREE.key;
}

function isCondition(value: unknown): value is DraftCondition {
  if (typeof value !== 'object' || value === null || typeof (value as DraftCondition).key !== 'string') {
    return false;
  }
  const { op, children } = value as DraftGroup;
  const { field, value: text } = value as DraftLeaf;
  return Array.isArray(children) ? ['all', 'any', 'none'].includes(op) && children.every(isCondition) : LEAF_FIELDS.includes(field) && typeof text === 'string';
}

/** Often used filters of people who look for voice. Ports of SIP: RFC 3261 §18; the range of RTP is the one Cisco's voice gear uses. */
export const FILTER_PRESETS: readonly { readonly label: string; readonly node: FilterNode }[] = [
  { label: 'SIP', node: { any: [{ port: { from: 5_060, to: 5_061 } }] } },
  { label: 'RTP', node: { all: [{ protocol: 'udp' }, { port: { from: 16_384, to: 32_767 } }] } },
  { label: 'SIP and RTP', node: { any: [{ port: { from: 5_060, to: 5_061 } }, { all: [{ protocol: 'udp' }, { port: { from: 16_384, to: 32_767 } }] }] } },
  { label: 'No SSH', node: { not: { port: 22 } } },
];

/** Protocols a condition offers; a number of IP can be typed instead. */
export const PROTOCOL_CHOICES: readonly string[] = FILTER_PROTOCOLS;
