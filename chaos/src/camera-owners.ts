import { createHash } from 'node:crypto';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort, storedSecret } from '@capstan/backing-services';
import { type CameraView, routes } from '@capstan/contracts';
import { ApiClient, LabProcess, LocalStack, readLauncherSettings, ROOT } from '@capstan/deploy';
import { systemClock } from '@capstan/kernel';
import { patiently } from './scenario';

const CAMERAS = 10;
/** A lease on a camera, the time until somebody looks for cameras without an owner, and a connection. */
const TAKEN_OVER_WITHIN_MS = 25_000;
const LEASE_MS = 15_000;
const WATCH_MS = 40_000;
const POLL_MS = 100;
/** The launcher starts it again only after the other replica had its chance. */
const AWAY_MS = 30_000;

/** What was seen of one camera while its owner died. */
interface Sight {
  doubleSince: number | undefined;
  longestDoubleMs: number;
  lostAt: number | undefined;
  backAfterMs: number | undefined;
}

/**
 * Kills the camera-service that holds the sessions with ten cameras, while snapshots are taken and a second replica stands by.
 * @returns whether nothing was found that must not be
 */
export async function killCameraOwner(say: (line: string) => void): Promise<boolean> {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'capstan-chaos-'));
  const password = storedSecret(path.join(dataDir, 'admin-password'));
  const settings = { ...readLauncherSettings({ ...process.env, CAPSTAN_DATA_DIR: dataDir, CAPSTAN_PORT: '0', CAPSTAN_RESTART_DELAY_MS: String(AWAY_MS) }), CAPSTAN_ADMIN_PASSWORD: password };
  const stack = await LocalStack.start({ settings, log: say });
  let lab: LabProcess | undefined;
  let second: ChildProcess | undefined;
  try {
    lab = await LabProcess.start(['--hosts', '0', '--cameras', String(CAMERAS)]);
    const api = new ApiClient(stack.address);
    await api.signIn('admin', password);
    const cameras = await addCameras(api, lab);
    await patiently('ten live cameras', 60_000, () => expectAllWatched(lab!, cameras));
    const victim = stack.pids()['camera-service'];
    if (victim === undefined) {
      throw new Error('the camera-service does not run');
    }
    second = await startReplica(victim);
    const defects = await watchDeath({ api, lab, cameras, victim, say });
    defects.push(...(await brokenSnapshots(api)));
    say(`${defects.length === 0 ? 'held   ' : 'FAILED '} camera-service killed with ${CAMERAS} sessions${defects.length === 0 ? '' : `: ${defects.join('; ')}`}`);
    return defects.length === 0;
  } finally {
    await stopped(second);
    await lab?.stop();
    await stack.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function addCameras(api: ApiClient, lab: LabProcess): Promise<CameraView[]> {
  const rows = lab.inventory.cameras.map(({ name, rtsp_url: url, auth, username, password, codec }) => ({ name, rtsp_url: url, codec, warm: 'always', transport: 'tcp', ...(auth === 'none' ? {} : { username, password }) }));
  await api.call(routes.importCameras, { body: { format: 'json', data: Buffer.from(JSON.stringify(rows)).toString('base64') } });
  return (await api.call(routes.listCameras, { query: { per_page: 100 } })).cameras;
}

/** Sessions that play now, camera by camera. */
async function watching(lab: LabProcess, cameras: readonly CameraView[]): Promise<number[]> {
  return Promise.all(cameras.map(async ({ name }) => Number((await lab.control({ do: 'camera-counts', host: name }))['watching'])));
}

async function expectAllWatched(lab: LabProcess, cameras: readonly CameraView[]): Promise<void> {
  const counts = await watching(lab, cameras);
  if (counts.some((count) => count !== 1)) {
    throw new Error(`sessions per camera: ${counts.join(', ')}`);
  }
}

/** A second camera-service with the settings of the first. */
async function startReplica(pid: number): Promise<ChildProcess> {
  const settings = Object.fromEntries(
    readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .filter((line) => line.includes('='))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const port = await freePort();
  const child = spawn(process.execPath, [path.join(ROOT, 'apps', 'camera-service', 'dist', 'main.js')], { env: { ...settings, CAPSTAN_OPS_PORT: String(port), CAPSTAN_INSTANCE: 'second-replica' }, stdio: 'ignore' });
  await patiently('the second replica', 60_000, async () => {
    if (!(await fetch(`http://127.0.0.1:${port}/ready`)).ok) {
      throw new Error('not ready');
    }
  });
  return child;
}

async function stopped(child: ChildProcess | undefined): Promise<void> {
  if (child !== undefined && child.exitCode === null && child.signalCode === null) {
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await exited;
  }
}

/** Children of a process by their ids: field 4 of proc(5) `stat`. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => {
      try {
        const stat = readFileSync(`/proc/${child}/stat`, 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid;
      } catch {
        return false;
      }
    });
}

function runs(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false;
  }
}

async function watchDeath({ api, lab, cameras, victim, say }: { api: ApiClient; lab: LabProcess; cameras: readonly CameraView[]; victim: number; say: (line: string) => void }): Promise<string[]> {
  let asking = true;
  let answered = 0;
  // Somebody asks for pictures all the time, so that decoders are at work at the moment of death.
  const asker = (async () => {
    for (let turn = 0; asking; turn += 1) {
      await Promise.all([0, 1, 2].map((offset) => api.call(routes.snapshotCamera, { params: { id: cameras[(turn + offset) % cameras.length]!.id }, body: { max_age_ms: 0, timeout_seconds: 5 } }).then(() => (answered += 1), () => undefined)));
    }
  })();
  await systemClock.sleep(3_000);
  const decoders = childrenOf(victim);
  process.kill(victim, 'SIGKILL');
  const killedAt = systemClock.monotonic();
  const sights = cameras.map((): Sight => ({ doubleSince: undefined, longestDoubleMs: 0, lostAt: killedAt, backAfterMs: undefined }));
  await systemClock.sleep(2_000);
  const left = decoders.filter(runs);
  const answeredBefore = answered;
  while (systemClock.monotonic() - killedAt < WATCH_MS) {
    const now = systemClock.monotonic();
    for (const [index, count] of (await watching(lab, cameras)).entries()) {
      note(sights[index]!, count, now);
    }
    await systemClock.sleep(POLL_MS);
  }
  asking = false;
  await asker;
  const longest = Math.max(...sights.map(({ longestDoubleMs: ms }) => ms));
  const back = sights.map(({ backAfterMs: ms }) => ms ?? Number.POSITIVE_INFINITY);
  say(`        ${decoders.length} children at its death, ${left.length} left 2 s later; cameras watched again after ${(Math.min(...back) / 1_000).toFixed(1)} to ${(Math.max(...back) / 1_000).toFixed(1)} s without a session; two sessions at once for ${longest.toFixed(0)} ms at most; ${answered - answeredBefore} snapshots since`);
  const counts = await watching(lab, cameras);
  return [
    ...(left.length > 0 ? [`children left behind: ${left.join(', ')}`] : []),
    ...(longest > LEASE_MS ? [`a camera had two sessions for ${longest.toFixed(0)} ms`] : []),
    ...(Math.max(...back) > TAKEN_OVER_WITHIN_MS ? ['a camera was not taken over'] : []),
    ...(counts.some((count) => count !== 1) ? [`sessions per camera at the end: ${counts.join(', ')}`] : []),
    ...(answered === answeredBefore ? ['no snapshot was taken after the death'] : []),
  ];
}

function note(sight: Sight, count: number, now: number): void {
  if (count > 1) {
    sight.doubleSince ??= now;
    sight.longestDoubleMs = Math.max(sight.longestDoubleMs, now - sight.doubleSince);
  } else {
    sight.doubleSince = undefined;
  }
  if (count === 0) {
    sight.lostAt ??= now;
  } else if (sight.lostAt !== undefined) {
    sight.backAfterMs = Math.max(sight.backAfterMs ?? 0, now - sight.lostAt);
    sight.lostAt = undefined;
  }
}

/** Snapshots whose bytes are not what is said of them. */
async function brokenSnapshots(api: ApiClient): Promise<string[]> {
  const broken: string[] = [];
  for (let page = 1; ; page += 1) {
    const { snapshots, total } = await api.call(routes.listSnapshots, { query: { page, per_page: 100 } });
    for (const { id, sha256 } of snapshots) {
      const bytes = Buffer.from(await (await api.fetch(routes.snapshotBinary, { params: { id } })).arrayBuffer());
      if (createHash('sha256').update(bytes).digest('hex') !== sha256 || bytes.readUInt16BE(bytes.length - 2) !== 0xffd9) {
        broken.push(`snapshot ${id} is not whole`);
      }
    }
    if (page * 100 >= total) {
      return broken;
    }
  }
}
