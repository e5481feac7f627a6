/** Lines of hex digits are what a packet is made of; a packet begins at offset 0. */
const LINE = /^\s*([0-9a-f]{4,8}):?\s{1,3}((?:[0-9a-f]{2,8}\s?)+)(?:\s{2,}.*)?\s*$/i;
const SNAP_LENGTH = 262_144;
const LONGEST_PACKET = 65_535;
const ETHERNET = 1;

/**
 * Makes a capture file of what `show monitor capture NAME buffer dump` prints. The times of the packets are not printed:
 * they are made up, one microsecond apart from `startedAt`, so that the order stays.
 */
export class BufferDump {
  private packet: number[] = [];
  private count = 0;
  private readonly ready: Buffer[] = [];

  /** @param startedAt Unix milliseconds */
  constructor(private readonly startedAt: number) {
    const header = Buffer.alloc(24);
    header.writeUInt32LE(0xa1b2c3d4, 0);
    header.writeUInt16LE(2, 4);
    header.writeUInt16LE(4, 6);
    header.writeUInt32LE(SNAP_LENGTH, 16);
    header.writeUInt32LE(ETHERNET, 20);
    this.ready.push(header);
  }

  /** Packets that are complete. */
  get packets(): number {
    return this.count;
  }

  /** Takes a line of the listing; whatever is no packet's line ends the packet. */
  line(text: string): void {
    const match = LINE.exec(text);
    if (match === null) {
      this.endPacket();
      return;
    }
    const [, offset = '', digits = ''] = match;
    const at = Number.parseInt(offset, 16);
    if (at === 0) {
      this.endPacket();
    } else if (at !== this.packet.length) {
      // Out of step: a line is missing, and the rest of this packet with it.
      this.endPacket();
      return;
    }
    const hex = digits.replace(/\s+/g, '');
    for (let position = 0; position + 1 < hex.length && this.packet.length < LONGEST_PACKET; position += 2) {
      this.packet.push(Number.parseInt(hex.slice(position, position + 2), 16));
    }
  }

  /** The listing is over. */
  end(): void {
    this.endPacket();
  }

  /** Bytes of the file that are ready. */
  take(): Buffer {
    return Buffer.concat(this.ready.splice(0));
  }

  private endPacket(): void {
    if (this.packet.length === 0) {
      return;
    }
    const microseconds = Math.round(this.startedAt * 1_000) + this.count;
    const header = Buffer.alloc(16);
    header.writeUInt32LE(Math.floor(microseconds / 1_000_000), 0);
    header.writeUInt32LE(microseconds % 1_000_000, 4);
    header.writeUInt32LE(this.packet.length, 8);
    header.writeUInt32LE(this.packet.length, 12);
    this.ready.push(header, Buffer.from(this.packet));
    this.packet = [];
    this.count += 1;
  }
}
