/** Samples under one stamp, as in a frame of the receiver. */
const BLOCK = 512;
const GPS_EPOCH_SEC = 315_964_800n;
const LEAP_SEC = 18n;
const WEEK_SEC = 604_800n;
const FORMAT_BYTES = 36;
const STAMP_BYTES = 18;

/** A stretch of samples with the instant of its first. */
export interface WavPart {
  /** Interleaved I and Q at full scale 1.0. */
  readonly samples: Float32Array;
  readonly t0UtcNs: bigint;
}

/** Size of the file that {@link wavParts} makes of stretches of these lengths. */
export function wavSize(counts: readonly number[]): number {
  return FORMAT_BYTES + counts.reduce((sum, count) => sum + Math.ceil(count / BLOCK) * (STAMP_BYTES + 8) + 4 * count, 0);
}

/**
 * RIFF header and format: 16-bit stereo, I left. Beyond 4 GiB sizes are written as RF64 readers expect them: all ones.
 * @param size of the whole file
 */
export function wavHeader(size: number, sampleRate: number): Buffer {
  const header = Buffer.alloc(FORMAT_BYTES);
  const large = size - 8 > 0xffff_ffff;
  header.write(large ? 'RF64' : 'RIFF', 0, 'latin1');
  header.writeUInt32LE(large ? 0xffff_ffff : size - 8, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(2, 22);
  header.writeUInt32LE(Math.round(sampleRate), 24);
  header.writeUInt32LE(Math.round(sampleRate) * 4, 28);
  header.writeUInt16LE(4, 32);
  header.writeUInt16LE(16, 34);
  return header;
}

/** A stretch as KiwiSDR's tools write it: for every 512 samples a chunk `kiwi` with the GPS time, then a chunk `data`. */
export function wavPart({ samples, t0UtcNs }: WavPart, sampleRate: number): Buffer {
  const count = samples.length / 2;
  const parts: Buffer[] = [];
  for (let from = 0; from < count; from += BLOCK) {
    const length = Math.min(BLOCK, count - from);
    const buffer = Buffer.alloc(STAMP_BYTES + 8 + 4 * length);
    const at = t0UtcNs + BigInt(Math.round((from * 1e9) / sampleRate));
    buffer.write('kiwi', 0, 'latin1');
    buffer.writeUInt32LE(10, 4);
    buffer.writeUInt32LE(Number((at / 1_000_000_000n - GPS_EPOCH_SEC + LEAP_SEC) % WEEK_SEC), 10);
    buffer.writeUInt32LE(Number(at % 1_000_000_000n), 14);
    buffer.write('data', STAMP_BYTES, 'latin1');
    buffer.writeUInt32LE(4 * length, STAMP_BYTES + 4);
    for (let k = 0; k < 2 * length; k += 1) {
      buffer.writeInt16LE(Math.max(-32_768, Math.min(32_767, Math.round(samples[2 * from + k]! * 32_768))), STAMP_BYTES + 8 + 2 * k);
    }
    parts.push(buffer);
  }
  return Buffer.concat(parts);
}
