import { annexB } from './nal-units';
import { type PictureSize, sizeOfH264, sizeOfH265 } from './picture-size';
import type { VideoCodec, VideoFrame } from './video-codec';

/** Bytes of one group that are kept: 16 MB are eight seconds of a very busy 4K camera. */
const MAX_BYTES = 16 * 1024 * 1024;

/** The frames since the last keyframe, enough to decode the newest one. */
export interface Group {
  readonly codec: VideoCodec;
  /** Parameter sets, then the frames, in order; one whole JPEG for `mjpeg`. */
  readonly data: Buffer;
  readonly frames: number;
  /** Unix milliseconds when the last packet of the newest frame arrived. */
  readonly frameAt: number;
}

/** Keeps the current group of pictures of a stream in memory, and nothing older. */
export class GroupOfPictures {
  private frames: VideoFrame[] = [];
  private bytes = 0;
  private overflow = false;
  private parameterSets: readonly Buffer[];

  constructor(
    private readonly codec: VideoCodec,
    announced: readonly Buffer[],
  ) {
    this.parameterSets = announced;
  }

  add(frame: VideoFrame): void {
    if (frame.key) {
      this.frames = [];
      this.bytes = 0;
      this.overflow = false;
      const inBand = parameterSetsIn(this.codec, frame.data);
      this.parameterSets = inBand.length > 0 ? inBand : this.parameterSets;
    }
    if ((this.frames.length === 0 && !frame.key) || this.overflow) {
      return;
    }
    this.bytes += frame.data.length;
    if (this.bytes > MAX_BYTES) {
      // The beginning is worth more than the end: without it nothing can be decoded.
      this.overflow = true;
      return;
    }
    this.frames.push(frame);
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

  private upTo(count: number): Group | undefined {
    const kept = this.codec === 'mjpeg' ? this.frames.slice(-1) : this.frames.slice(0, count);
    const newest = kept.at(-1);
    if (newest === undefined) {
      return undefined;
    }
    const parts = kept.map(({ data }) => data);
    return { codec: this.codec, data: this.codec === 'mjpeg' ? newest.data : Buffer.concat([annexB(this.parameterSets), ...parts]), frames: kept.length, frameAt: newest.arrivedAt };
  }

  /** Size of the pictures; undefined while the stream did not tell. */
  size(): PictureSize | undefined {
    const type = this.codec === 'h264' ? (unit: Buffer) => (unit[0] ?? 0) & 0x1f : (unit: Buffer) => ((unit[0] ?? 0) >> 1) & 0x3f;
    const sps = this.parameterSets.find((unit) => type(unit) === (this.codec === 'h264' ? 7 : 33));
    return this.codec === 'mjpeg' || sps === undefined ? undefined : this.codec === 'h264' ? sizeOfH264(sps) : sizeOfH265(sps);
  }

  get keptBytes(): number {
    return this.bytes;
  }
}

/** Parameter sets inside a keyframe; the last word on them, before those of the description. */
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
    const next = data.indexOf(MARK, start + 3);
    if (!wanted.includes(type)) {
      // Slices follow, and they are long: nothing more is to be found.
      if (codec === 'h264' ? type <= 5 : type < 32) {
        break;
      }
    } else {
      const end = next === -1 ? data.length : data[next - 1] === 0 ? next - 1 : next;
      found.push(data.subarray(start + 3, end));
    }
    start = next;
  }
  return found.length === wanted.length ? found : [];
}

const MARK = Buffer.from([0, 0, 1]);
