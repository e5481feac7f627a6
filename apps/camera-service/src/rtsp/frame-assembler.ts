import { H264Units, H265Units, type UnitReader } from './nal-units';
import { JpegPictures } from './jpeg-pictures';
import { type RtpPacket, wrappedDifference } from './rtp-packet';
import type { VideoCodec, VideoFrame } from './video-codec';

/** Largest frame that is put together: an 8K keyframe has less. */
const MAX_FRAME_BYTES = 8 * 1024 * 1024;
const FIRST_FRAME_BYTES = 128 * 1024;
/** Packets that may come out of order before a gap counts as a loss. */
const REORDER_PACKETS = 16;

/**
 * Puts packets together to frames. A frame of which a packet is missing is never handed out, and neither are those that
 * build on it, until the next keyframe: half a picture must not pass for a picture.
 */
export class FrameAssembler {
  private readonly reader: UnitReader;
  private readonly early = new Map<number, RtpPacket>();
  private expected: number | undefined;
  private timestamp: number | undefined;
  private frame = Buffer.allocUnsafeSlow(FIRST_FRAME_BYTES);
  private bytes = 0;
  private key = false;
  private damaged = false;
  private waitForKey = true;
  /** Frames that could not be put together. */
  damagedFrames = 0;

  constructor(codec: VideoCodec, private readonly arrived: () => number, private readonly onFrame: (frame: VideoFrame) => void) {
    this.reader = codec === 'h264' ? new H264Units() : codec === 'h265' ? new H265Units() : new JpegPictures();
  }

  push(packet: RtpPacket): void {
    if (this.expected === undefined) {
      this.expected = packet.sequence;
    }
    const ahead = wrappedDifference(packet.sequence, this.expected, 16);
    if (ahead < 0) {
      return;
    }
    if (ahead > 0) {
      this.early.set(packet.sequence, { ...packet, payload: Buffer.from(packet.payload) });
      if (ahead < REORDER_PACKETS && this.early.size < REORDER_PACKETS) {
        return;
      }
      // Whatever is missing will not come any more.
      this.damaged = true;
      this.expected = Math.min(...[...this.early.keys()].map((sequence) => wrappedDifference(sequence, this.expected ?? 0, 16))) + this.expected;
      this.expected &= 0xffff;
    } else {
      this.take(packet);
    }
    for (let next = this.early.get(this.expected); next !== undefined; next = this.early.get(this.expected)) {
      this.early.delete(this.expected);
      this.take(next);
    }
  }

  private take(packet: RtpPacket): void {
    this.expected = (packet.sequence + 1) & 0xffff;
    if (this.timestamp !== undefined && packet.timestamp !== this.timestamp && (this.bytes > 0 || this.damaged)) {
      // A new picture began without a marker on the last one: cameras forget it, and losses take it away.
      this.finish();
    }
    this.timestamp = packet.timestamp;
    const { units, key, broken } = this.reader.read(packet.payload);
    this.damaged ||= broken;
    this.key ||= key;
    for (const unit of units) {
      this.append(unit);
    }
    if (packet.marker) {
      this.finish();
    }
  }

  private append(unit: Buffer): void {
    const end = this.bytes + unit.length;
    if (end > MAX_FRAME_BYTES) {
      this.damaged = true;
      return;
    }
    if (end > this.frame.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(end, Math.min(MAX_FRAME_BYTES, this.frame.length * 2)));
      this.frame.copy(larger, 0, 0, this.bytes);
      this.frame = larger;
    }
    unit.copy(this.frame, this.bytes);
    this.bytes = end;
  }

  private finish(): void {
    const whole = !this.damaged && this.reader.complete() && this.bytes > 0;
    if (!whole) {
      this.damagedFrames += this.waitForKey && !this.damaged ? 0 : 1;
      this.waitForKey = true;
    } else if (this.key || !this.waitForKey) {
      this.waitForKey = false;
      this.onFrame({ data: this.frame.subarray(0, this.bytes), key: this.key, rtpTime: this.timestamp ?? 0, arrivedAt: this.arrived() });
    }
    this.bytes = 0;
    this.key = false;
    this.damaged = false;
    this.reader.reset();
  }
}
