/**
 * The canonical form of a MAC: 12 lower-case hexadecimal digits. Takes every vendor's writing (`0011.2233.4455`,
 * `00:11:22:33:44:55`, `0-11-22-…`, `001122-334455`); undefined when it is not a MAC.
 */
export function canonicalMac(text: string): string | undefined {
  const trimmed = text.trim();
  const octets = trimmed.split(/[:-]/);
  // Some devices drop leading zeros of octets: `0:1b:54:a:b:c`.
  if (octets.length === 6 && octets.every((octet) => /^[0-9a-f]{1,2}$/i.test(octet))) {
    return octets.map((octet) => octet.padStart(2, '0')).join('').toLowerCase();
  }
  if (!/^(?:[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}|[0-9a-f]{4}:[0-9a-f]{4}:[0-9a-f]{4}|[0-9a-f]{6}-[0-9a-f]{6}|[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}|[0-9a-f]{12})$/i.test(trimmed)) {
    return undefined;
  }
  return trimmed.replace(/[.:-]/g, '').toLowerCase();
}
