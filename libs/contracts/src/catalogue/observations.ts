import { z } from 'zod';
import { isoTimestamp, pageInfo, pageQuery, uuid } from '../primitives';

/** What every interval says. It was seen from `first_seen` to `last_seen`; between `last_seen` and `ended_at` nobody looked. */
const interval = {
  device_id: uuid,
  device_name: z.string(),
  site: z.string().nullable(),
  first_seen: isoTimestamp,
  last_seen: isoTimestamp,
  /** The first capture in which it was missing; null while it is there. */
  ended_at: isoTimestamp.nullable(),
  /** Set while it is missing, but not yet for long enough to be called gone. */
  missing_since: isoTimestamp.nullable(),
};

/** What can be said of a MAC by itself. */
export const macFacts = z.object({
  /** 12 lower-case hexadecimal digits. */
  mac: z.string(),
  /** `aa:bb:cc:dd:ee:ff` */
  mac_text: z.string(),
  /** Holder of the prefix by the IEEE registry; null when it is not registered, or chosen at random. */
  vendor: z.string().nullable(),
  multicast: z.boolean(),
  /** Chosen by software, as phones do for privacy. */
  locally_administered: z.boolean(),
});
/** See {@link macFacts}. */
export type MacFacts = z.output<typeof macFacts>;

/** Who had an address, and when. */
export const arpBinding = macFacts.extend({
  binding_id: uuid,
  context: z.string(),
  ip: z.string(),
  interface: z.string().nullable(),
  egress_port: z.string().nullable(),
  type: z.string(),
  ...interval,
  /** With `at`: whether it was seen before and after that moment, not only before. */
  certain: z.boolean(),
});
/** See {@link arpBinding}. */
export type ArpBinding = z.output<typeof arpBinding>;

/** Where a switch had seen a MAC, and when. */
export const macLocation = macFacts.extend({
  location_id: uuid,
  context: z.string(),
  vlan: z.int().nullable(),
  ports: z.array(z.string()),
  type: z.string(),
  ...interval,
  certain: z.boolean(),
});
/** See {@link macLocation}. */
export type MacLocation = z.output<typeof macLocation>;

/** A neighbour, and when it was one. */
export const neighborView = z.object({
  neighbor_id: uuid,
  protocol: z.enum(['lldp', 'cdp']),
  local_interface: z.string().nullable(),
  system_name: z.string().nullable(),
  chassis_id: z.string().nullable(),
  port_id: z.string().nullable(),
  port_description: z.string().nullable(),
  system_description: z.string().nullable(),
  capabilities: z.array(z.string()),
  management_addresses: z.array(z.string()),
  ...interval,
});
/** See {@link neighborView}. */
export type NeighborView = z.output<typeof neighborView>;

/** A route, and when it was there. */
export const routeView = z.object({
  route_id: uuid,
  context: z.string(),
  prefix: z.string(),
  protocol: z.string(),
  subtype: z.string().nullable(),
  distance: z.int().nullable(),
  metric: z.number().nullable(),
  next_hops: z.array(z.object({ ip: z.string().nullable(), interface: z.string().nullable(), vrf: z.string().nullable() })),
  best: z.boolean(),
  tag: z.number().nullable(),
  ...interval,
});
/** See {@link routeView}. */
export type RouteView = z.output<typeof routeView>;

/** An address, or a network in CIDR notation. */
const ipOrNetwork = z.string().trim().min(2).max(60).regex(/^[0-9A-Fa-f:.]+(?:\/\d{1,3})?$/, 'must be an IP address or a network such as 10.0.0.0/8');
const oneIp = z.union([z.ipv4(), z.ipv6()]);
/** A MAC in any notation, or its first digits. */
const macSearch = z.string().trim().min(2).max(30).regex(/^[0-9A-Fa-f:.\- ]+$/, 'must be a MAC address or the beginning of one');

const ofDevices = {
  device_id: uuid.optional(),
  site: z.string().max(100).optional(),
  /** State of that moment; without it all there ever was. */
  at: isoTimestamp.optional(),
  /** `true`: only what is there now. */
  open: z.enum(['true', 'false']).optional(),
};

