import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { MacFacts } from '@capstan/contracts';

let vendors: ReadonlyMap<string, string> | undefined;

/** 12 lower-case hexadecimal digits of whatever notation; undefined when it is none. */
export function readMac(text: string): string | undefined {
  const digits = text.replace(/[^0-9A-Fa-f]/g, '').toLowerCase();
  return digits.length === 12 ? digits : undefined;
}

/** The first digits of a MAC in whatever notation. */
export function macPrefix(text: string): string {
  return text.replace(/[^0-9A-Fa-f]/g, '').toLowerCase().slice(0, 12);
}

/** The group bit: broadcast and multicast. */
export function isMulticast(mac: string): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
}

/** The local bit: chosen by software. */
export function isLocallyAdministered(mac: string): boolean {
  return (Number.parseInt(mac.slice(0, 2), 16) & 2) === 2;
}

/** What can be said of a MAC by itself; the vendor by its longest registered prefix (36, 28 or 24 bits). */
export function describeMac(mac: string): MacFacts {
  vendors ??= loadVendors();
  const registered = isLocallyAdministered(mac) ? undefined : (vendors.get(mac.slice(0, 9)) ?? vendors.get(mac.slice(0, 7)) ?? vendors.get(mac.slice(0, 6)));
  return {
    mac,
    mac_text: mac.match(/../g)?.join(':') ?? mac,
    vendor: registered ?? null,
    multicast: isMulticast(mac),
    locally_administered: isLocallyAdministered(mac),
  };
}

/** Five megabytes, read when the first MAC is shown. Only names are kept, not the addresses of their holders. */
function loadVendors(): ReadonlyMap<string, string> {
  const registry = JSON.parse(readFileSync(createRequire(__filename).resolve('oui-data'), 'utf8')) as Record<string, string>;
  return new Map(Object.entries(registry).map(([prefix, holder]) => [prefix.toLowerCase(), holder.split('\n')[0] ?? '']));
}
