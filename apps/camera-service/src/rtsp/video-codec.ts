/** Codecs of cameras that can be read. */
export const VIDEO_CODECS = ['h264', 'h265', 'mjpeg'] as const;
/** One of {@link VIDEO_CODECS}. */
export type VideoCodec = (typeof VIDEO_CODECS)[number];

/** One whole picture of a stream. */
export interface VideoFrame {
  /** Annex B units with start codes, or a whole JPEG. Good until whoever is told of the frame returns: the memory is used again. */
  readonly data: Buffer;
  /** Decodable by itself, given the parameter sets. */
  readonly key: boolean;
  /** RTP timestamp. */
  readonly rtpTime: number;
  /** Unix milliseconds when its last packet arrived. */
  readonly arrivedAt: number;
}
