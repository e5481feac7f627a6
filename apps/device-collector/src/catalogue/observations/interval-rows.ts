import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type { ArpRow, LldpRow, MacRow, RouteRow } from '@capstan/contracts';
import ipaddr from 'ipaddr.js';
import type { IntervalType } from '../captures/capture-verdict';

/** A row as an interval sees it. */
export interface IntervalInput {
  /** What makes it the same one. */
  readonly key: string;
  /** Of what there can be only one at a time. */
  readonly identity: string;
  /** By column. */
  readonly columns: Readonly<Record<string, unknown>>;
}

/** Columns of the tables of intervals and their types, as PostgreSQL knows them. */
export const INTERVAL_TABLES: { readonly [Type in IntervalType]: { readonly table: string; readonly columns: Readonly<Record<string, string>> } } = {
  arp: { table: 'arp_bindings', columns: { context: 'text', ip: 'inet', mac: 'text', interface: 'text', egress_port: 'text', type: 'text' } },
  mac: { table: 'mac_locations', columns: { context: 'text', mac: 'text', vlan: 'int', ports: 'text[]', type: 'text' } },
  lldp: {
    table: 'lldp_neighbors',
    columns: {
      protocol: 'text',
      local_interface: 'text',
      system_name: 'text',
      chassis_id: 'text',
      port_id: 'text',
      port_description: 'text',
      system_description: 'text',
      capabilities: 'text[]',
      management_addresses: 'text[]',
    },
  },
  routes: {
    table: 'device_routes',
    columns: { context: 'text', prefix: 'cidr', protocol: 'text', subtype: 'text', distance: 'int', metric: 'double precision', next_hops: 'jsonb', best: 'boolean', tag: 'double precision' },
  },
};

/**
 * The rows of a capture as intervals, each key once. An ARP entry that is still being asked for is nobody's; what is no
 * address is left out, for the database would refuse the whole table for it.
 */
export function intervalInputs(type: IntervalType, rows: readonly unknown[]): IntervalInput[] {
  const inputs = new Map<string, IntervalInput>();
  for (const row of rows) {
    const input = inputOf(type, row);
    if (input !== undefined) {
      inputs.set(input.key, input);
    }
  }
  return [...inputs.values()];
}

function inputOf(type: IntervalType, row: unknown): IntervalInput | undefined {
  switch (type) {
    case 'arp': {
      const { context, ip, mac, interface: port, egress_port, type: kind } = row as ArpRow;
      return mac === null || isIP(ip) === 0 || ip.includes('%')
        ? undefined
        : { key: keyOf(context, ip, mac), identity: keyOf(context, ip), columns: { context, ip, mac, interface: port, egress_port, type: kind } };
    }
    case 'mac': {
      const { context, mac, vlan, ports, type: kind } = row as MacRow;
      const sorted = [...ports].sort();
      return { key: keyOf(context, vlan, mac, ...sorted), identity: keyOf(context, vlan, mac), columns: { context, mac, vlan, ports: sorted, type: kind } };
    }
    case 'lldp': {
      const { protocol, local_interface, chassis_id, port_id, system_name, port_description, system_description, capabilities, management_addresses } = row as LldpRow;
      const key = keyOf(protocol, local_interface, chassis_id ?? system_name, port_id);
      return { key, identity: key, columns: { protocol, local_interface, system_name, chassis_id, port_id, port_description, system_description, capabilities, management_addresses } };
    }
    case 'routes':
    default: {
      const { context, prefix, protocol, subtype, distance, metric, next_hops, best, tag } = row as RouteRow;
      const network = networkOf(prefix);
      if (network === undefined) {
        return undefined;
      }
      const hops = next_hops.map(({ ip, interface: port, vrf }) => ({ ip, interface: port, vrf })).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
      return {
        key: keyOf(context, network, protocol, subtype, distance, metric, best, tag, JSON.stringify(hops)),
        identity: keyOf(context, network, protocol),
        columns: { context, prefix: network, protocol, subtype, distance, metric, next_hops: hops, best, tag },
      };
    }
  }
}

/** Network of a prefix with its host bits off; undefined of what is none. */
function networkOf(prefix: string): string | undefined {
  const [, length] = prefix.split('/');
  if (length === undefined) {
    return undefined;
  }
  try {
    return `${(prefix.includes(':') ? ipaddr.IPv6 : ipaddr.IPv4).networkAddressFromCIDR(prefix).toString()}/${length}`;
  } catch {
    return undefined;
  }
}

/** Long keys are hashed: an index takes no more than some 2,700 bytes. */
function keyOf(...parts: readonly (string | number | boolean | null)[]): string {
  const key = parts.map((part) => (part === null ? '' : String(part))).join('|');
  return key.length <= 200 ? key : createHash('sha256').update(key).digest('hex');
}
