import { annexB } from './nal-units';
import { type PictureSize, sizeOfH264, sizeOfH265 } from './picture-size';
import type { VideoCodec, VideoFrame } from './video-codec';

/** Bytes of one group that are kept: 16 MB are eight seconds of a very busy 4K camera. */
const MAX_BYTES = 16 * 1024 * 1024;
const FIRST_BYTES = 256 * 1024;
/** Memory that a group has not needed for so many groups is given back. */
const SHRINK_AFTER = 8;

/** The frames since the last keyframe, enough to decode the newest one. */
export interface Group {
  readonly codec: VideoCodec;
  /** Parameter sets, then the frames, in order; one whole JPEG for `mjpeg`. */
  readonly data: Buffer;
  readonly frames: number;
  /** Unix milliseconds when the last packet of the newest frame arrived. */
  readonly frameAt: number;
}

/** Keeps the current group of pictures of a stream in memory that is used again for the next one. */
export class GroupOfPictures {
  private storage = Buffer.allocUnsafeSlow(FIRST_BYTES);
  private bytes = 0;
  /** Where each kept frame ends, and when it arrived. */
  private frames: { readonly end: number; readonly arrivedAt: number }[] = [];
  private overflow = false;
  private parameterSets: readonly Buffer[];
  /** Bytes of the largest of the last groups, and for how many of them. */
  private largest = 0;
  private groups = 0;

  constructor(
    private readonly codec: VideoCodec,
    announced: readonly Buffer[],
  ) {
    this.parameterSets = announced;
  }

  add(frame: VideoFrame): void {
    if (frame.key) {
      this.begin();
      const inBand = parameterSetsIn(this.codec, frame.data);
      this.parameterSets = inBand.length > 0 ? inBand : this.parameterSets;
    }
    if ((this.frames.length === 0 && !frame.key) || this.overflow) {
      return;
    }
    const end = this.bytes + frame.data.length;
    if (end > MAX_BYTES) {
      // The beginning is worth more than the end: without it nothing can be decoded.
      this.overflow = true;
      return;
    }
    if (end > this.storage.length) {
      this.resize(Math.max(end, Math.min(MAX_BYTES, this.storage.length * 1.5)));
    }
    frame.data.copy(this.storage, this.bytes);
    this.bytes = end;
    this.frames.push({ end, arrivedAt: frame.arrivedAt });
  }

  /** Unix milliseconds when the newest frame arrived; undefined before the first keyframe. */
  get newestAt(): number | undefined {
    return this.frames.at(-1)?.arrivedAt;
  }

  /** What can be decoded now; undefined before the first keyframe. Copies the whole group: ask {@link newestAt} when only its age matters. */
  current(): Group | undefined {
    return this.upTo(this.frames.length);
  }

  /** The keyframe alone: older by at most one group, and decoded in a fraction of the time. */
  keyframe(): Group | undefined {
    return this.upTo(1);
  }

  /** Each frame of the group in order, the first one behind the parameter sets; memory good until the call returns. */
  forEachFrame(visit: (data: Buffer, isNewest: boolean) => void): void {
    let start = 0;
    for (const { end } of this.frames) {
      const data = this.storage.subarray(start, end);
      visit(start === 0 ? Buffer.concat([annexB(this.parameterSets), data]) : data, end === this.bytes);
      start = end;
    }
  }

  /** Size of the pictures; undefined while the stream did not tell. */
  size(): PictureSize | undefined {
    const type = this.codec === 'h264' ? (unit: Buffer) => (unit[0] ?? 0) & 0x1f : (unit: Buffer) => ((unit[0] ?? 0) >> 1) & 0x3f;
    const sps = this.parameterSets.find((unit) => type(unit) === (this.codec === 'h264' ? 7 : 33));
    return this.codec === 'mjpeg' || sps === undefined ? undefined : this.codec === 'h264' ? sizeOfH264(sps) : sizeOfH265(sps);
  }

  get keptBytes(): number {
    return this.storage.length;
  }

  private begin(): void {
    this.largest = Math.max(this.largest, this.bytes);
    this.groups += 1;
    this.frames = [];
    this.bytes = 0;
    this.overflow = false;
    if (this.groups >= SHRINK_AFTER) {
      const enough = Math.max(FIRST_BYTES, Math.ceil(this.largest * 1.25));
      if (enough * 2 < this.storage.length) {
        this.resize(enough);
      }
      this.largest = 0;
      this.groups = 0;
    }
  }

  private resize(size: number): void {
    const other = Buffer.allocUnsafeSlow(Math.ceil(size));
    this.storage.copy(other, 0, 0, this.bytes);
    this.storage = other;
  }

  private upTo(count: number): Group | undefined {
    const newest = this.frames[count - 1];
    if (newest === undefined) {
      return undefined;
    }
    const data = this.storage.subarray(0, newest.end);
    return { codec: this.codec, data: this.codec === 'mjpeg' ? Buffer.from(data) : Buffer.concat([annexB(this.parameterSets), data]), frames: count, frameAt: newest.arrivedAt };
  }
}

/** Copies of the parameter sets inside a keyframe; the last word on them, before those of the description. */
function parameterSetsIn(codec: VideoCodec, data: Buffer): Buffer[] {
  if (codec === 'mjpeg') {
    return [];
  }
  const wanted: readonly number[] = codec === 'h264' ? [7, 8] : [32, 33, 34];
  const found: Buffer[] = [];
  let start = data.indexOf(MARK);
  while (start !== -1) {
    const header = data[start + 3] ?? 0;
    const type = codec === 'h264' ? header & 0x1f : (header >> 1) & 0x3f;
    const isSet = wanted.includes(type);
    if (!isSet && (codec === 'h264' ? type <= 5 : type < 32)) {
      // Slices follow, and they are long: nothing more is to be found.
      break;
    }
    const next = data.indexOf(MARK, start + 3);
    if (isSet) {
      const end = next === -1 ? data.length : data[next - 1] === 0 ? next - 1 : next;
      found.push(Buffer.from(data.subarray(start + 3, end)));
    }
    start = next;
  }
  return found.length === wanted.length ? found : [];
}

const MARK = Buffer.from([0, 0, 1]);
