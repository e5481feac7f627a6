import { AppError } from '@capstan/kernel';
import { type ClockCorrection, offsetAt } from './clock-correction';

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
const PER_SECOND: Readonly<Record<number, { little: boolean; ticks: number }>> = {
  0xa1b2c3d4: { little: true, ticks: 1e6 },
  0xd4c3b2a1: { little: false, ticks: 1e6 },
  0xa1b23c4d: { little: true, ticks: 1e9 },
  0x4d3cb2a1: { little: false, ticks: 1e9 },
};

/**
 * Rewrites the times of a classic pcap file as its bytes pass, each by the offset its clock had at that moment.
 * For clocks that ran away only: `editcap -t` shifts all packets alike, and is twice as fast.
 */
export class DriftRewriter {
  private rest: Buffer = Buffer.alloc(0);
  private format: { little: boolean; ticks: number } | undefined;

  constructor(private readonly correction: ClockCorrection) {}

  /**
   * Takes the next bytes, and gives back those that are ready: whole records only.
   * @throws AppError `CAPTURE_UNREADABLE` when it is not a classic pcap file
   */
  push(chunk: Buffer): Buffer {
    // A copy in any case: the times are changed in place, and the chunk is not ours.
    const bytes = Buffer.concat([this.rest, chunk]);
    let position = this.format === undefined ? this.readFileHeader(bytes) : 0;
    if (this.format === undefined) {
      this.rest = bytes;
      return Buffer.alloc(0);
    }
    while (position + RECORD_HEADER <= bytes.length) {
      const length = this.read(bytes, position + 8);
      if (position + RECORD_HEADER + length > bytes.length) {
        break;
      }
      this.rewrite(bytes, position);
      position += RECORD_HEADER + length;
    }
    this.rest = bytes.subarray(position);
    return bytes.subarray(0, position);
  }

  private readFileHeader(bytes: Buffer): number {
    if (bytes.length < FILE_HEADER) {
      return 0;
    }
    this.format = PER_SECOND[bytes.readUInt32LE(0)];
    if (this.format === undefined) {
      throw new AppError('CAPTURE_UNREADABLE', 'The file is not a capture in the classic pcap format');
    }
    return FILE_HEADER;
  }

  private rewrite(bytes: Buffer, at: number): void {
    const ticks = this.format?.ticks ?? 1e6;
    const seconds = this.read(bytes, at);
    const fraction = this.read(bytes, at + 4);
    const offsetMs = offsetAt(this.correction, seconds * 1_000 + (fraction / ticks) * 1_000);
    // Seconds and their fraction apart: together they do not fit a double without loss.
    const moved = fraction - Math.round((offsetMs * ticks) / 1_000);
    const carry = Math.floor(moved / ticks);
    this.write(bytes, seconds + carry, at);
    this.write(bytes, moved - carry * ticks, at + 4);
  }

  private read(bytes: Buffer, at: number): number {
    return this.format?.little === false ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
  }

  private write(bytes: Buffer, value: number, at: number): void {
    if (this.format?.little === false) {
      bytes.writeUInt32BE(value, at);
    } else {
      bytes.writeUInt32LE(value, at);
    }
  }
}
