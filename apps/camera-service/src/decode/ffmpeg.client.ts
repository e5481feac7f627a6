import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError, type Clock } from '@capstan/kernel';
import { CLOCK } from '@capstan/service-kit';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common';
import { CAMERA_CONFIG, type CameraConfig } from '../config';
import { encodedFrames } from '../films/film-command';
import type { RtspSession } from '../rtsp/rtsp-session.client';
import { cameraError } from '../rtsp/rtsp-error';
import type { Decodable } from './ivf';
import { LiveDecoder } from './live-decoder.client';

/** Largest picture or film that comes out, in bytes. */
const MAX_OUTPUT_BYTES = 512 * 1024 * 1024;
const KILL_AFTER_MS = 2_000;
/** A process that waits for work is given up after this. */
const SPARE_MS = 60_000;

/**
 * Decodes one group of pictures to its last frame, as JPEG. `fps=1/10000` drops every frame that another one follows, so
 * the arguments are the same for every group and the process can be started before there is anything to decode: of 170 ms
 * for a 1080p group, 60 are the program's own start (Debian's dynamic build).
 */
const decodeArguments = (codec: Decodable): string[] => [
  ...inputArguments(codec),
  ...['-an', '-vf', 'fps=1/10000:eof_action=pass', '-fps_mode', 'passthrough', '-pix_fmt', 'yuvj420p', '-q:v', '3', '-f', 'mjpeg', 'pipe:1'],
];

/** Decodes every frame and encodes those with an odd time. One thread each: more of them would hold frames back. */
const FOLLOW_ARGUMENTS = [
  ...['-probesize', '32', '-analyzeduration', '0', '-flags', '+low_delay', '-threads', '1', '-f', 'ivf', '-i', 'pipe:0', '-an', '-copyts'],
  ...['-vf', 'select=mod(pts\\,2)', '-enc_time_base', '-1', '-fps_mode', 'passthrough', '-pix_fmt', 'yuvj420p', '-q:v', '3', '-threads', '1', '-flush_packets', '1', '-f', 'mjpeg', 'pipe:1'],
];

function inputArguments(codec: Decodable): string[] {
  return ['-probesize', '32', '-analyzeduration', '0', '-flags', '+low_delay', '-f', codec === 'h265' ? 'hevc' : 'h264', '-i', 'pipe:0'];
}

/** The one place where ffmpeg is run: without a shell, without URLs, without credentials; what it reads comes through its standard input. */
@Injectable()
export class Ffmpeg implements BeforeApplicationShutdown {
  private readonly logger = new Logger(Ffmpeg.name);
  private readonly children = new Set<ChildProcess>();
  private readonly spares = new Map<Decodable, { child: ChildProcessWithoutNullStreams; timer: NodeJS.Timeout }>();
  private closing = false;

