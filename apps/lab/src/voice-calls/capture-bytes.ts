import type { RecordedPacket } from './voice-calls';

/** How packets become files. */
export interface CaptureFormat {
  /** Default `pcap`. */
  readonly format?: 'pcap' | 'pcapng';
  /** Ethernet, or the header tcpdump writes on `any` (LINKTYPE_LINUX_SLL2). Default `ethernet`. */
  readonly link?: 'ethernet' | 'linux-cooked';
  /** Resolution of classic files. Default `microseconds`. */
  readonly resolution?: 'microseconds' | 'nanoseconds';
  /** Name of the interface, in pcapng. */
  readonly interface?: string;
}

/** When the next file is begun. */
export interface Rotation {
  /** Largest size of a file, in bytes. */
  readonly fileBytes: number;
  /** How many are kept, the newest; unlimited by default. */
  readonly maxFiles?: number;
}

const LINK_TYPES = { ethernet: 1, 'linux-cooked': 276 } as const;
const SNAP_LENGTH = 262_144;

/** One capture file of all these packets. */
export function captureBytes(packets: Iterable<RecordedPacket>, format: CaptureFormat = {}): Buffer {
  return Buffer.concat([...captureChunks(packets, format)]);
}

/** The same, piece by piece: the header first, then packet after packet. */
export function* captureChunks(packets: Iterable<RecordedPacket>, format: CaptureFormat = {}): Generator<Buffer> {
  yield header(format);
  for (const packet of packets) {
    yield record(packet, format);
  }
}

/** Several files, each begun when the last one is full, as `tcpdump -C` and `utils network capture-rotate` make them. Oldest first. */
export function rotatedCaptureBytes(packets: Iterable<RecordedPacket>, rotation: Rotation, format: CaptureFormat = {}): Buffer[] {
  const files: Buffer[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const packet of packets) {
    const bytes = record(packet, format);
    if (size + bytes.length > rotation.fileBytes) {
      const head = header(format);
      files.push([head]);
      size = head.length;
      if (files.length > (rotation.maxFiles ?? Number.POSITIVE_INFINITY)) {
        files.shift();
      }
    }
    files.at(-1)?.push(bytes);
    size += bytes.length;
  }
  return files.length === 0 ? [header(format)] : files.map((file) => Buffer.concat(file));
}

function header(format: CaptureFormat): Buffer {
  const link = LINK_TYPES[format.link ?? 'ethernet'];
  if (format.format === 'pcapng') {
    return pcapngHeader(link, format.interface);
  }
  const bytes = Buffer.alloc(24);
  bytes.writeUInt32LE(format.resolution === 'nanoseconds' ? 0xa1b23c4d : 0xa1b2c3d4, 0);
  bytes.writeUInt16LE(2, 4);
  bytes.writeUInt16LE(4, 6);
  bytes.writeUInt32LE(SNAP_LENGTH, 16);
  bytes.writeUInt32LE(link, 20);
  return bytes;
}

function record(packet: RecordedPacket, format: CaptureFormat): Buffer {
  const data = format.link === 'linux-cooked' ? cooked(packet.frame) : packet.frame;
  const whole = Math.floor(packet.deviceTime / 1_000);
  const fraction = packet.deviceTime / 1_000 - whole;
  if (format.format === 'pcapng') {
    return enhancedPacket(BigInt(whole) * 1_000_000n + BigInt(Math.floor(fraction * 1e6)), data);
  }
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE(whole, 0);
  bytes.writeUInt32LE(Math.floor(fraction * (format.resolution === 'nanoseconds' ? 1e9 : 1e6)), 4);
  bytes.writeUInt32LE(data.length, 8);
  bytes.writeUInt32LE(data.length, 12);
  return Buffer.concat([bytes, data]);
}

/** Header of LINKTYPE_LINUX_SLL2 in place of the Ethernet one (tcpdump.org, linktypes). */
function cooked(frame: Buffer): Buffer {
  const bytes = Buffer.alloc(20);
  frame.copy(bytes, 0, 12, 14);
  bytes.writeUInt32BE(2, 4);
  bytes.writeUInt16BE(1, 8);
  bytes[11] = 6;
  frame.copy(bytes, 12, 6, 12);
  return Buffer.concat([bytes, frame.subarray(14)]);
}

/** Section header and one interface description (draft-ietf-opsawg-pcapng §4.1, §4.2). */
function pcapngHeader(link: number, name: string | undefined): Buffer {
  const section = Buffer.alloc(16);
  section.writeUInt32LE(0x1a2b3c4d, 0);
  section.writeUInt16LE(1, 4);
  section.fill(0xff, 8, 16);
  const description = Buffer.alloc(8);
  description.writeUInt16LE(link, 0);
  description.writeUInt32LE(SNAP_LENGTH, 4);
  const options = name === undefined ? Buffer.alloc(0) : Buffer.concat([option(2, Buffer.from(name)), option(0, Buffer.alloc(0))]);
  return Buffer.concat([block(0x0a0d0d0a, section), block(1, Buffer.concat([description, options]))]);
}

/** Enhanced packet block; microseconds, the default resolution (§4.3). */
function enhancedPacket(microseconds: bigint, data: Buffer): Buffer {
  const fixed = Buffer.alloc(20);
  fixed.writeUInt32LE(Number(microseconds >> 32n), 4);
  fixed.writeUInt32LE(Number(microseconds & 0xffffffffn), 8);
  fixed.writeUInt32LE(data.length, 12);
  fixed.writeUInt32LE(data.length, 16);
  return block(6, Buffer.concat([fixed, padded(data)]));
}

function block(type: number, body: Buffer): Buffer {
  const bytes = Buffer.alloc(12 + body.length);
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt32LE(bytes.length, 4);
  body.copy(bytes, 8);
  bytes.writeUInt32LE(bytes.length, bytes.length - 4);
  return bytes;
}

function option(code: number, value: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(code, 0);
  head.writeUInt16LE(value.length, 2);
  return Buffer.concat([head, padded(value)]);
}

function padded(data: Buffer): Buffer {
  return Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
}
