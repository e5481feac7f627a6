import { decodeSamples } from '../../signal/sample-format';

/** A sound frame of a KiwiSDR in IQ mode. Source of the layout: the KiwiSDR server and kiwiclient 1.11. */
export interface SoundFrame {
  readonly sequence: number;
  readonly overload: boolean;
  readonly rssiDbm: number;
  /** Seconds since the last GPS solution; null = never, or stamps are disabled. */
  readonly fixAgeSec: number | null;
  /** Second of the GPS week of the first sample. */
  readonly gpsSecond: number;
  readonly gpsNanosecond: number;
  /** Interleaved I and Q at full scale 1.0. */
  readonly samples: Float32Array;
}

const HEADER = 20;
const ADC_OVERFLOW = 0x02;
const STEREO = 0x08;
const LITTLE_ENDIAN = 0x80;
const NEVER = 255;

/**
 * Reads a frame that begins with `SND`.
 * @param room where to put the samples; they are then good until the next frame
 * @returns undefined when it is not an IQ frame: the server answers with mono sound until it is tuned
 */
export function parseSoundFrame(frame: Buffer, room?: Float32Array): SoundFrame | undefined {
  const flags = frame[3] ?? 0;
  if (frame.length < HEADER + 4 || (flags & STEREO) === 0) {
    return undefined;
  }
  const age = frame[10]!;
  const gpsSecond = frame.readUInt32LE(12);
  const gpsNanosecond = frame.readUInt32LE(16);
  return {
    sequence: frame.readUInt32LE(4),
    overload: (flags & ADC_OVERFLOW) !== 0,
    rssiDbm: 0.1 * frame.readUInt16BE(8) - 127,
    fixAgeSec: age === NEVER || (gpsSecond === 0 && gpsNanosecond === 0) ? null : age,
    gpsSecond,
    gpsNanosecond,
    samples: decodeSamples(frame.subarray(HEADER), (flags & LITTLE_ENDIAN) !== 0 ? 'ci16_le' : 'ci16_be', room),
  };
}