  constructor(
    @Inject(CAMERA_CONFIG) private readonly config: CameraConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Processes that exist now, waiting ones included. */
  get running(): number {
    return this.children.size;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.closing = true;
    for (const codec of [...this.spares.keys()]) {
      this.dropSpare(codec);
    }
    await Promise.all([...this.children].map((child) => this.end(child)));
  }

  /**
   * The last frame of a group as JPEG, unchecked.
   * @throws AppError `CAMERA_DECODE`; the reason of `signal`
   */
  async lastFrame(codec: Decodable, data: Buffer, signal: AbortSignal): Promise<Buffer> {
    const child = this.takeSpare(codec) ?? this.start(decodeArguments(codec));
    try {
      return await this.feed(child, data, signal);
    } finally {
      this.keepSpare(codec);
    }
  }

  /** A decoder that follows a stream until it is closed or the session ends. */
  follow(session: RtspSession): LiveDecoder {
    return new LiveDecoder(this.start(FOLLOW_ARGUMENTS), session, (child) => void this.end(child));
  }

  /** The first frame of a group as JPEG of 320×180, unchecked. @throws as {@link lastFrame} */
  async smallFrame(codec: Decodable, data: Buffer, signal: AbortSignal): Promise<Buffer> {
    return this.convert([...inputArguments(codec), '-frames:v', '1', '-vf', 'scale=320:180:flags=area', '-pix_fmt', 'yuvj420p', '-q:v', '3', '-f', 'mjpeg', 'pipe:1'], data, signal);
  }

  /**
   * Runs ffmpeg over bytes.
   * @param args without the program; input `pipe:0`, output `pipe:1`
   * @param onFrames told now and then how many frames are encoded
   * @throws AppError `CAMERA_DECODE`; what `input` throws; the reason of `signal`
   */
  async convert(args: readonly string[], input: Buffer | Readable, signal: AbortSignal, onFrames?: (frames: number) => void): Promise<Buffer> {
    if (onFrames === undefined) {
      return this.feed(this.start(args), input, signal);
    }
    const child = this.start(['-progress', 'pipe:3', ...args], true);
    (child.stdio[3] as Readable | null)?.on('data', (chunk: Buffer) => {
      const frames = encodedFrames(chunk.toString('latin1'));
      if (frames !== undefined) {
        onFrames(frames);
      }
    });
    return this.feed(child, input, signal);
  }

  private start(args: readonly string[], tellsProgress = false): ChildProcessWithoutNullStreams {
    const stdio = tellsProgress ? (['pipe', 'pipe', 'pipe', 'pipe'] as const) : (['pipe', 'pipe', 'pipe'] as const);
    const child = spawn(this.config.CAPSTAN_FFMPEG, ['-hide_banner', '-loglevel', 'error', ...args], { stdio: [...stdio], env: { PATH: PROGRAM_PATH } }) as ChildProcessWithoutNullStreams;
    this.children.add(child);
    child.once('close', () => this.children.delete(child));
    child.once('error', (error) => {
      this.children.delete(child);
      this.logger.error(`ffmpeg did not start: ${(error as NodeJS.ErrnoException).code ?? 'unknown'}; install it, or say where it is with CAPSTAN_FFMPEG`);
    });
    // A process that has gone is seen at its end, not at its input.
    child.stdin.on('error', () => undefined);
    return child;
  }

  private async feed(child: ChildProcessWithoutNullStreams, input: Buffer | Readable, signal: AbortSignal): Promise<Buffer> {
    const out: Buffer[] = [];
    let bytes = 0;
    let complaint = '';
    let inputError: Error | undefined;
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      out.push(chunk);
      if (bytes > MAX_OUTPUT_BYTES) {
        void this.end(child);
      }
    });
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString('latin1')).slice(-500);
    });
    const onAbort = (): void => void this.end(child);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      const closed = new Promise<void>((resolve, reject) => {
        child.once('close', () => resolve());
        child.once('error', (error) => reject(cameraError('CAMERA_DECODE', 'The decoder could not be started', error)));
      });
      if (signal.aborted) {
        onAbort();
      }
      if (Buffer.isBuffer(input)) {
        child.stdin.end(input);
      } else {
        // A process that has seen enough closes its input early: that is not the input's fault.
        pipeline(input, child.stdin).catch((error: unknown) => {
          const { code } = error as NodeJS.ErrnoException;
          if (code !== 'EPIPE' && code !== 'ERR_STREAM_PREMATURE_CLOSE') {
            inputError = error as Error;
            void this.end(child);
          }
        });
      }
      await closed;
      signal.throwIfAborted();
      if (inputError !== undefined) {
        throw inputError;
      }
      // The exit code says little: it is 69 for a whole picture after a damaged one, and 0 after a stream that stopped. What came out is looked at.
      if (bytes === 0) {
        throw new AppError('CAMERA_DECODE', 'The picture of the camera cannot be decoded', { retryable: true, details: { decoder: firstLine(complaint) } });
      }
      return Buffer.concat(out);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  private takeSpare(codec: Decodable): ChildProcessWithoutNullStreams | undefined {
    const spare = this.spares.get(codec);
    if (spare === undefined) {
      return undefined;
    }
    clearTimeout(spare.timer);
    this.spares.delete(codec);
    return spare.child.exitCode === null && spare.child.signalCode === null ? spare.child : undefined;
  }

  /** Has a process wait for the next group, unless one does. */
  keepSpare(codec: Decodable): void {
    if (this.closing || this.spares.has(codec)) {
      return;
    }
    const child = this.start(decodeArguments(codec));
    const timer = setTimeout(() => this.dropSpare(codec), SPARE_MS);
    timer.unref();
    this.spares.set(codec, { child, timer });
  }

  private dropSpare(codec: Decodable): void {
    const spare = this.spares.get(codec);
    if (spare !== undefined) {
      clearTimeout(spare.timer);
      this.spares.delete(codec);
      void this.end(spare.child);
    }
  }

  /** Settles when the process is gone. */
  private async end(child: ChildProcess): Promise<void> {
    if (!this.children.has(child)) {
      return;
    }
    const gone = new AbortController();
    const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
    void closed.then(() => gone.abort());
    // One that waits for its input does not hear SIGTERM; the end of the input it does.
    child.stdin?.destroy();
    child.kill('SIGTERM');
    await this.clock.sleep(KILL_AFTER_MS, gone.signal).then(
      () => child.kill('SIGKILL'),
      () => undefined,
    );
    await closed;
  }
}

/** Nothing of our environment is ffmpeg's business. */
const PROGRAM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').replace(/0x[0-9a-f]+/gi, '').slice(0, 200);
}
