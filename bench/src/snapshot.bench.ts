import { routes } from '@capstan/contracts';
import type { LabCamera } from '@capstan/deploy';
import { systemClock, systemRandom } from '@capstan/kernel';
import { type Bench, type Say, verdict } from './bench';
import { allLive, burnedAge, ffmpegStill, urlWithLogin, withCameras } from './camera-scene';
import { percentile, spreadOf } from './figures';
import { startMotion } from './motion-peer';

const WARM_CAMERAS = 10;
const WARM_REQUESTS = 200;
/** Requests before those that count: people who look at cameras have been looking for a while. */
const FIRST_REQUESTS = 40;
/** Requests per second, on average. */
const WARM_RATE = 4;
/** Requests to `motion`, at the same rate. */
const PEER_REQUESTS = 60;
const COLD_PAIRS = 14;
/** Milliseconds between keyframes of the lab's cameras; they come at multiples of it by the wall clock. */
const GOP_MS = 4_000;

/** The command of the first generation, which is also that of most scripts. */
const seedCommand = (url: string): string[] => ['-nostdin', '-loglevel', 'error', '-rtsp_transport', 'tcp', '-i', url, '-vframes', '1', '-q:v', '2', '-f', 'image2', '-'];
/** The same, tuned as far as ffmpeg goes. */
const tunedCommand = (url: string): string[] => [
  ...['-nostdin', '-hide_banner', '-loglevel', 'error', '-max_error_rate', '1', '-rtsp_transport', 'tcp', '-timeout', '5000000', '-allowed_media_types', 'video'],
  ...['-fflags', 'nobuffer', '-probesize', '32', '-analyzeduration', '0', '-skip_frame', 'nokey', '-i', url, '-frames:v', '1', '-q:v', '3', '-f', 'mjpeg', 'pipe:1'],
];

/** 200 requests at random moments to ten cameras that are watched anyway; each picture is stored, hashed and has a thumbnail. */
export const snapshotWarm: Bench = (say) =>
  withCameras(say, ['--cameras', String(WARM_CAMERAS), '--hd-cameras'], { warm: 'always', transport: 'tcp' }, async ({ api, cameras }) => {
    await allLive(api);
    const times: number[] = [];
    const taken: { readonly id: string; readonly at: number; readonly lens: LabCamera }[] = [];
    const sources = new Map<string, number>();
    const running: Promise<void>[] = [];
    for (let number = 0; number < FIRST_REQUESTS + WARM_REQUESTS; number += 1) {
      await systemClock.sleep(pause());
      const { camera, lens } = cameras[Math.floor(systemRandom() * cameras.length)]!;
      const askedAt = systemClock.monotonic();
      running.push(
        api.call(routes.snapshotCamera, { params: { id: camera.id }, body: {} }).then(({ snapshot }) => {
          if (number < FIRST_REQUESTS) {
            return;
          }
          times.push(systemClock.monotonic() - askedAt);
          taken.push({ id: snapshot.id, at: systemClock.now(), lens });
          sources.set(snapshot.source, (sources.get(snapshot.source) ?? 0) + 1);
        }),
      );
    }
    await Promise.all(running);
    const ages: number[] = [];
    for (const { id, at, lens } of taken) {
      const response = await api.fetch(routes.snapshotBinary, { params: { id } });
      ages.push(await burnedAge(Buffer.from(await response.arrayBuffer()), lens, at));
    }
    say(`Capstan: ${spreadOf(times, 'ms')}; frames by their burned-in clock ${spreadOf(ages, 'ms old')}; ${[...sources].map(([source, count]) => `${count} ${source}`).join(', ')}`);
    const seed: number[] = [];
    for (const { lens } of cameras) {
      await systemClock.sleep(systemRandom() * 500);
      const askedAt = systemClock.monotonic();
      await ffmpegStill(seedCommand(urlWithLogin(lens)));
      seed.push(systemClock.monotonic() - askedAt);
    }
    say(`ffmpeg -vframes 1 on the same cameras: ${spreadOf(seed, 'ms')}; ratio of the medians ${(percentile(times, 50) / percentile(seed, 50)).toFixed(3)}`);
    await askMotion(say, cameras.map(({ lens }) => lens));
    return [verdict(say, 'p95 within 200 ms', percentile(times, 95) <= 200), verdict(say, 'frames less than 1 s old (p95)', percentile(ages, 95) < 1_000)].every(Boolean);
  });

