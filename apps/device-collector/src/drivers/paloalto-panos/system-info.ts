import type { InventoryRow } from '@capstan/contracts';
import { inventoryRowOf } from '../../platforms/parsing/empty-rows';
import type { OutputParser } from '../../platforms/parsing/parse-result';
import { versionParser } from '../../platforms/parsing/version-fields';

/** `show system info`: a field a line; the versions of contents change daily and make no other device. */
export const parsePanosVersion = versionParser({
  vendor: 'Palo Alto Networks',
  os: 'PAN-OS',
  fields: { hostname: 'hostname', model: 'model', serial: 'serial', 'sw-version': 'os_version', 'mac-address': 'base_mac', uptime: 'uptime' },
  ignored: [
    /^(?:public-)?ip-address$|^netmask$|^default-gateway$|^ip-assignment$|^ipv6-|^time$|^family$|^platform-family$|^cloud-mode$|^cpuid$|^vm-/,
    /^(?:app|av|threat|wildfire|wf|url|logdb|device|global-protect|iot|dns|dlp|gp|plugin|devicename)-?\S*$/,
    /^(?:vpn-disable-mode|multi-vsys|operational-mode|advanced-routing|is-dhcp|dhcp-\S+|duplicate-ip|hypervisor|relicense|tenant|vendor)\S*$/,
  ],
});

/** The same answer as parts: the box itself is all it tells of. */
export const parsePanosInventory: OutputParser<InventoryRow> = (text, context) => {
  const { rows, unparsed } = parsePanosVersion(text, context);
  return { rows: rows.flatMap(({ model, serials }) => serials.map((serial) => ({ ...inventoryRowOf('Chassis', 'chassis'), pid: model, serial }))), unparsed };
};
