import { routes } from '@capstan/contracts';
import { freePort } from '@capstan/backing-services';
import { systemClock } from '@capstan/kernel';
import { type Bench, verdict } from './bench';
import { allCameras, allLive, withCameras } from './camera-scene';
import { percentile, spreadOf } from './figures';
import { processUse, type ProcessUse } from './process-use';

const IDLE_CAMERAS = 50;
const IDLE_WINDOW_MS = 60_000;
const SWEEP_EACH = 25;
const SWEEP_WINDOW_MS = 100_000;
const TIMEOUT_MS = 2_000;

/** Fifty cameras of 1080p25 that are watched, and nobody asks for a picture. */
export const cameraIdle: Bench = (say) => {
  let empty: ProcessUse | undefined;
  return withCameras(
    say,
    ['--cameras', String(IDLE_CAMERAS), '--hd-cameras'],
    { warm: 'always', transport: 'tcp' },
    async ({ api, pid, cameras }) => {
      await allLive(api);
      await systemClock.sleep(10_000);
      const before = processUse(pid);
      const began = systemClock.monotonic();
      await systemClock.sleep(IDLE_WINDOW_MS);
      const after = processUse(pid);
      const seconds = (systemClock.monotonic() - began) / 1_000;
      const perCamera = (from: number, to: number): number => ((to - from) * 1_000) / seconds / IDLE_CAMERAS;
      const [own, children] = [perCamera(before.own, after.own), perCamera(before.children, after.children)];
      const memory = (after.memoryMib - (empty?.memoryMib ?? 0)) / IDLE_CAMERAS;
      const health = await Promise.all(cameras.slice(0, 10).map(async ({ camera }) => (await api.call(routes.cameraHealth, { params: { id: camera.id }, query: { hours: 1, limit: 1 } })).samples[0]));
      const worst = Math.min(...health.map((sample) => sample?.fps ?? 0));
      const kbps = percentile(health.map((sample) => sample?.bitrate_kbps ?? 0), 50);
      const live = (await allCameras(api)).filter(({ state }) => state === 'live').length;
      say(`${own.toFixed(2)} ms of processor per second and camera for the streams (${kbps.toFixed(0)} kbit/s each), ${children.toFixed(2)} ms for the health pictures; ${memory.toFixed(2)} MiB per camera; ${live} of ${IDLE_CAMERAS} live, at least ${worst} frames/s`);
      return [
        verdict(say, 'within 5 ms of processor per second and camera, health pictures included', own + children <= 5),
        verdict(say, `${IDLE_CAMERAS} cameras live with at least 24 frames/s`, live === IDLE_CAMERAS && worst >= 24),
      ].every(Boolean);
    },
    async (pid) => {
      await systemClock.sleep(3_000);
      empty = processUse(pid);
    },
  );
};

/** A hundred broken cameras: how long each look takes until its verdict, and whether each is looked at every minute. */
export const healthSweep: Bench = async (say) => {
  const faults = ['401', '404', 'silent'].flatMap((fault, kind) => Array.from({ length: SWEEP_EACH }, (_, index) => `${kind * SWEEP_EACH + index + 1}=${fault}`));
  return withCameras(say, ['--cameras', String(3 * SWEEP_EACH), '--camera-faults', faults.join(',')], { timeout_ms: TIMEOUT_MS, transport: 'tcp' }, async ({ api }) => {
    const closed = await freePort();
    const refused = Array.from({ length: SWEEP_EACH }, (_, index) => ({ name: `refused-${index + 1}`, rtsp_url: `rtsp://127.0.0.1:${closed}/${index + 1}`, timeout_ms: TIMEOUT_MS }));
    await api.call(routes.importCameras, { body: { format: 'json', data: Buffer.from(JSON.stringify(refused)).toString('base64') } });
    await systemClock.sleep(SWEEP_WINDOW_MS);
    const looks = new Map<string, number[]>();
    const gaps: number[] = [];
    const cameras = await allCameras(api);
    for (const camera of cameras) {
      const { samples } = await api.call(routes.cameraHealth, { params: { id: camera.id }, query: { hours: 1, limit: 100 } });
      const times = samples.map(({ at }) => Date.parse(at)).sort((left, right) => left - right);
      // One that refuses the password is left alone for ten minutes.
      gaps.push(...(camera.state === 'auth_failed' ? [] : [times.length < 2 ? Number.POSITIVE_INFINITY : (times[1] ?? 0) - (times[0] ?? 0)]));
      const kind = samples[0]?.reason_code ?? 'never looked at';
      looks.set(kind, [...(looks.get(kind) ?? []), ...samples.map(({ look_ms: took }) => took ?? Number.NaN)]);
    }
    for (const [kind, times] of looks) {
      say(`${kind}: ${spreadOf(times, 'ms')}`);
    }
    const quick = [...looks].filter(([kind]) => kind !== 'CAMERA_TIMEOUT').flatMap(([, times]) => times);
    const silent = looks.get('CAMERA_TIMEOUT') ?? [];
    say(`seconds between the first two looks at a camera: ${spreadOf(gaps.map((gap) => gap / 1_000), 's')}`);
    return [
      verdict(say, 'refused, 401 and 404 found out within 100 ms each', quick.length >= 3 * SWEEP_EACH && percentile(quick, 100) <= 100),
      verdict(say, 'silent hosts within their time-out and 250 ms', silent.length >= SWEEP_EACH && percentile(silent, 100) <= TIMEOUT_MS + 250),
      // A camera has its own second of the minute, at least half a minute after the first look, which all of them had at the same moment.
      verdict(say, 'each of 100 cameras was looked at, and again at its own second of one of the next two minutes', cameras.length === 4 * SWEEP_EACH && percentile(gaps, 100) <= 95_000),
    ].every(Boolean);
  });
};
