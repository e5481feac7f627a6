import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findProgram, freePort, installPackages, missingTools, spawnServer, stopProcess } from '@capstan/backing-services';
import { systemClock } from '@capstan/kernel';
import type { LabCamera } from '@capstan/deploy';
import type { Say } from './bench';

const READY_MS = 30_000;
const PICTURE_MS = 10_000;
const POLL_MS = 2;
const END_OF_IMAGE = 'ffd9';

/** Debian's `motion`, following cameras all the time as it does, asked for pictures through its own web control. */
export interface MotionPeer {
  /** A picture of the camera at this place of the list, from the request until its file is whole. @throws Error when none comes */
  snapshot(index: number): Promise<Buffer>;
  stop(): Promise<void>;
}

/** Starts it, detection paused; ready when every camera has given a picture. */
export async function startMotion(say: Say, cameras: readonly LabCamera[]): Promise<MotionPeer> {
  await installPackages(missingTools(['motion']), { log: say });
  const folder = mkdtempSync(path.join(tmpdir(), 'capstan-motion-'));
  const port = await freePort();
  const pictures = (index: number): string => path.join(folder, `pictures-${index}`);
  const files = cameras.map((camera, index) => {
    mkdirSync(pictures(index));
    const file = path.join(folder, `camera-${index}.conf`);
    writeFileSync(file, configuration({ camera_id: index + 1, netcam_url: camera.rtsp_url, ...(camera.auth === 'none' ? {} : { netcam_userpass: `${camera.username}:${camera.password}` }), netcam_params: 'rtsp_transport=tcp', width: 1_920, height: 1_080, framerate: camera.fps, target_dir: pictures(index), snapshot_filename: '%q-%Y%m%d%H%M%S', picture_output: 'off', movie_output: 'off', text_left: '', text_right: '' }), { mode: 0o600 });
    return file;
  });
  const main = path.join(folder, 'motion.conf');
  writeFileSync(main, `${configuration({ daemon: 'off', setup_mode: 'off', log_level: 4, webcontrol_port: port, webcontrol_localhost: 'on', webcontrol_interface: 1, webcontrol_parms: 0, stream_port: 0, pause: 'on' })}${files.map((file) => `camera ${file}\n`).join('')}`, { mode: 0o600 });
  const server = await spawnServer(findProgram('motion') ?? 'motion', ['-n', '-c', main], { env: { PATH: process.env['PATH'], LC_ALL: 'C' }, cwd: folder, logFile: path.join(folder, 'motion.log'), dieWithParent: true });
  const peer: MotionPeer = {
    snapshot: async (index) => {
      const before = new Set(readdirSync(pictures(index)));
      const answer = await fetch(`http://127.0.0.1:${port}/${index + 1}/action/snapshot`);
      await answer.arrayBuffer();
      const deadline = systemClock.monotonic() + PICTURE_MS;
      while (systemClock.monotonic() < deadline) {
        const name = readdirSync(pictures(index)).find((each) => !before.has(each) && !each.startsWith('lastsnap'));
        const bytes = name === undefined ? Buffer.alloc(0) : readFileSync(path.join(pictures(index), name));
        if (bytes.subarray(-2).toString('hex') === END_OF_IMAGE) {
          return bytes;
        }
        await systemClock.sleep(POLL_MS);
      }
      throw new Error(`motion gave no picture of camera ${index + 1} within ${PICTURE_MS} ms`);
    },
    stop: async () => {
      await stopProcess(server, [{ signal: 'SIGTERM', waitMs: 10_000 }]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    const deadline = systemClock.monotonic() + READY_MS;
    for (let index = 0; index < cameras.length; ) {
      await peer.snapshot(index).then(
        () => (index += 1),
        async (error: unknown) => {
          if (systemClock.monotonic() > deadline) {
            throw new Error(`motion did not come up: ${(error as Error).message}; ${readFileSync(path.join(folder, 'motion.log'), 'utf8').slice(-500)}`);
          }
          await systemClock.sleep(500);
        },
      );
    }
    return peer;
  } catch (error) {
    await peer.stop();
    throw error;
  }
}

function configuration(settings: Readonly<Record<string, string | number>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}\n`)
    .join('');
}
