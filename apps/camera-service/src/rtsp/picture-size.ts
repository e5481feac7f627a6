/** Width and height in pixels. */
export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Reads bits and Exp-Golomb numbers (H.264 §9.1) of a unit without its emulation prevention bytes. */
class BitReader {
  private at = 0;
  private readonly bytes: Buffer;

  constructor(unit: Buffer) {
    const kept: number[] = [];
    unit.forEach((byte, index) => {
      if (!(byte === 3 && unit[index - 1] === 0 && unit[index - 2] === 0)) {
        kept.push(byte);
      }
    });
    this.bytes = Buffer.from(kept);
  }

  bits(count: number): number {
    let value = 0;
    for (let index = 0; index < count; index += 1) {
      const byte = this.bytes[this.at >> 3];
      if (byte === undefined) {
        throw new RangeError('the parameter set is too short');
      }
      value = value * 2 + ((byte >> (7 - (this.at & 7))) & 1);
      this.at += 1;
    }
    return value;
  }

  skip(count: number): void {
    this.at += count;
  }

  unsigned(): number {
    let zeros = 0;
    while (this.bits(1) === 0) {
      zeros += 1;
      if (zeros > 31) {
        throw new RangeError('the parameter set holds a number that is too large');
      }
    }
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  signed(): number {
    const code = this.unsigned();
    return code % 2 === 0 ? -code / 2 : (code + 1) / 2;
  }
}

/** Size of the pictures that a sequence parameter set describes; undefined when it cannot be read. */
export function sizeOfH264(sps: Buffer): PictureSize | undefined {
  try {
    return readH264(new BitReader(sps.subarray(1)));
  } catch {
    return undefined;
  }
}

/** See {@link sizeOfH264}. */
export function sizeOfH265(sps: Buffer): PictureSize | undefined {
  try {
    return readH265(new BitReader(sps.subarray(2)));
  } catch {
    return undefined;
  }
}

const WITH_CHROMA: readonly number[] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

/** H.264 §7.3.2.1.1. */
function readH264(bits: BitReader): PictureSize {
  const profile = bits.bits(8);
  bits.skip(16);
  bits.unsigned();
  let chroma = 1;
  if (WITH_CHROMA.includes(profile)) {
    chroma = bits.unsigned();
    if (chroma === 3) {
      bits.skip(1);
    }
    bits.unsigned();
    bits.unsigned();
    bits.skip(1);
    if (bits.bits(1) === 1) {
      skipScalingLists(bits, chroma === 3 ? 12 : 8);
    }
  }
  bits.unsigned();
  const order = bits.unsigned();
  if (order === 0) {
    bits.unsigned();
  } else if (order === 1) {
    bits.skip(1);
    bits.signed();
    bits.signed();
    const cycle = bits.unsigned();
    for (let index = 0; index < cycle; index += 1) {
      bits.signed();
    }
  }
  bits.unsigned();
  bits.skip(1);
  const widthMbs = bits.unsigned() + 1;
  const heightUnits = bits.unsigned() + 1;
  const frameOnly = bits.bits(1);
  if (frameOnly === 0) {
    bits.skip(1);
  }
  bits.skip(1);
  const [left, right, top, bottom] = bits.bits(1) === 1 ? [bits.unsigned(), bits.unsigned(), bits.unsigned(), bits.unsigned()] : [0, 0, 0, 0];
  const unitX = chroma === 0 || chroma === 3 ? 1 : 2;
  const unitY = (chroma === 1 ? 2 : 1) * (2 - frameOnly);
  return { width: widthMbs * 16 - (left + right) * unitX, height: (2 - frameOnly) * heightUnits * 16 - (top + bottom) * unitY };
}

function skipScalingLists(bits: BitReader, count: number): void {
  for (let list = 0; list < count; list += 1) {
    if (bits.bits(1) === 0) {
      continue;
    }
    let last = 8;
    let next = 8;
    for (let index = 0; index < (list < 6 ? 16 : 64); index += 1) {
      if (next !== 0) {
        next = (last + bits.signed() + 256) % 256;
      }
      last = next === 0 ? last : next;
    }
  }
}

/** H.265 §7.3.2.2.1. */
function readH265(bits: BitReader): PictureSize {
  bits.skip(4);
  const layers = bits.bits(3);
  bits.skip(1);
  skipProfileTierLevel(bits, layers);
  bits.unsigned();
  const chroma = bits.unsigned();
  if (chroma === 3) {
    bits.skip(1);
  }
  const width = bits.unsigned();
  const height = bits.unsigned();
  const [left, right, top, bottom] = bits.bits(1) === 1 ? [bits.unsigned(), bits.unsigned(), bits.unsigned(), bits.unsigned()] : [0, 0, 0, 0];
  const unitX = chroma === 1 || chroma === 2 ? 2 : 1;
  const unitY = chroma === 1 ? 2 : 1;
  return { width: width - (left + right) * unitX, height: height - (top + bottom) * unitY };
}

function skipProfileTierLevel(bits: BitReader, layers: number): void {
  bits.skip(88);
  bits.skip(8);
  const present = Array.from({ length: layers }, () => [bits.bits(1), bits.bits(1)] as const);
  if (layers > 0) {
    bits.skip((8 - layers) * 2);
  }
  for (const [profile, level] of present) {
    bits.skip((profile === 1 ? 88 : 0) + (level === 1 ? 8 : 0));
  }
}
