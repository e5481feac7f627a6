import type { ArpRow, InterfaceRow, InventoryRow, LldpRow, MacRow, VersionRow } from '@capstan/contracts';

/** A binding of which only the address is known. */
export function arpRowOf(ip: string, context: string): ArpRow {
  return { context, ip, mac: null, mac_raw: null, age_sec: null, interface: null, egress_port: null, type: 'dynamic' };
}

/** A place of a MAC of which nothing else is known. */
export function macRowOf(mac: string, context: string): MacRow {
  return { context, mac, vlan: null, type: 'dynamic', ports: [], age_sec: null, flags: [], moves: null, last_move_sec: null };
}

/** A neighbour of which nothing is known. */
export function lldpRowOf(protocol: LldpRow['protocol'] = 'lldp'): LldpRow {
  return {
    protocol,
    local_interface: null,
    chassis_id: null,
    chassis_id_type: null,
    port_id: null,
    port_id_type: null,
    port_description: null,
    system_name: null,
    system_description: null,
    capabilities: [],
    enabled_capabilities: [],
    management_addresses: [],
    vlan: null,
    ttl_sec: null,
  };
}

/** An interface of which only the name is known. */
export function interfaceRowOf(name: string): InterfaceRow {
  return {
    name,
    description: null,
    admin_status: null,
    oper_status: 'other',
    reason: null,
    mode: null,
    vlan: null,
    duplex: null,
    speed_mbps: null,
    auto_duplex: null,
    auto_speed: null,
    media: null,
    addresses: [],
    context: null,
  };
}

/** A device of which nothing is known. */
export function versionRowOf(vendor: string, os: string): VersionRow {
  return { vendor, os, os_version: null, model: null, hostname: null, serials: [], hardware: [], image_file: null, uptime_sec: null, boot_reason: null, base_mac: null, memory_kb: null };
}

/** A part of which only the name is known. */
export function inventoryRowOf(name: string, kind: InventoryRow['kind'] = 'other'): InventoryRow {
  return { name, description: null, pid: null, vid: null, serial: null, slot: null, kind, parent: null };
}

/** A text that says something; null for what stands for nothing. */
export function saidText(text: string | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' || trimmed === '--' || trimmed === '-' || /^(?:- )?not advertised$|^n\/a$|^<?none>?$/i.test(trimmed) ? null : trimmed;
}
