import type { CameraCodec } from './camera-plan';
import { annexBUnits, h264Packets, h265Packets, jpegPackets } from './rtp-payloads';

/** One frame of a loop, ready to be sent. */
export interface ClipFrame {
  readonly key: boolean;
  /** RTP payloads in order; the last one carries the marker. */
  readonly payloads: readonly Buffer[];
}

/** An encoded loop. */
export interface Clip {
  readonly codec: CameraCodec;
  readonly fps: number;
  readonly frames: readonly ClipFrame[];
  /** Parameter sets for the session description: SPS, PPS (H.264) or VPS, SPS, PPS (H.265); none for JPEG. */
  readonly parameterSets: readonly Buffer[];
  /** Whole pictures, for JPEG only. */
  readonly pictures: readonly Buffer[];
}

/** Takes an elementary stream apart. */
export function clipOf(codec: CameraCodec, fps: number, bytes: Buffer): Clip {
  switch (codec) {
    case 'h264':
      return h264Clip(fps, bytes);
    case 'h265':
      return h265Clip(fps, bytes);
    case 'mjpeg': {
      const pictures = jpegPictures(bytes);
      return { codec, fps, parameterSets: [], pictures, frames: pictures.map((picture) => ({ key: true, payloads: jpegPackets(picture) })) };
    }
  }
}

function h264Clip(fps: number, bytes: Buffer): Clip {
  const units = annexBUnits(bytes);
  const type = (unit: Buffer): number => (unit[0] ?? 0) & 0x1f;
  const parameterSets = [7, 8].map((wanted) => units.find((unit) => type(unit) === wanted) ?? Buffer.alloc(0));
  const frames: ClipFrame[] = [];
  let pending: Buffer[] = [];
  let slices = 0;
  let key = false;
  const end = (): void => {
    if (slices > 0) {
      frames.push({ key, payloads: pending.flatMap((part) => h264Packets(part)) });
      pending = [];
      slices = 0;
      key = false;
    }
  };
  for (const unit of units) {
    const isSlice = type(unit) === 1 || type(unit) === 5;
    // `first_mb_in_slice` is 0, a leading 1 bit, only in the first slice of a picture.
    if (!isSlice || ((unit[1] ?? 0) & 0x80) !== 0) {
      end();
    }
    slices += isSlice ? 1 : 0;
    key ||= type(unit) === 5;
    pending.push(unit);
  }
  end();
  return { codec: 'h264', fps, frames, parameterSets, pictures: [] };
}

function h265Clip(fps: number, bytes: Buffer): Clip {
  const units = annexBUnits(bytes);
  const type = (unit: Buffer): number => ((unit[0] ?? 0) >> 1) & 0x3f;
  const parameterSets = [32, 33, 34].map((wanted) => units.find((unit) => type(unit) === wanted) ?? Buffer.alloc(0));
  const frames: ClipFrame[] = [];
  let pending: Buffer[] = [];
  let key = false;
  const end = (): void => {
    if (pending.some((unit) => type(unit) < 32)) {
      frames.push({ key, payloads: pending.flatMap((part) => h265Packets(part)) });
      pending = [];
      key = false;
    }
  };
  for (const unit of units) {
    // An access unit delimiter (35) begins every picture; it need not travel.
    if (type(unit) === 35) {
      end();
      continue;
    }
    key ||= type(unit) >= 16 && type(unit) <= 21;
    pending.push(unit);
  }
  end();
  return { codec: 'h265', fps, frames, parameterSets, pictures: [] };
}

function jpegPictures(bytes: Buffer): Buffer[] {
  const pictures: Buffer[] = [];
  let start = bytes.indexOf(Buffer.from([0xff, 0xd8]));
  while (start !== -1) {
    const end = bytes.indexOf(Buffer.from([0xff, 0xd9]), start);
    if (end === -1) {
      break;
    }
    pictures.push(bytes.subarray(start, end + 2));
    start = bytes.indexOf(Buffer.from([0xff, 0xd8]), end + 2);
  }
  return pictures;
}
