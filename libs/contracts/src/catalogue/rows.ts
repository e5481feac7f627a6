import { z } from 'zod';

/**
 * What the outputs of devices become: typed rows, the same for every platform. Every row says what the device said and
 * nothing more; `null` is "the device did not tell".
 */

/** Operating systems that have a driver. */
export const PLATFORMS = [
  'cisco_ios',
  'cisco_nxos',
  'cisco_iosxr',
  'arista_eos',
  'juniper_junos',
  'aruba_aoss',
  'aruba_aoscx',
  'paloalto_panos',
  'linux',
  'frr',
] as const;
/** See {@link PLATFORMS}. Operators may add platforms by a file; those have names of their own. */
export type PlatformName = (typeof PLATFORMS)[number];

/** What can be collected from a device, in the order in which it is collected. */
export const CAPTURE_TYPES = ['configs', 'arp', 'mac', 'lldp', 'interfaces', 'routes', 'version', 'inventory'] as const;
/** See {@link CAPTURE_TYPES}. Operators may add types by a file; those are kept as text only. */
export type CaptureType = (typeof CAPTURE_TYPES)[number];

/** 12 lower-case hexadecimal digits; shown as `aa:bb:cc:dd:ee:ff`. */
const mac = z.string().regex(/^[0-9a-f]{12}$/);
/** IPv4 or IPv6 in its canonical form (RFC 5952). */
const ip = z.string().min(2).max(45);
const seconds = z.number().int().min(0);
/** VRF, routing instance or virtual system; `default` is the global table. */
const context = z.string().min(1).max(100);

/** One binding of an address to a MAC. */
export const arpRow = z.object({
  context,
  ip,
  /** Null while the device is still asking who has the address. */
  mac: mac.nullable(),
  /** As the device wrote it. */
  mac_raw: z.string().nullable(),
  age_sec: seconds.nullable(),
  /** Canonical name of the layer-3 interface. */
  interface: z.string().nullable(),
  /** Physical port behind it, where the device tells. */
  egress_port: z.string().nullable(),
  type: z.enum(['dynamic', 'static', 'local', 'incomplete']),
});
/** See {@link arpRow}. */
export type ArpRow = z.output<typeof arpRow>;

/** Where a switch has seen a MAC. */
export const macRow = z.object({
  context,
  mac,
  vlan: z.number().int().min(0).max(4095).nullable(),
  type: z.enum(['dynamic', 'static', 'self', 'secure', 'other']),
  ports: z.array(z.string()),
  age_sec: seconds.nullable(),
  flags: z.array(z.string()),
  moves: z.number().int().nullable(),
  last_move_sec: seconds.nullable(),
});
/** See {@link macRow}. */
export type MacRow = z.output<typeof macRow>;

/** A neighbour that announced itself by LLDP (IEEE 802.1AB) or CDP. */
export const lldpRow = z.object({
  protocol: z.enum(['lldp', 'cdp']),
  local_interface: z.string().nullable(),
  chassis_id: z.string().nullable(),
  chassis_id_type: z.string().nullable(),
  port_id: z.string().nullable(),
  port_id_type: z.string().nullable(),
  port_description: z.string().nullable(),
  system_name: z.string().nullable(),
  system_description: z.string().nullable(),
  capabilities: z.array(z.string()),
  enabled_capabilities: z.array(z.string()),
  management_addresses: z.array(z.string()),
  vlan: z.number().int().nullable(),
  ttl_sec: seconds.nullable(),
});
/** See {@link lldpRow}. */
export type LldpRow = z.output<typeof lldpRow>;

/** One interface. */
export const interfaceRow = z.object({
  name: z.string(),
  description: z.string().nullable(),
  admin_status: z.enum(['up', 'down']).nullable(),
  oper_status: z.enum(['up', 'down', 'other']),
  /** The device's own word where it is neither up nor down, e.g. `err-disabled`. */
  reason: z.string().nullable(),
  mode: z.enum(['access', 'trunk', 'routed', 'other']).nullable(),
  vlan: z.number().int().nullable(),
  duplex: z.enum(['full', 'half', 'auto']).nullable(),
  speed_mbps: z.number().nullable(),
  auto_duplex: z.boolean().nullable(),
  auto_speed: z.boolean().nullable(),
  media: z.string().nullable(),
  addresses: z.array(z.string()),
  context: context.nullable(),
});
/** See {@link interfaceRow}. */
export type InterfaceRow = z.output<typeof interfaceRow>;

/** One route of a routing table, with all its next hops. */
export const routeRow = z.object({
  context,
  /** CIDR notation, canonical. */
  prefix: z.string(),
  /** In words: `connected`, `local`, `static`, `ospf`, `bgp`, `isis`, `eigrp`, `rip`, `kernel` … */
  protocol: z.string(),
  /** e.g. `E2` of OSPF, `L2` of IS-IS. */
  subtype: z.string().nullable(),
  distance: z.number().int().nullable(),
  metric: z.number().nullable(),
  next_hops: z.array(z.object({ ip: ip.nullable(), interface: z.string().nullable(), vrf: z.string().nullable() })),
  age_sec: seconds.nullable(),
  best: z.boolean(),
  tag: z.number().nullable(),
});
/** See {@link routeRow}. */
export type RouteRow = z.output<typeof routeRow>;

/** What a device says it is. */
export const versionRow = z.object({
  vendor: z.string().nullable(),
  os: z.string().nullable(),
  os_version: z.string().nullable(),
  model: z.string().nullable(),
  hostname: z.string().nullable(),
  /** All members of a stack, in their order. */
  serials: z.array(z.string()),
  hardware: z.array(z.string()),
  image_file: z.string().nullable(),
  uptime_sec: seconds.nullable(),
  boot_reason: z.string().nullable(),
  base_mac: mac.nullable(),
  memory_kb: z.number().int().nullable(),
});
/** See {@link versionRow}. */
export type VersionRow = z.output<typeof versionRow>;

/** One part of a device. */
export const inventoryRow = z.object({
  name: z.string(),
  description: z.string().nullable(),
  pid: z.string().nullable(),
  vid: z.string().nullable(),
  serial: z.string().nullable(),
  slot: z.string().nullable(),
  kind: z.enum(['chassis', 'module', 'psu', 'fan', 'transceiver', 'other']),
  parent: z.string().nullable(),
});
/** See {@link inventoryRow}. */
export type InventoryRow = z.output<typeof inventoryRow>;

/** Schema of the rows of each capture type that has rows; `configs` are text. */
export const CAPTURE_ROWS = {
  arp: arpRow,
  mac: macRow,
  lldp: lldpRow,
  interfaces: interfaceRow,
  routes: routeRow,
  version: versionRow,
  inventory: inventoryRow,
} as const;
/** Capture types that become rows. */
export type RowType = keyof typeof CAPTURE_ROWS;
/** The rows of a capture type. */
export type RowOf<Type extends RowType> = z.output<(typeof CAPTURE_ROWS)[Type]>;

/**
 * How an output was understood. `partial`: some lines were not, and are listed. `empty`: understood, and there is nothing.
 * `unsupported`: the device has no such command. `unparsed`: kept as text, there is no parser. `failed`: the device
 * refused, or answered with an error; nothing may be concluded from it.
 */
export const PARSE_STATUSES = ['parsed', 'partial', 'empty', 'unsupported', 'unparsed', 'failed'] as const;
/** See {@link PARSE_STATUSES}. */
export type ParseStatus = (typeof PARSE_STATUSES)[number];