/** Query of `GET /arp`. */
export const arpQuery = pageQuery.extend({ ip: ipOrNetwork.optional(), mac: macSearch.optional(), context: z.string().max(100).optional(), ...ofDevices });
/** Answer of `GET /arp`. */
export const arpList = z.object({ bindings: z.array(arpBinding), ...pageInfo });
/** Query of `GET /mac`. */
export const macQuery = pageQuery.extend({ mac: macSearch.optional(), vlan: z.coerce.number().int().min(0).max(4095).optional(), port: z.string().max(100).optional(), ...ofDevices });
/** Answer of `GET /mac`. */
export const macList = z.object({ locations: z.array(macLocation), ...pageInfo });
/** Query of `GET /neighbors`; `q` is part of a name, of an interface, of a port or of an address. */
export const neighborQuery = pageQuery.extend({ q: z.string().trim().max(100).optional(), ...ofDevices });
/** Answer of `GET /neighbors`. */
export const neighborList = z.object({ neighbors: z.array(neighborView), ...pageInfo });
/** Query of `GET /routes`. */
export const routeQuery = pageQuery.extend({
  /** Routes to networks inside of it. */
  prefix: ipOrNetwork.optional(),
  /** Routes that would carry a packet to it, the longest prefix first. */
  ip: oneIp.optional(),
  context: z.string().max(100).optional(),
  protocol: z.string().max(40).optional(),
  ...ofDevices,
});
/** Answer of `GET /routes`. */
export const routeList = z.object({ routes: z.array(routeView), ...pageInfo });

/**
 * What tables tell beside their rows. `new-mac`: a MAC nobody has seen before. `ip-moved`: an address has another MAC.
 * `ip-conflict`: one address has two MACs at once. `gateway-moved`: so has a next hop of a default route.
 * `many-ips`: a MAC has suspiciously many addresses.
 */
export const ARP_EVENT_KINDS = ['new-mac', 'ip-moved', 'ip-conflict', 'gateway-moved', 'many-ips'] as const;
/** See {@link ARP_EVENT_KINDS}. */
export type ArpEventKind = (typeof ARP_EVENT_KINDS)[number];
/** See {@link ARP_EVENT_KINDS}. */
export const arpEvent = z.object({
  event_id: uuid,
  kind: z.enum(ARP_EVENT_KINDS),
  at: isoTimestamp,
  device_id: uuid,
  device_name: z.string(),
  site: z.string().nullable(),
  context: z.string(),
  ip: z.string().nullable(),
  mac: z.string(),
  /** The MAC before, or the other one. */
  other_mac: z.string().nullable(),
  /** Addresses of the MAC, with `many-ips`. */
  count: z.int().nullable(),
});
/** See {@link arpEvent}. */
export type ArpEvent = z.output<typeof arpEvent>;
/** Query of `GET /arp/events`. */
export const arpEventQuery = pageQuery.extend({ kind: z.enum(ARP_EVENT_KINDS).optional(), device_id: uuid.optional(), since: isoTimestamp.optional() });
/** Answer of `GET /arp/events`, newest first. */
export const arpEventList = z.object({ events: z.array(arpEvent), ...pageInfo });

/** Counts over all tables. */
export const arpStats = z.object({
  bindings: z.int(),
  open_bindings: z.int(),
  ips: z.int(),
  macs: z.int(),
  devices: z.int(),
  contexts: z.int(),
  events_24h: z.int(),
  last_capture_at: isoTimestamp.nullable(),
});
/** Devices with a table. */
export const arpDevices = z.object({ devices: z.array(z.object({ device_id: uuid, device_name: z.string(), site: z.string().nullable(), open_bindings: z.int(), contexts: z.array(z.string()), last_capture_at: isoTimestamp })) });

/** Body of `POST /arp/api/oui/bulk`. */
export const ouiBulkBody = z.strictObject({ macs: z.array(macSearch).min(1).max(1_000) });
/** What can be said of MACs by themselves; `mac` of what is none is null in `vendor`. */
export const ouiBulkAnswer = z.object({ results: z.array(macFacts), invalid: z.array(z.string()) });

/** Tables that can be exported. */
export const EXPORT_TABLES = ['changes', 'arp', 'mac', 'neighbors', 'routes'] as const;
/** See {@link EXPORT_TABLES}. */
export type ExportTable = (typeof EXPORT_TABLES)[number];
/** Rows of one export; a larger question has to be narrowed. */
export const EXPORT_ROWS_LIMIT = 50_000;
/** Formats of an export. */
export const exportFormat = z.enum(['csv', 'json']).default('csv');
