/** Samples of a frame in IQ mode. */
export const FRAME_SAMPLES = 512;

/** Bits of the flag byte of a sound frame. */
export const SND_FLAG = { adcOverflow: 0x02, modeChanged: 0x04, stereo: 0x08, littleEndian: 0x80 } as const;

/** Everything in the header of a sound frame in IQ mode. */
export interface SoundFrame {
  readonly flags: number;
  readonly sequence: number;
  /** Signal strength in dBm. */
  readonly smeterDbm: number;
  /** Seconds since the last GPS solution; 255 = never. */
  readonly fixAge: number;
  readonly gpsSecond: number;
  readonly gpsNanosecond: number;
  /** Interleaved I and Q at full scale 1.0. */
  readonly samples: Float64Array;
}

/** A message of the server: `MSG name=value name …`, always in a binary frame. */
export function messageOf(text: string): Buffer {
  return Buffer.from(`MSG ${text}`, 'latin1');
}

/** A sound frame: 20 bytes of header, then 16-bit I and Q, big-endian unless the client asked otherwise. */
export function soundFrameOf(frame: SoundFrame): Buffer {
  const buffer = Buffer.alloc(20 + frame.samples.length * 2);
  buffer.write('SND', 0, 'latin1');
  buffer[3] = frame.flags;
  buffer.writeUInt32LE(frame.sequence >>> 0, 4);
  buffer.writeUInt16BE(Math.round((Math.max(-127, Math.min(3.4, frame.smeterDbm)) + 127) * 10), 8);
  buffer[10] = frame.fixAge;
  buffer.writeUInt32LE(frame.gpsSecond, 12);
  buffer.writeUInt32LE(frame.gpsNanosecond, 16);
  const little = (frame.flags & SND_FLAG.littleEndian) !== 0;
  for (let k = 0; k < frame.samples.length; k += 1) {
    const value = Math.max(-32_768, Math.min(32_767, Math.round(frame.samples[k]! * 32_768))) & 0xffff;
    buffer[20 + 2 * k] = little ? value & 0xff : value >> 8;
    buffer[21 + 2 * k] = little ? value >> 8 : value & 0xff;
  }
  return buffer;
}

/** Values of a client's command `SET a=1 b=2`. */
export function parseSet(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .replace(/^SET /, '')
      .split(' ')
      .filter((token) => token !== '')
      .map((token) => {
        const at = token.indexOf('=');
        return at < 0 ? ([token, ''] as const) : ([token.slice(0, at), decodeURIComponent(token.slice(at + 1))] as const);
      }),
  );
}

const GPS_EPOCH_NS = 315_964_800_000_000_000n;
const WEEK_NS = 604_800_000_000_000n;
const LEAP_NS = 18_000_000_000n;

/** Second of the GPS week, and nanoseconds, of an instant. */
export function gpsTimeOf(utcNs: bigint): { second: number; nanosecond: number } {
  const ofWeek = (utcNs - GPS_EPOCH_NS + LEAP_NS) % WEEK_NS;
  return { second: Number(ofWeek / 1_000_000_000n), nanosecond: Number(ofWeek % 1_000_000_000n) };
}
