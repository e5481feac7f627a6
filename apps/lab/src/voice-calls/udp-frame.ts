/** UDP over IPv4 over Ethernet, byte for byte (RFC 768, RFC 791, IEEE 802.3). */

/** Where a datagram comes from or goes to. */
export interface Endpoint {
  /** IPv4, dotted. */
  readonly address: string;
  readonly port: number;
}

/** What a frame is made of. */
export interface Datagram {
  readonly source: Endpoint;
  readonly destination: Endpoint;
  /** IP identification: the same datagram keeps it on its whole way. */
  readonly id: number;
  /** What is left of it where it is seen. */
  readonly ttl: number;
  readonly payload: Uint8Array;
}

const ETHERNET = 14;
const IPV4 = 20;
const UDP = 8;
const DONT_FRAGMENT = 0x4000;
const PROTOCOL_UDP = 17;
/** Expedited forwarding, as voice gear marks its media (RFC 3246). */
const DSCP_EF = 0xb8;

/** One Ethernet frame, checksums included. */
export function udpFrame({ source, destination, id, ttl, payload }: Datagram): Buffer {
  const frame = Buffer.alloc(ETHERNET + IPV4 + UDP + payload.length);
  const [from, to] = [octets(source.address), octets(destination.address)];
  // Locally administered addresses, made of the IP addresses so that a reader can tell them apart.
  frame.set([0x02, 0, ...to], 0);
  frame.set([0x02, 0, ...from], 6);
  frame.writeUInt16BE(0x0800, 12);

  const ip = frame.subarray(ETHERNET);
  ip[0] = 0x45;
  ip[1] = DSCP_EF;
  ip.writeUInt16BE(IPV4 + UDP + payload.length, 2);
  ip.writeUInt16BE(id & 0xffff, 4);
  ip.writeUInt16BE(DONT_FRAGMENT, 6);
  ip[8] = ttl;
  ip[9] = PROTOCOL_UDP;
  ip.set(from, 12);
  ip.set(to, 16);
  ip.writeUInt16BE(checksum(ip.subarray(0, IPV4), 0), 10);

  const udp = ip.subarray(IPV4);
  udp.writeUInt16BE(source.port, 0);
  udp.writeUInt16BE(destination.port, 2);
  udp.writeUInt16BE(UDP + payload.length, 4);
  udp.set(payload, UDP);
  const pseudoHeader = sum16(ip.subarray(12, 20)) + PROTOCOL_UDP + UDP + payload.length;
  // A computed zero is sent as all ones: zero would mean "no checksum" (RFC 768).
  udp.writeUInt16BE(checksum(udp, pseudoHeader) || 0xffff, 6);
  return frame;
}

function octets(address: string): number[] {
  return address.split('.').map(Number);
}

function sum16(bytes: Buffer): number {
  let sum = 0;
  for (let index = 0; index + 1 < bytes.length; index += 2) {
    sum += bytes.readUInt16BE(index);
  }
  return bytes.length % 2 === 0 ? sum : sum + ((bytes.at(-1) ?? 0) << 8);
}

/** The Internet checksum (RFC 1071). */
function checksum(bytes: Buffer, start: number): number {
  let sum = start + sum16(bytes);
  while (sum > 0xffff) {
    sum = (sum & 0xffff) + (sum >>> 16);
  }
  return ~sum & 0xffff;
}
