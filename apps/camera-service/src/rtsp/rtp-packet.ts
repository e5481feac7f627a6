/** A packet of RTP (RFC 3550 §5.1). */
export interface RtpPacket {
  readonly payloadType: number;
  readonly marker: boolean;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Buffer;
}

/** Reads a packet; undefined for what is not RTP. */
export function readRtp(bytes: Buffer): RtpPacket | undefined {
  if (bytes.length < 12 || (bytes[0] ?? 0) >> 6 !== 2) {
    return undefined;
  }
  const first = bytes[0] ?? 0;
  const second = bytes[1] ?? 0;
  let start = 12 + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0 && bytes.length >= start + 4) {
    start += 4 + bytes.readUInt16BE(start + 2) * 4;
  }
  const padding = (first & 0x20) !== 0 ? (bytes[bytes.length - 1] ?? 0) : 0;
  if (start > bytes.length - padding) {
    return undefined;
  }
  return {
    payloadType: second & 0x7f,
    marker: (second & 0x80) !== 0,
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    ssrc: bytes.readUInt32BE(8),
    payload: bytes.subarray(start, bytes.length - padding),
  };
}

/** `later - earlier` of numbers that wrap at 2^bits, between -2^(bits-1) and 2^(bits-1). */
export function wrappedDifference(later: number, earlier: number, bits: 16 | 32): number {
  const size = 2 ** bits;
  const difference = (((later - earlier) % size) + size) % size;
  return difference >= size / 2 ? difference - size : difference;
}
