import { isIPv4, isIPv6 } from 'node:net';

/** What somebody wrote where a host or a network is expected. */
export type AddressText =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'address'; readonly family: 4 | 6; readonly address: string }
  | { readonly kind: 'network'; readonly family: 4 | 6; readonly network: string; readonly bits: number }
  | { readonly kind: 'invalid'; readonly reason: string };

/**
 * Reads a host name, an address or a network. Host bits of a network are cleared, because libpcap refuses them
 * (`non-network bits set`) where the meaning is plain.
 */
export function readAddress(text: string): AddressText {
  const [address = '', length, ...rest] = text.split('/');
  const family = isIPv4(address) ? 4 : isIPv6(address) ? 6 : undefined;
  if (rest.length > 0) {
    return { kind: 'invalid', reason: 'has more than one /' };
  }
  if (family === undefined) {
    if (length !== undefined) {
      return { kind: 'invalid', reason: 'a name cannot have a prefix length' };
    }
    return address.includes(':') || /^[\d.]+$/.test(address)
      ? { kind: 'invalid', reason: 'is not a valid IP address' }
      : { kind: 'name', name: address };
  }
  if (length === undefined) {
    return { kind: 'address', family, address };
  }
  const bits = Number(length);
  const width = family === 4 ? 32 : 128;
  if (!/^\d{1,3}$/.test(length) || bits > width) {
    return { kind: 'invalid', reason: `a prefix length of IPv${family} is at most ${width}` };
  }
  const value = family === 4 ? parseIPv4(address) : parseIPv6(address);
  const kept = (value >> BigInt(width - bits)) << BigInt(width - bits);
  return { kind: 'network', family, network: `${family === 4 ? formatIPv4(kept) : formatIPv6(kept)}/${bits}`, bits };
}

function parseIPv4(address: string): bigint {
  return address.split('.').reduce((value, octet) => (value << 8n) | BigInt(octet), 0n);
}

function formatIPv4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 0xffn)).join('.');
}

function parseIPv6(address: string): bigint {
  const plain = address.replace(/(\d+\.\d+\.\d+\.\d+)$/, (tail) => {
    const value = parseIPv4(tail);
    return `${(value >> 16n).toString(16)}:${(value & 0xffffn).toString(16)}`;
  });
  const [head = '', tail] = plain.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...Array<string>(zeros).fill('0'), ...right].reduce((value, group) => (value << 16n) | BigInt(`0x${group}`), 0n);
}

function formatIPv6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) => ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16)).join(':');
  // The first of the longest runs of zeros is shortened (RFC 5952 §4.2).
  const runs = [...groups.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].sort((a, b) => b[0].length - a[0].length);
  const [longest] = runs;
  return longest === undefined
    ? groups
    : `${groups.slice(0, longest.index)}::${groups.slice(longest.index + longest[0].length).replace(/^:/, '')}`;
}
