/** Codecs whose pictures are decoded. */
export type Decodable = 'h264' | 'h265';

const FOURCC: Readonly<Record<Decodable, string>> = { h264: 'H264', h265: 'HEVC' };
const HEADER_BYTES = 32;
const PACKET_HEADER_BYTES = 12;

/** Beginning of an IVF stream with times in milliseconds; the size of the pictures stands in the stream itself. */
export function ivfHeader(codec: Decodable): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('DKIF', 0, 'latin1');
  header.writeUInt16LE(HEADER_BYTES, 6);
  header.write(FOURCC[codec], 8, 'latin1');
  header.writeUInt32LE(1_000, 16);
  header.writeUInt32LE(1, 20);
  return header;
}

/** One frame. The data is copied. */
export function ivfPacket(data: Buffer, time: number): Buffer {
  const packet = Buffer.allocUnsafe(PACKET_HEADER_BYTES + data.length);
  packet.writeUInt32LE(data.length, 0);
  packet.writeBigUInt64LE(BigInt(time), 4);
  data.copy(packet, PACKET_HEADER_BYTES);
  return packet;
}
