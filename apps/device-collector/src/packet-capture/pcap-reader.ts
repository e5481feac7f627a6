/** What is in a capture file. */
export interface PcapSummary {
  /** `not-pcap`: the magic number is none of the classic format's. `empty`: not one byte came. */
  readonly format: 'pcap' | 'not-pcap' | 'empty';
  readonly bytes: number;
  readonly packets: number;
  /** Whether the file ends in the middle of its header or of a packet. */
  readonly truncated: boolean;
  /** Link type by the registry of tcpdump.org; null without a header. */
  readonly linkType: number | null;
  /** Unix milliseconds with fraction; null without packets. Packets need not be in order of time: these are first and last in the file. */
  readonly firstPacketAt: number | null;
  readonly lastPacketAt: number | null;
}

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const LARGEST_RECORD = 0x0400_0000;

/** Magic numbers as read in little-endian order: who wrote the file decides byte order and resolution. */
const MAGIC: Readonly<Record<number, { little: boolean; perSecond: number }>> = {
  0xa1b2c3d4: { little: true, perSecond: 1e6 },
  0xd4c3b2a1: { little: false, perSecond: 1e6 },
  0xa1b23c4d: { little: true, perSecond: 1e9 },
  0x4d3cb2a1: { little: false, perSecond: 1e9 },
};

/**
 * Reads a classic pcap file (the format of tcpdump's `-w`) as its bytes pass by, holding only the header it is in the
 * middle of. Format: draft-ietf-opsawg-pcap §4 and §5.
 */
export class PcapReader {
  private bytes = 0;
  private packets = 0;
  private format: { little: boolean; perSecond: number } | 'unknown' | 'not-pcap' = 'unknown';
  private linkType: number | null = null;
  private first: number | null = null;
  private last: number | null = null;
  /** Bytes of a header that arrived so far. */
  private header: Buffer = Buffer.alloc(0);
  /** Bytes of packet data still to pass. */
  private skip = 0;
  private whole = 0;
  private ordered = true;

  /** Whether no packet was older than the one before it. */
  get inOrder(): boolean {
    return this.ordered;
  }

  /** Bytes up to the end of the last complete record: where a file that was cut short can be cut so that it is whole. */
  get wholeBytes(): number {
    return this.whole;
  }

  /** Takes the next bytes of the file. */
  push(chunk: Buffer): void {
    const before = this.bytes;
    this.bytes += chunk.length;
    let position = 0;
    while (position < chunk.length && this.format !== 'not-pcap') {
      if (this.skip > 0) {
        const step = Math.min(this.skip, chunk.length - position);
        this.skip -= step;
        position += step;
        this.noteWhole(before + position);
        continue;
      }
      const wanted = this.format === 'unknown' ? FILE_HEADER : RECORD_HEADER;
      const step = Math.min(wanted - this.header.length, chunk.length - position);
      if (this.header.length === 0 && step === wanted) {
        this.readHeader(chunk.subarray(position, position + step));
      } else {
        this.header = Buffer.concat([this.header, chunk.subarray(position, position + step)]);
        if (this.header.length === wanted) {
          const complete = this.header;
          this.header = Buffer.alloc(0);
          this.readHeader(complete);
        }
      }
      position += step;
      this.noteWhole(before + position);
    }
  }

  /** What has been seen; call it after the last byte. */
  summary(): PcapSummary {
    const known = this.format !== 'unknown' && this.format !== 'not-pcap';
    return {
      format: this.bytes === 0 ? 'empty' : this.format === 'not-pcap' ? 'not-pcap' : 'pcap',
      bytes: this.bytes,
      // A record whose data is missing is not a packet anyone can read.
      packets: this.skip > 0 ? this.packets - 1 : this.packets,
      truncated: known ? this.skip > 0 || this.header.length > 0 : this.format === 'unknown' && this.bytes > 0,
      linkType: this.linkType,
      firstPacketAt: this.first,
      lastPacketAt: this.last,
    };
  }

  private noteWhole(position: number): void {
    if (this.skip === 0 && this.header.length === 0 && this.format !== 'not-pcap') {
      this.whole = position;
    }
  }

  private readHeader(header: Buffer): void {
    if (this.format === 'unknown') {
      this.format = MAGIC[header.readUInt32LE(0)] ?? 'not-pcap';
      if (this.format !== 'not-pcap') {
        this.linkType = (this.format.little ? header.readUInt32LE(20) : header.readUInt32BE(20)) & 0x0fffffff;
      }
      return;
    }
    if (this.format === 'not-pcap') {
      return;
    }
    const { little, perSecond } = this.format;
    const number = (offset: number): number => (little ? header.readUInt32LE(offset) : header.readUInt32BE(offset));
    const time = number(0) * 1000 + (number(4) / perSecond) * 1000;
    const length = number(8);
    if (length > LARGEST_RECORD) {
      // Out of step: what follows is not a record, so the file is broken from here on.
      this.skip = Number.MAX_SAFE_INTEGER;
      this.packets += 1;
      return;
    }
    this.first ??= time;
    this.ordered &&= this.last === null || time >= this.last;
    this.last = time;
    this.packets += 1;
    this.skip = length;
  }
}
