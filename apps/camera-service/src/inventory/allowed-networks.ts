import { BlockList, isIP } from 'node:net';

/** Reads networks in CIDR notation, separated by commas; undefined when one of them is none. */
export function readNetworks(text: string): BlockList | undefined {
  const list = new BlockList();
  const parts = text.split(',').map((part) => part.trim()).filter((part) => part !== '');
  for (const part of parts) {
    const [address = '', prefix] = part.split('/');
    const version = isIP(address);
    const bits = Number(prefix ?? (version === 4 ? 32 : 128));
    if (version === 0 || !Number.isInteger(bits) || bits < 0 || bits > (version === 4 ? 32 : 128)) {
      return undefined;
    }
    list.addSubnet(address, bits, version === 4 ? 'ipv4' : 'ipv6');
  }
  return parts.length === 0 ? undefined : list;
}

/** Whether an IP address lies in one of the networks. IPv4 inside IPv6 counts as what it is. */
export function isAllowed(networks: BlockList, ip: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  const address = mapped ?? ip;
  const version = isIP(address);
  return version !== 0 && networks.check(address, version === 4 ? 'ipv4' : 'ipv6');
}
