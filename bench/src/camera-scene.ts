import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type CameraView, routes } from '@capstan/contracts';
import { type ApiClient, type LabCamera, LabProcess } from '@capstan/deploy';
import { systemClock } from '@capstan/kernel';
import sharp from 'sharp';
import { type BenchStack, type Say, startBenchStack } from './bench';

const run = promisify(execFile);
/** Seconds of the lab's loops, after which their frame numbers begin again. */
const LOOP_SEC = 12;
const CLOCK_BITS = 10;
const LIVE_MS = 60_000;

/** A stack with cameras of the lab in it. */
export interface CameraScene {
  readonly bench: BenchStack;
  readonly api: ApiClient;
  readonly lab: LabProcess;
  /** As the lab lists them, and as Capstan does. */
  readonly cameras: readonly { readonly lens: LabCamera; readonly camera: CameraView }[];
  readonly pid: number;
}

/** Adds the lab's cameras by one import, and works with them; `before` sees the camera-service while it has none. */
export async function withCameras(say: Say, labArgs: readonly string[], extra: Readonly<Record<string, unknown>>, work: (scene: CameraScene) => Promise<boolean>, before: (pid: number) => Promise<void> = () => Promise.resolve()): Promise<boolean> {
  const bench = await startBenchStack(say);
  try {
    const lab = await LabProcess.start(['--hosts', '0', ...labArgs]);
    try {
      const pid = bench.stack.pids()['camera-service'] ?? 0;
      await before(pid);
      const rows = lab.inventory.cameras.map(({ name, rtsp_url: url, auth, username, password, codec, resolution, fps }) => ({ name, rtsp_url: url, codec, resolution, fps, ...(auth === 'none' ? {} : { username, password }), ...extra }));
      const report = await bench.api.call(routes.importCameras, { body: { format: 'json', data: Buffer.from(JSON.stringify(rows)).toString('base64') } });
      if (report.error_count > 0) {
        throw new Error(`cameras were refused: ${JSON.stringify(report.errors[0])}`);
      }
      const kept = await allCameras(bench.api);
      const cameras = lab.inventory.cameras.map((lens) => ({ lens, camera: kept.find(({ name }) => name === lens.name)! }));
      return await work({ bench, api: bench.api, lab, cameras, pid });
    } finally {
      await lab.stop();
    }
  } finally {
    await bench.stop();
  }
}

/** Every camera there is. */
export async function allCameras(api: ApiClient): Promise<CameraView[]> {
  const found: CameraView[] = [];
  for (let page = 1; ; page += 1) {
    const { cameras, total } = await api.call(routes.listCameras, { query: { page, per_page: 100 } });
    found.push(...cameras);
    if (found.length >= total || cameras.length === 0) {
      return found;
    }
  }
}

/** Waits until every camera has been seen working. @throws Error with the states after a minute */
export async function allLive(api: ApiClient): Promise<void> {
  const deadline = systemClock.monotonic() + LIVE_MS;
  for (;;) {
    const cameras = await allCameras(api);
    if (cameras.every(({ state }) => state === 'live')) {
      return;
    }
    if (systemClock.monotonic() > deadline) {
      throw new Error(`not all cameras are live: ${cameras.map(({ name, state, reason_code: reason }) => `${name} ${state} ${reason ?? ''}`).join(', ')}`);
    }
    await systemClock.sleep(500);
  }
}

/**
 * Milliseconds since the frame of a picture left the lab, by the frame number that is burned into its lower edge as a row of
 * boxes: what an answer says of its own age is not what is measured.
 * @param lens the camera, as the lab lists it
 * @param at Unix milliseconds when the picture was in hand
 */
export async function burnedAge(jpeg: Buffer, { fps, phase_ms: phaseMs }: Pick<LabCamera, 'fps' | 'phase_ms'>, at: number): Promise<number> {
  const { data, info } = await sharp(jpeg).greyscale().raw().toBuffer({ resolveWithObject: true });
  const row = Math.round(info.height * 0.95);
  let number = 0;
  for (let bit = 0; bit < CLOCK_BITS; bit += 1) {
    const column = Math.round((bit + 1.5) * (info.width / 20));
    number += (data[row * info.width + column] ?? 0) > 128 ? 2 ** bit : 0;
  }
  const leftAt = (number * 1_000) / fps + phaseMs;
  const loop = LOOP_SEC * 1_000;
  return (((at - leftAt) % loop) + loop) % loop;
}

/** A URL with credentials inside, as other programs want it. */
export function urlWithLogin({ rtsp_url: url, auth, username, password }: LabCamera): string {
  return auth === 'none' ? url : url.replace('://', `://${encodeURIComponent(username)}:${encodeURIComponent(password)}@`);
}

/** Runs ffmpeg as others do and takes the picture from its output. */
export async function ffmpegStill(args: readonly string[]): Promise<Buffer> {
  const { stdout } = await run('ffmpeg', [...args], { encoding: 'buffer', maxBuffer: 32 * 1_024 * 1_024, timeout: 30_000 });
  return stdout;
}
