import type { FilmCodec } from '@capstan/contracts';

/** Extension and media type of a film in a codec. */
export const FILM_FILES: Readonly<Record<FilmCodec, { readonly extension: string; readonly mediaType: string }>> = {
  h264: { extension: 'mp4', mediaType: 'video/mp4' },
  h265: { extension: 'mp4', mediaType: 'video/mp4' },
  vp9: { extension: 'webm', mediaType: 'video/webm' },
};

/** Fragmented, because it is written into a pipe and plays while it loads; `hvc1` is what players of Apple want of H.265. */
const MP4 = ['-movflags', 'frag_keyframe+empty_moov', '-f', 'mp4'];
const ENCODERS: Readonly<Record<FilmCodec, readonly string[]>> = {
  h264: ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '23', ...MP4],
  h265: ['-c:v', 'libx265', '-preset', 'veryfast', '-crf', '28', '-tag:v', 'hvc1', '-x265-params', 'log-level=error', ...MP4],
  vp9: ['-c:v', 'libvpx-vp9', '-crf', '32', '-b:v', '0', '-deadline', 'realtime', '-cpu-used', '6', '-row-mt', '1', '-f', 'webm'],
};

/** Arguments that make a film of JPEG pictures, one after another at the standard input; those of another shape get borders. */
export function pictureArguments(codec: FilmCodec, framesPerSec: number, size: { readonly width: number; readonly height: number }): string[] {
  return [
    ...['-f', 'image2pipe', '-c:v', 'mjpeg', '-framerate', String(framesPerSec), '-i', 'pipe:0'],
    ...['-vf', `scale=${size.width}:${size.height}:force_original_aspect_ratio=decrease,pad=${size.width}:${size.height}:-1:-1,format=yuv420p`],
    ...ENCODERS[codec],
    'pipe:1',
  ];
}

/** Arguments that bring a film into another codec. */
export function conversionArguments(codec: FilmCodec): string[] {
  return ['-i', 'pipe:0', '-map', '0:v:0', '-pix_fmt', 'yuv420p', ...ENCODERS[codec], 'pipe:1'];
}

/** Size of a film: even numbers, as 4:2:0 wants, no wider than wished and nothing enlarged. */
export function filmSize(first: { readonly width: number; readonly height: number }, widest: number): { width: number; height: number } {
  const even = (value: number): number => Math.max(2, Math.floor(value / 2) * 2);
  const width = even(Math.min(widest, first.width));
  return { width, height: even(Math.round((width * first.height) / first.width)) };
}

/** Frames that are encoded, from what ffmpeg writes with `-progress`; undefined when this piece does not tell. */
export function encodedFrames(text: string): number | undefined {
  const all = [...text.matchAll(/^frame=\s*(\d+)/gm)];
  const last = all.at(-1)?.[1];
  return last === undefined ? undefined : Number(last);
}
