import { AppError, type Clock, Gate } from '@capstan/kernel';
import { CLOCK } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import { CAMERA_CONFIG, type CameraConfig } from '../config';
import type { Group } from '../rtsp/group-of-pictures';
import { endPicture } from '../rtsp/jpeg-pictures';
import { cameraError } from '../rtsp/rtsp-error';
import type { VideoCodec } from '../rtsp/video-codec';
import { Ffmpeg } from './ffmpeg.client';
import type { PictureSize } from '../rtsp/picture-size';
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

/** A keyframe for looking at its light and shapes: small, and in no hurry. */
export interface Keyframe {
  readonly jpeg: Buffer;
  /** Unix milliseconds when it reached us. */
  readonly frameAt: number;
  /** Of the picture as the camera sent it; undefined where the stream tells it better. */
  readonly size: PictureSize | undefined;
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

  /** Has a decoder ready for a picture that is about to come. */
  prepare(codec: VideoCodec): void {
    if (codec !== 'mjpeg') {
      this.ffmpeg.keepSpare(codec);
    }
  }

  /**
   * The newest picture of a group. One of a JPEG camera is handed on untouched.
   * @throws AppError `CAMERA_DECODE`; `TOO_MANY_REQUESTS` when too many wait; the reason of `signal`
   */
  async decode(codec: VideoCodec, group: Group | undefined, signal: AbortSignal): Promise<Picture> {
    if (codec === 'mjpeg') {
      return whole(endPicture(there(group).data));
    }
    const { data } = there(group);
    return this.inTurn(async () => whole(await this.ffmpeg.lastFrame(codec, data, signal)), signal);
  }

  /** The keyframe of a group at 320×180, stretched to it. @throws as {@link decode} */
  async keyframe(codec: VideoCodec, group: Group | undefined, signal: AbortSignal): Promise<Keyframe> {
    if (codec === 'mjpeg') {
      const { data, frameAt } = there(group);
      const { jpeg, width, height } = whole(endPicture(data));
      return { jpeg, frameAt, size: { width, height } };
    }
    const { data, frameAt } = there(group);
    return this.inTurn(async () => {
      const { jpeg } = whole(await this.ffmpeg.smallFrame(codec, data, signal));
      return { jpeg, frameAt, size: undefined };
    }, signal);
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

function there(group: Group | undefined): Group {
  if (group === undefined) {
    throw cameraError('CAMERA_NO_VIDEO', 'The camera sends no picture');
  }
  return group;
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
