import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { systemClock } from '@capstan/kernel';
import type { CameraConfig } from '../src/config';
import { Decoder } from '../src/decode/decoder';
import { Ffmpeg } from '../src/decode/ffmpeg.client';
import { RtspSession, type RtspTarget } from '../src/rtsp/rtsp-session.client';

const SIGNAL = new AbortController().signal;

/** A server that none of us wrote: what only our own server understands would show here. */
describe('sessions with GStreamer’s RTSP server', () => {
  const config = { CAPSTAN_FFMPEG: 'ffmpeg', CAPSTAN_CAMERA_DECODERS: 2 } as CameraConfig;
  const ffmpeg = new Ffmpeg(config, systemClock);
  const decoder = new Decoder(ffmpeg, systemClock, config);
  let server: ChildProcess;
  let port = 0;

  beforeAll(async () => {
    server = spawn('/usr/bin/python3', [join(__dirname, 'gst_rtsp_server.py')], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(server.stdout!), 'line')) as [string];
    port = Number(line);
  }, 30_000);

  afterAll(async () => {
    await ffmpeg.beforeApplicationShutdown();
    const exited = once(server, 'exit');
    server.kill('SIGKILL');
    await exited;
  });

  const target = (path: string, transport: RtspTarget['transport'], password = 'p@ss:w/rd%25 #é'): RtspTarget => ({
    address: { host: '127.0.0.1', port, tls: false, url: `rtsp://127.0.0.1:${port}${path}` },
    ip: '127.0.0.1',
    login: { username: 'viewer', password },
    transport,
    timeoutMs: 10_000,
  });

  it.each([
    ['/h264', 'tcp', 'h264'],
    ['/h264', 'udp', 'h264'],
    ['/h264-once', 'auto', 'h264'],
    ['/jpeg', 'tcp', 'mjpeg'],
  ] as const)('show a whole picture of %s over %s', async (path, transport, codec) => {
    const session = await RtspSession.open(target(path, transport), systemClock, SIGNAL);
    try {
      await session.firstPicture(10_000, SIGNAL);
      expect(session.track.codec).toBe(codec);
      expect(await decoder.decode(codec, session.pictures.current(), SIGNAL)).toMatchObject({ width: 640, height: 360 });
      expect(session.statistics.figures(systemClock.monotonic()).lossPct ?? 0).toBe(0);
    } finally {
      session.close();
    }
  }, 30_000);

  it('tell a wrong password from a path that is not there', async () => {
    await expect(RtspSession.describe(target('/h264', 'tcp', 'wrong'), systemClock, SIGNAL)).rejects.toMatchObject({ code: 'CAMERA_AUTH_FAILED' });
    await expect(RtspSession.describe(target('/nothing', 'tcp'), systemClock, SIGNAL)).rejects.toMatchObject({ code: 'CAMERA_NOT_FOUND_ON_HOST' });
  }, 30_000);
});
