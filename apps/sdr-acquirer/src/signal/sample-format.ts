import { assertNever } from '@capstan/kernel';

/** How receivers send complex samples: 16-bit signed in either byte order, 8-bit unsigned around 127.5, 32-bit float. */
export const SAMPLE_FORMATS = ['ci16_be', 'ci16_le', 'cu8', 'cf32_le'] as const;
/** See {@link SAMPLE_FORMATS}. */
export type SampleFormat = (typeof SAMPLE_FORMATS)[number];

/** Bytes of one complex sample. */
export const BYTES_PER_SAMPLE: Readonly<Record<SampleFormat, number>> = { ci16_be: 4, ci16_le: 4, cu8: 2, cf32_le: 8 };

/**
 * Decodes samples to interleaved I and Q at full scale 1.0.
 * @param bytes a whole number of samples; a rest at the end is left out
 * @param room where to put them, if it is large enough; the result is then good until the next call with the same room
 */
export function decodeSamples(bytes: Buffer, format: SampleFormat, room?: Float32Array): Float32Array {
  const count = Math.floor(bytes.length / BYTES_PER_SAMPLE[format]);
  const samples = room !== undefined && room.length >= 2 * count ? room.subarray(0, 2 * count) : new Float32Array(2 * count);
  switch (format) {
    case 'ci16_be':
      for (let index = 0; index < samples.length; index += 1) {
        // Up and down again carries the sign along.
        samples[index] = (((bytes[2 * index]! << 24) >> 16) | bytes[2 * index + 1]!) / 32_768;
      }
      return samples;
    case 'ci16_le':
      for (let index = 0; index < samples.length; index += 1) {
        samples[index] = (((bytes[2 * index + 1]! << 24) >> 16) | bytes[2 * index]!) / 32_768;
      }
      return samples;
    case 'cu8':
      for (let index = 0; index < samples.length; index += 1) {
        samples[index] = (bytes[index]! - 127.5) / 128;
      }
      return samples;
    case 'cf32_le':
      for (let index = 0; index < samples.length; index += 1) {
        samples[index] = bytes.readFloatLE(4 * index);
      }
      return samples;
    default:
      return assertNever(format);
  }
}
