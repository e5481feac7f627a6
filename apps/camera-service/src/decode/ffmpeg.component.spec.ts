import { execFileSync } from 'node:child_process';
import { AppError, Deferred, systemClock } from '@capstan/kernel';
import { eventually } from '@capstan/testing';
import type { CameraConfig } from '../config';
import type { RtspSession } from '../rtsp/rtsp-session.client';
import type { VideoFrame } from '../rtsp/video-codec';
import { Ffmpeg } from './ffmpeg.client';
import { jpegSize } from './jpeg';

const program = (name: string): CameraConfig => ({ CAPSTAN_FFMPEG: name }) as CameraConfig;
const noSignal = new AbortController().signal;

describe(Ffmpeg.name, () => {
  let group: Buffer;
  let sut: Ffmpeg;

  beforeAll(() => {
    group = execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=s=320x180:r=10:d=1', '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '10', '-f', 'h264', 'pipe:1']);
  });

  beforeEach(() => {
    sut = new Ffmpeg(program('ffmpeg'), systemClock);
  });

  afterEach(async () => {
    await sut.beforeApplicationShutdown();
    expect(sut.running).toBe(0);
  });

  it('decodes the last frame of a group whole, and has the next process waiting', async () => {
    expect(jpegSize(await sut.lastFrame('h264', group, noSignal))).toEqual({ width: 320, height: 180 });
    expect(sut.running).toBe(1);
    expect(jpegSize(await sut.lastFrame('h264', group, noSignal))).toEqual({ width: 320, height: 180 });
    expect(jpegSize(await sut.smallFrame('h264', group, noSignal))).toEqual({ width: 320, height: 180 });
  });

  it('gives no picture of what is none, or of a group without its beginning', async () => {
    await expect(sut.lastFrame('h264', Buffer.from('no video at all'), noSignal)).rejects.toMatchObject({ code: 'CAMERA_DECODE' });
    await expect(sut.lastFrame('h265', group.subarray(group.length / 2), noSignal)).rejects.toMatchObject({ code: 'CAMERA_DECODE' });
  });

  it('leaves no process behind when nobody waits any longer', async () => {
    const quit = new AbortController();
    const waiting = sut.convert(['-f', 'h264', '-i', 'pipe:0', '-stream_loop', '-1', '-re', '-f', 'lavfi', '-i', 'testsrc2=s=64x64', '-map', '1', '-f', 'mjpeg', 'pipe:1'], group, quit.signal);
    await eventually(() => expect(sut.running).toBe(1));
    quit.abort(new AppError('CAMERA_TIMEOUT', 'too late', { retryable: true }));
    await expect(waiting).rejects.toMatchObject({ code: 'CAMERA_TIMEOUT' });
    expect(sut.running).toBe(0);
  });

  it('follows a stream and gives its next frame each time it is asked, until the session ends', async () => {
    const units = execFileSync('ffmpeg', ['-v', 'error', '-f', 'h264', '-i', 'pipe:0', '-c', 'copy', '-bsf:v', 'h264_metadata=aud=insert', '-f', 'h264', 'pipe:1'], { input: group });
    const delimiter = Buffer.from([0, 0, 0, 1, 9]);
    const frames: Buffer[] = [];
    for (let at = 0; at !== -1; ) {
      const next = units.indexOf(delimiter, at + 1);
      frames.push(units.subarray(at, next === -1 ? units.length : next));
      at = next;
    }
    expect(frames).toHaveLength(10);
    const ended = new Deferred<AppError>();
    let tell: (frame: VideoFrame) => void = () => undefined;
    const session = {
      track: { codec: 'h264' },
      pictures: { newestAt: 1_003, size: () => ({ width: 320, height: 180 }), forEachFrame: (visit: (data: Buffer, isNewest: boolean) => void) => frames.slice(0, 4).forEach((data, index) => visit(data, index === 3)) },
      onFrame: (listener: typeof tell) => {
        tell = listener;
        return () => undefined;
      },
      ended: ended.promise,
    } as unknown as RtspSession;
    const decoder = sut.follow(session);
    expect((await decoder.next()).frameAt).toBe(1_003);
    for (const number of [4, 7]) {
      const picture = decoder.next();
      expect(decoder.next()).toBe(picture);
      tell({ data: frames[number]!, key: false, rtpTime: 0, arrivedAt: 1_000 + number });
      const { jpeg, frameAt } = await picture;
      expect([jpegSize(jpeg), frameAt]).toEqual([{ width: 320, height: 180 }, 1_000 + number]);
      tell({ data: frames[number + 1]!, key: false, rtpTime: 0, arrivedAt: 0 });
    }
    const never = decoder.next();
    ended.resolve(new AppError('CAMERA_LOST', 'gone'));
    await expect(never).rejects.toMatchObject({ code: 'CAMERA_DECODE' });
    await expect(decoder.next()).rejects.toMatchObject({ code: 'CAMERA_DECODE' });
    await eventually(() => expect(sut.running).toBe(0));
  });

  it('says that the program is missing', async () => {
    const missing = new Ffmpeg(program('/nowhere/ffmpeg'), systemClock);
    await expect(missing.convert([], group, noSignal)).rejects.toMatchObject({ code: 'CAMERA_DECODE', message: 'The decoder could not be started' });
    await missing.beforeApplicationShutdown();
  });
});
