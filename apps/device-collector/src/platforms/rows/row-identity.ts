import { createHash } from 'node:crypto';
import type { ArpRow, InterfaceRow, InventoryRow, LldpRow, MacRow, RouteRow, RowOf, RowType } from '@capstan/contracts';

/** Fields that change while nothing happens: ages, counters, load. */
const VOLATILE: { readonly [Type in RowType]: readonly (keyof RowOf<Type>)[] } = {
  arp: ['age_sec'],
  mac: ['age_sec', 'moves', 'last_move_sec'],
  lldp: ['ttl_sec'],
  interfaces: [],
  routes: ['age_sec'],
  version: ['uptime_sec', 'memory_kb'],
  inventory: [],
};

/** The row without what changes by itself. */
export function stableRow<Type extends RowType>(type: Type, row: RowOf<Type>): Partial<RowOf<Type>> {
  const volatile = VOLATILE[type] as readonly PropertyKey[];
  const stable = Object.fromEntries(Object.entries(row).filter(([name]) => !volatile.includes(name)));
  // The order of equal next hops says nothing.
  const hops = stable['next_hops'];
  return (Array.isArray(hops) ? { ...stable, next_hops: sortedByText(hops) } : stable) as Partial<RowOf<Type>>;
}

/** What makes a row the same one in two captures: the rest of it are its properties. */
export function rowKey<Type extends RowType>(type: Type, row: RowOf<Type>): string {
  switch (type) {
    case 'arp': {
      const { context, ip, mac } = row as ArpRow;
      return keyOf(context, ip, mac);
    }
    case 'mac': {
      const { context, vlan, mac } = row as MacRow;
      return keyOf(context, vlan, mac);
    }
    case 'lldp': {
      const { protocol, local_interface, chassis_id, port_id, system_name } = row as LldpRow;
      return keyOf(protocol, local_interface, chassis_id ?? system_name, port_id);
    }
    case 'interfaces':
      return keyOf((row as InterfaceRow).name);
    case 'routes': {
      const { context, prefix, protocol } = row as RouteRow;
      return keyOf(context, prefix, protocol);
    }
    case 'inventory': {
      const { name, pid, serial } = row as InventoryRow;
      return keyOf(name, pid, serial);
    }
    case 'version':
    default:
      return keyOf('device');
  }
}

/** SHA-256 of the rows, whatever their order, without what changes by itself: the same as long as nothing was changed. */
export function rowSetHash<Type extends RowType>(type: Type, rows: readonly RowOf<Type>[]): string {
  const texts = rows.map((row) => canonicalJson(stableRow(type, row))).sort();
  return createHash('sha256').update(texts.join('\n')).digest('hex');
}

/** Several answers about the same interfaces as one: what is missing in the first is taken from the next. */
export function mergeInterfaces(rows: readonly InterfaceRow[]): InterfaceRow[] {
  const merged = new Map<string, InterfaceRow>();
  for (const row of rows) {
    const known = merged.get(row.name);
    merged.set(row.name, known === undefined ? row : merge(known, row));
  }
  return [...merged.values()];
}

function merge(known: InterfaceRow, more: InterfaceRow): InterfaceRow {
  // Tables of ports cut descriptions short.
  const longer = (more.description ?? '').length > (known.description ?? '').length ? more.description : known.description;
  return {
    ...more,
    ...Object.fromEntries(Object.entries(known).filter(([, value]) => value !== null && (!Array.isArray(value) || value.length > 0))),
    name: known.name,
    oper_status: known.oper_status,
    description: longer,
  };
}

function keyOf(...parts: readonly (string | number | null)[]): string {
  return parts.map((part) => part ?? '').join('|');
}

function sortedByText(values: readonly unknown[]): unknown[] {
  return [...values].sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
}

/** JSON with the members of every object in the order of their names. Written by hand: every row of every table goes through it twice. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map((each) => (each === undefined ? 'null' : canonicalJson(each))).join(',')}]`;
  }
  if (typeof value !== 'object' || value === null) {
    return JSON.stringify(value);
  }
  const members = value as Readonly<Record<string, unknown>>;
  return `{${Object.keys(members)
    .filter((name) => members[name] !== undefined)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(members[name])}`)
    .join(',')}}`;
}
