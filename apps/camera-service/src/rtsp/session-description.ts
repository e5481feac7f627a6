import { AppError } from '@capstan/kernel';
import type { VideoCodec } from './video-codec';

/** The video track of a camera, as its session description (RFC 8866) tells. */
export interface VideoTrack {
  readonly codec: VideoCodec;
  readonly payloadType: number;
  readonly clockRate: number;
  /** Absolute control URL. */
  readonly control: string;
  /** Control URL of the whole presentation. */
  readonly sessionControl: string;
  /** SPS and PPS, or VPS, SPS and PPS; empty when they come inside the stream. */
  readonly parameterSets: readonly Buffer[];
  /** As announced; undefined when it is not. */
  readonly fps: number | undefined;
}

const CODECS: Readonly<Record<string, VideoCodec>> = { H264: 'h264', H265: 'h265', HEVC: 'h265', JPEG: 'mjpeg' };

/**
 * Finds the first video track that can be read.
 * @param base `Content-Base`, else the requested URL
 * @throws AppError `CAMERA_NO_VIDEO`
 */
export function readVideoTrack(text: string, base: string): VideoTrack {
  const [session = [], ...media] = sections(text);
  const sessionControl = resolve(attribute(session, 'control') ?? '*', base);
  for (const section of media) {
    const video = /^m=video \d+(?:\/\d+)? \S+ (\d+)/.exec(section[0] ?? '');
    if (video === null) {
      continue;
    }
    const payloadType = Number(video[1]);
    const map = attributes(section, 'rtpmap').map((value) => /^(\d+)\s+([^/\s]+)\/(\d+)/.exec(value)).find((match) => Number(match?.[1]) === payloadType);
    const name = map?.[2]?.toUpperCase() ?? (payloadType === 26 ? 'JPEG' : '');
    const codec = CODECS[name];
    if (codec === undefined) {
      continue;
    }
    const parameters = attributes(section, 'fmtp').find((value) => value.startsWith(`${payloadType} `)) ?? '';
    return {
      codec,
      payloadType,
      clockRate: Number(map?.[3] ?? 90_000),
      control: resolve(attribute(section, 'control') ?? '*', base),
      sessionControl,
      parameterSets: parameterSets(codec, parameters),
      fps: frameRate(section),
    };
  }
  throw new AppError('CAMERA_NO_VIDEO', 'The camera offers no H.264, H.265 or JPEG video');
}

function sections(text: string): string[][] {
  const found: string[][] = [[]];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('m=')) {
      found.push([]);
    }
    found.at(-1)?.push(line);
  }
  return found;
}

function attributes(lines: readonly string[], name: string): string[] {
  return lines.filter((line) => line.startsWith(`a=${name}:`)).map((line) => line.slice(name.length + 3).trim());
}

function attribute(lines: readonly string[], name: string): string | undefined {
  return attributes(lines, name)[0];
}

/** RFC 2326 §C.1.1: `*` is the base itself; cameras omit the slash between base and control, so it is put in. */
function resolve(control: string, base: string): string {
  if (/^rtsps?:\/\//i.test(control)) {
    return control;
  }
  return control === '*' || control === '' ? base : `${base.replace(/\/$/, '')}/${control.replace(/^\//, '')}`;
}

function parameterSets(codec: VideoCodec, parameters: string): Buffer[] {
  const value = (name: string): string[] => new RegExp(`${name}=([^;\\s]+)`).exec(parameters)?.[1]?.split(',') ?? [];
  const encoded = codec === 'h264' ? value('sprop-parameter-sets') : codec === 'h265' ? [...value('sprop-vps'), ...value('sprop-sps'), ...value('sprop-pps')] : [];
  return encoded.map((text) => Buffer.from(text, 'base64')).filter((set) => set.length > 3);
}

function frameRate(section: readonly string[]): number | undefined {
  const fps = Number(attribute(section, 'framerate') ?? attribute(section, 'x-framerate'));
  return Number.isFinite(fps) && fps > 0 && fps <= 240 ? fps : undefined;
}
