import ipaddr from 'ipaddr.js';

const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;

/** The canonical form of an address (dotted quad; RFC 5952 for IPv6, without its zone); undefined when it is not one. */
export function canonicalIp(text: string): string | undefined {
  const bare = text.trim().replace(/%.*$/, '');
  if (IPV4.test(bare)) {
    // Leading zeros would be read as octal by some and as decimal by others.
    return bare.split('.').every((octet) => String(Number(octet)) === octet && Number(octet) <= 255) ? bare : undefined;
  }
  return bare.includes(':') && ipaddr.IPv6.isValid(bare) ? ipaddr.IPv6.parse(bare).toRFC5952String() : undefined;
}

/** Prefix length of a dotted netmask; undefined when its ones are not contiguous. */
export function prefixLength(netmask: string): number | undefined {
  const mask = canonicalIp(netmask);
  return mask === undefined || mask.includes(':') ? undefined : (ipaddr.IPv4.parse(mask).prefixLengthFromSubnetMask() ?? undefined);
}

/**
 * A prefix in canonical CIDR notation with its host bits cleared. `10.0.0.0/24`, `10.0.0.0 255.255.255.0`, `default`;
 * a bare address gets `length`, or is a host route.
 */
export function canonicalPrefix(text: string, length?: number): string | undefined {
  const trimmed = text.trim();
  if (trimmed === 'default') {
    return '0.0.0.0/0';
  }
  const [address = '', rest] = trimmed.split(/\/|\s+/);
  const ip = canonicalIp(address);
  if (ip === undefined) {
    return undefined;
  }
  const width = ip.includes(':') ? 128 : 32;
  const bits = rest === undefined ? (length ?? width) : rest.includes('.') ? prefixLength(rest) : /^\d{1,3}$/.test(rest) ? Number(rest) : undefined;
  if (bits === undefined || bits > width) {
    return undefined;
  }
  return width === 128 ? `${ipaddr.IPv6.networkAddressFromCIDR(`${ip}/${bits}`).toRFC5952String()}/${bits}` : `${network4(ip, bits)}/${bits}`;
}

function network4(ip: string, bits: number): string {
  return ip
    .split('.')
    .map((octet, index) => Number(octet) & (0xff << Math.min(8, Math.max(0, 8 * (index + 1) - bits))))
    .join('.');
}

/** Length of the class of an address (RFC 791), which old tables imply. */
export function classfulLength(ip: string): number {
  const first = Number(ip.split('.')[0]);
  return first < 128 ? 8 : first < 192 ? 16 : 24;
}
