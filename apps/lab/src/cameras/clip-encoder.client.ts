import { spawn } from 'node:child_process';
import { AppError } from '@capstan/kernel';
import { type CameraCodec, LOOP_SEC, type Scene } from './camera-plan';
import { type Clip, clipOf } from './clip';

/** What a clip looks like. */
export interface ClipWish {
  readonly codec: CameraCodec;
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly gopSec: number;
  readonly kbps?: number | undefined;
  readonly scene: Scene;
}

/** Bits of the burned-in frame number: enough for a loop of 12 s at 60 frames per second. */
export const CLOCK_BITS = 10;

/**
 * Burns the frame number in as a row of boxes along the lower edge, white for 1, least significant bit first: a reader needs
 * no font and survives compression. Box `k` is `width / 20` wide and starts at `(k + 1) * width / 20`.
 */
function clockFilter({ width, height }: ClipWish): string {
  const box = width / 20;
  const top = Math.round(height * 0.9);
  const strip = `drawbox=x=0:y=${top}:w=iw:h=ih-${top}:color=black:t=fill`;
  const bits = Array.from({ length: CLOCK_BITS }, (_, bit) => `drawbox=x=${Math.round((bit + 1) * box)}:y=${top}:w=${Math.round(box)}:h=ih-${top}:color=white:t=fill:enable='eq(mod(floor(n/${2 ** bit})\\,2)\\,1)'`);
  return [strip, ...bits].join(',');
}

function source({ scene, width, height, fps }: ClipWish): string {
  const size = `s=${width}x${height}:r=${fps}:d=${LOOP_SEC}`;
  switch (scene) {
    case 'black':
      return `color=c=black:${size}`;
    case 'covered':
      return `color=c=0x404040:${size},noise=alls=4:allf=t`;
    case 'moved':
      return `testsrc=s=${width}x${height}:r=${fps}:d=${LOOP_SEC}`;
    case 'frozen':
      return `testsrc2=s=${width}x${height}:r=${fps}:d=${1 / fps},loop=loop=-1:size=1:start=0,trim=end_frame=${LOOP_SEC * fps},setpts=N/${fps}/TB`;
    case 'blur':
      return `testsrc2=${size},gblur=sigma=${width / 32}`;
    case 'street':
      return `testsrc2=${size}`;
  }
}

function codecArguments({ codec, fps, gopSec, kbps }: ClipWish): string[] {
  const gop = Math.max(1, Math.round(gopSec * fps));
  switch (codec) {
    case 'h264':
      return ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', String(gop), '-keyint_min', String(gop), '-sc_threshold', '0', '-pix_fmt', 'yuv420p', ...(kbps === undefined ? ['-crf', '28'] : ['-b:v', `${kbps}k`, '-maxrate', `${kbps}k`, '-bufsize', `${kbps}k`]), '-f', 'h264'];
    case 'h265':
      return ['-c:v', 'libx265', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-x265-params', `keyint=${gop}:min-keyint=${gop}:scenecut=0:bframes=0:repeat-headers=1:aud=1:log-level=error`, '-f', 'hevc'];
    case 'mjpeg':
      return ['-c:v', 'mjpeg', '-huffman', 'default', '-force_duplicated_matrix', '1', '-q:v', '6', '-pix_fmt', 'yuvj420p', '-f', 'mjpeg'];
  }
}

/** Encodes loops, each kind once, when the first camera needs it. */
export class ClipEncoder {
  private readonly clips = new Map<string, Promise<Clip>>();

  /** The loop of this kind. @throws AppError `LAB_ENCODER_FAILED` */
  clip(wish: ClipWish): Promise<Clip> {
    const key = JSON.stringify(wish);
    let clip = this.clips.get(key);
    if (clip === undefined) {
      clip = this.encode(wish);
      clip.catch(() => this.clips.delete(key));
      this.clips.set(key, clip);
    }
    return clip;
  }

  private async encode(wish: ClipWish): Promise<Clip> {
    // Frozen and covered pictures still show their clock only where a real camera would go on burning it in.
    const clock = wish.scene === 'street' || wish.scene === 'moved' || wish.scene === 'blur' ? `,${clockFilter(wish)}` : '';
    const bytes = await ffmpeg(['-f', 'lavfi', '-i', `${source(wish)}${clock}`, '-frames:v', String(LOOP_SEC * wish.fps), ...codecArguments(wish), 'pipe:1']);
    return clipOf(wish.codec, wish.fps, bytes);
  }
}

function ffmpeg(args: readonly string[]): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('nice', ['-n', '5', 'ffmpeg', '-nostdin', '-hide_banner', '-loglevel', 'error', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    let complaints = '';
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
    child.once('error', (error) => reject(new AppError('LAB_ENCODER_FAILED', `ffmpeg did not start: ${error.message}`)));
    child.once('close', (code) => (code === 0 ? resolve(Buffer.concat(out)) : reject(new AppError('LAB_ENCODER_FAILED', `ffmpeg ended with ${code}: ${complaints.trim()}`))));
  });
}
