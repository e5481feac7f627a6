import { AppError, type Clock, Gate } from '@capstan/kernel';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { CAMERA_CONFIG, type CameraConfig } from '../config';
import type { Group } from '../rtsp/group-of-pictures';
import { endPicture } from '../rtsp/jpeg-pictures';
import { cameraError } from '../rtsp/rtsp-error';
import { Ffmpeg } from './ffmpeg.client';
import { jpegSize } from './jpeg';

/** Milliseconds a picture may wait for a free decoder. */
const QUEUE_MS = 8_000;
/** Pictures that may wait. */
const MAX_WAITING = 200;

/** A whole JPEG and its size. */
export interface Picture {
  readonly jpeg: Buffer;
  readonly width: number;
  readonly height: number;
}

/** Decodes groups of pictures, a few at a time. */
@Injectable()
export class Decoder {
  private readonly gate: Gate;
  private waiting = 0;

  constructor(
    private readonly ffmpeg: Ffmpeg,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(CAMERA_CONFIG) config: CameraConfig,
  ) {
    this.gate = new Gate(config.CAPSTAN_CAMERA_DECODERS);
  }

  /**
   * The newest picture of a group. One of a JPEG camera is handed on untouched.
   * @throws AppError `CAMERA_DECODE`; `TOO_MANY_REQUESTS` when too many wait; the reason of `signal`
   */
  async decode(group: Group, signal: AbortSignal): Promise<Picture> {
    if (group.codec === 'mjpeg') {
      return whole(endPicture(group.data));
    }
    const { codec, data } = group;
    return this.inTurn(async () => whole(await this.ffmpeg.lastFrame(codec, data, signal)), signal);
  }

  /** @throws AppError `TOO_MANY_REQUESTS`; what `work` throws */
  async inTurn<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.waiting >= MAX_WAITING) {
      throw tooMany();
    }
    this.waiting += 1;
    const askedAt = this.clock.monotonic();
    await this.gate.enter();
    this.waiting -= 1;
    try {
      signal.throwIfAborted();
      if (this.clock.monotonic() - askedAt > QUEUE_MS) {
        throw tooMany();
      }
      return await work();
    } finally {
      this.gate.leave();
    }
  }
}

/** @throws AppError `CAMERA_DECODE` for half a picture */
export function whole(jpeg: Buffer): Picture {
  const size = jpegSize(jpeg);
  if (size === undefined) {
    throw cameraError('CAMERA_DECODE', 'What came from the camera is no whole picture');
  }
  return { jpeg, ...size };
}

function tooMany(): AppError {
  return new AppError('TOO_MANY_REQUESTS', 'Too many pictures are being decoded', { retryable: true, retryAfterMs: 2_000 });
}