/** Follows and decodes every camera all the time, whether somebody asks or not; its pictures are stored as files, without a hash or a thumbnail. */
async function askMotion(say: Say, cameras: readonly LabCamera[]): Promise<void> {
  const motion = await startMotion(say, cameras);
  try {
    const times: number[] = [];
    const ages: number[] = [];
    const running: Promise<void>[] = [];
    for (let number = 0; number < PEER_REQUESTS; number += 1) {
      await systemClock.sleep(pause());
      const index = Math.floor(systemRandom() * cameras.length);
      const askedAt = systemClock.monotonic();
      running.push(
        motion.snapshot(index).then(async (bytes) => {
          times.push(systemClock.monotonic() - askedAt);
          ages.push(await burnedAge(bytes, cameras[index]!, systemClock.now()));
        }),
      );
    }
    await Promise.all(running);
    say(`motion, detection paused: ${spreadOf(times, 'ms')}; frames by their burned-in clock ${spreadOf(ages, 'ms old')}`);
  } finally {
    await motion.stop();
  }
}

/** Milliseconds until the next request: they come at random moments, independent of each other. */
function pause(): number {
  return (-Math.log(1 - systemRandom()) * 1_000) / WARM_RATE;
}

/** A camera nobody watches, against ffmpeg tuned as far as it goes; both begin at the same places between two keyframes. */
export const snapshotCold: Bench = (say) =>
  withCameras(say, ['--cameras', '1', '--hd-cameras'], { warm: 'never', transport: 'tcp' }, async ({ api, cameras }) => {
    await allLive(api);
    const { lens, camera } = cameras[0]!;
    const [own, bare]: [{ took: number; wait: number }[], { took: number; wait: number }[]] = [[], []];
    const contenders = [
      { into: bare, grab: async () => void (await ffmpegStill(tunedCommand(urlWithLogin(lens)))) },
      { into: own, grab: async () => void (await api.call(routes.snapshotCamera, { params: { id: camera.id }, body: { max_age_ms: 0 } })) },
    ];
    for (let pair = 0; pair < COLD_PAIRS; pair += 1) {
      // Not in the last moment before a keyframe: whoever misses it by a hair waits for the next one.
      const wait = 300 + systemRandom() * 1_700;
      for (const { into, grab } of pair % 2 === 0 ? contenders : [...contenders].reverse()) {
        await systemClock.sleep((GOP_MS - wait - (systemClock.now() % GOP_MS) + GOP_MS) % GOP_MS);
        const [askedAt, left] = [systemClock.monotonic(), GOP_MS - (systemClock.now() % GOP_MS)];
        await grab();
        into.push({ took: systemClock.monotonic() - askedAt, wait: left });
      }
    }
    const over = (runs: typeof own): number[] => runs.map(({ took, wait }) => took - wait);
    const sum = (runs: typeof own): number => runs.reduce((total, { took }) => total + took, 0);
    const ratio = sum(own) / sum(bare);
    say(`Capstan, beyond the wait for the keyframe: ${spreadOf(over(own), 'ms')}`);
    say(`tuned ffmpeg, the same: ${spreadOf(over(bare), 'ms')}; ratio of the whole times ${ratio.toFixed(3)}`);
    return [verdict(say, 'wait for the keyframe and 150 ms (p95)', percentile(over(own), 95) <= 150), verdict(say, 'within 1.15 × tuned ffmpeg', ratio <= 1.15)].every(Boolean);
  });
