import { BlockList, isIP } from 'node:net';

/**
 * What is not the public internet: private, shared, loopback, link-local, documentation, benchmarking, multicast and reserved
 * addresses, and the IPv6 forms that carry an IPv4 address (IANA special-purpose registries, RFC 6890).
 */
const NOT_PUBLIC = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24',
  '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4',
  '::/128', '::1/128', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32', '2002::/16', 'fc00::/7', 'fe80::/10', 'ff00::/8',
].join(',');

/** Reads networks in CIDR notation, separated by commas; undefined when one of them is none. */
export function readNetworks(text: string): BlockList | undefined {
  const list = new BlockList();
  for (const part of text.split(',').map((piece) => piece.trim()).filter((piece) => piece !== '')) {
    const [address = '', prefix] = part.split('/');
    const version = isIP(address);
    const widest = version === 4 ? 32 : 128;
    const bits = Number(prefix ?? widest);
    if (version === 0 || !Number.isInteger(bits) || bits < 0 || bits > widest) {
      return undefined;
    }
    list.addSubnet(address, bits, version === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

const notPublic = readNetworks(NOT_PUBLIC) as BlockList;

/** Whether a webhook may go to an IP address: to a public one, or into a network that was allowed. IPv4 inside IPv6 counts as what it is. */
export function mayReceive(ip: string, allowed: BlockList): boolean {
  const address = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1] ?? ip;
  const version = isIP(address);
  if (version === 0) {
    return false;
  }
  const family = version === 4 ? 'ipv4' : 'ipv6';
  return allowed.check(address, family) || !notPublic.check(address, family);
}
