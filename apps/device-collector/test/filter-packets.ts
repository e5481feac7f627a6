import { isIPv4 } from 'node:net';
import type { Filter, NetworkLeaf, PortLeaf, Side } from '../src/packet-capture/filter/filter-tree';
import { readAddress } from '../src/packet-capture/filter/ip-network';

/** A packet as filters see it. */
export interface TestPacket {
  readonly network: 'ip' | 'ipv6' | 'arp' | 'rarp' | 'other';
  readonly src: string;
  readonly dest: string;
  /** Number of the protocol in IP. */
  readonly protocol: number;
  readonly srcPort: number;
  readonly destPort: number;
  /** Of a fragment that is not the first: it has no ports. */
  readonly laterFragment?: boolean;
  /** What an ICMP error quotes, or a tunnel carries. */
  readonly inner?: TestPacket;
}

const WITH_PORTS = [6, 17, 132];

/** What a filter means, written down independently of every compiler. */
export function matches(filter: Filter, packet: TestPacket): boolean {
  const ends = (side: Side): ('src' | 'dest')[] => (side === 'either' ? ['src', 'dest'] : [side]);
  switch (filter.kind) {
    case 'everything':
      return true;
    case 'nothing':
      return false;
    case 'all':
      return filter.of.every((child) => matches(child, packet));
    case 'any':
      return filter.of.some((child) => matches(child, packet));
    case 'not':
      return !matches(filter.of, packet);
    case 'network':
      return packet.network !== 'other' && ends(filter.side).some((end) => contains(filter, packet[end]));
    case 'name':
      throw new Error('names are not looked up here');
    case 'port':
      return hasPorts(packet) && ends(filter.side).some((end) => within(filter, end === 'src' ? packet.srcPort : packet.destPort));
    case 'protocol': {
      const isIp = packet.network === 'ip' || packet.network === 'ipv6';
      switch (filter.protocol) {
        case 'ip':
        case 'ipv6':
        case 'arp':
        case 'rarp':
          return packet.network === filter.protocol;
        case 'tcp':
          return isIp && packet.protocol === 6;
        case 'udp':
          return isIp && packet.protocol === 17;
        case 'icmp':
          return (packet.network === 'ip' && packet.protocol === 1) || (packet.network === 'ipv6' && packet.protocol === 58);
        default:
          return isIp && packet.protocol === filter.protocol;
      }
    }
  }
}

function hasPorts({ network, protocol, laterFragment }: TestPacket): boolean {
  return (network === 'ip' || network === 'ipv6') && WITH_PORTS.includes(protocol) && laterFragment !== true;
}

function within({ from, to }: PortLeaf, value: number): boolean {
  return from <= value && value <= to;
}

function contains({ family, address, bits }: NetworkLeaf, host: string): boolean {
  if ((family === 4) !== isIPv4(host)) {
    return false;
  }
  const network = (text: string): string => JSON.stringify(readAddress(`${text}/${bits}`));
  return network(address) === network(host);
}

/** The packets as a capture file: the first one at second 1, each a second after the one before. */
export function pcapOf(packets: readonly TestPacket[]): Buffer {
  const header = Buffer.alloc(24);
  header.writeUInt32LE(0xa1b2c3d4, 0);
  header.writeUInt16LE(2, 4);
  header.writeUInt16LE(4, 6);
  header.writeUInt32LE(65_535, 16);
  header.writeUInt32LE(1, 20);
  return Buffer.concat([
    header,
    ...packets.flatMap((packet, index) => {
      const bytes = frame(packet);
      const record = Buffer.alloc(16);
      record.writeUInt32LE(index + 1, 0);
      record.writeUInt32LE(bytes.length, 8);
      record.writeUInt32LE(bytes.length, 12);
      return [record, bytes];
    }),
  ]);
}

const ETHERTYPE = { ip: 0x0800, ipv6: 0x86dd, arp: 0x0806, rarp: 0x8035, other: 0x88b5 } as const;

function frame(packet: TestPacket): Buffer {
  const ethernet = Buffer.from('0200000000020200000000010000', 'hex');
  ethernet.writeUInt16BE(ETHERTYPE[packet.network], 12);
  return Buffer.concat([ethernet, networkLayer(packet)]);
}

function networkLayer(packet: TestPacket): Buffer {
  switch (packet.network) {
    case 'ip': {
      const body = transport(packet);
      const header = Buffer.alloc(20);
      header[0] = 0x45;
      header.writeUInt16BE(20 + body.length, 2);
      header.writeUInt16BE(packet.laterFragment === true ? 0x0010 : 0, 6);
      header[8] = 64;
      header[9] = packet.protocol;
      Buffer.from(packet.src.split('.').map(Number)).copy(header, 12);
      Buffer.from(packet.dest.split('.').map(Number)).copy(header, 16);
      return Buffer.concat([header, body]);
    }
    case 'ipv6': {
      const body = transport(packet);
      const header = Buffer.alloc(40);
      header[0] = 0x60;
      header.writeUInt16BE(body.length, 4);
      header[6] = packet.protocol;
      header[7] = 64;
      ipv6Bytes(packet.src).copy(header, 8);
      ipv6Bytes(packet.dest).copy(header, 24);
      return Buffer.concat([header, body]);
    }
    case 'arp':
    case 'rarp': {
      const body = Buffer.alloc(28);
      body.writeUInt16BE(1, 0);
      body.writeUInt16BE(0x0800, 2);
      body[4] = 6;
      body[5] = 4;
      body.writeUInt16BE(packet.network === 'arp' ? 1 : 3, 6);
      Buffer.from(packet.src.split('.').map(Number)).copy(body, 14);
      Buffer.from(packet.dest.split('.').map(Number)).copy(body, 24);
      return body;
    }
    case 'other':
      return Buffer.alloc(46);
  }
}

function transport(packet: TestPacket): Buffer {
  const { protocol, srcPort, destPort, inner } = packet;
  if (packet.laterFragment === true) {
    return Buffer.alloc(32, 0x13);
  }
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(srcPort, 0);
  ports.writeUInt16BE(destPort, 2);
  switch (protocol) {
    case 6:
      return Buffer.concat([ports, Buffer.from('00000001000000005010200000000000', 'hex')]);
    case 17:
      return Buffer.concat([ports, Buffer.from('000c000061626364', 'hex')]);
    case 132:
      return Buffer.concat([ports, Buffer.from('00000000000000000b000004', 'hex')]);
    case 1:
    case 58: {
      // Destination unreachable, quoting the packet it is about.
      const error = Buffer.alloc(8);
      error[0] = protocol === 1 ? 3 : 1;
      error[1] = protocol === 1 ? 3 : 4;
      return Buffer.concat([error, inner === undefined ? Buffer.alloc(28) : networkLayer(inner)]);
    }
    case 4:
    case 41:
      return inner === undefined ? Buffer.alloc(8) : networkLayer(inner);
    default:
      return Buffer.alloc(16, 0x2a);
  }
}

function ipv6Bytes(address: string): Buffer {
  const [head = '', tail] = address.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [left, right] = [groups(head), groups(tail ?? '')];
  const all = [...left, ...Array<string>(8 - left.length - right.length).fill('0'), ...right];
  return Buffer.from(all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]));
}
