import { apiList } from './api.bench';
import { type Bench } from './bench';
import { bundle } from './bundle.bench';
import { cameraIdle, healthSweep } from './camera-load.bench';
import { captureOverhead } from './capture-overhead.bench';
import { collection, collectionScale, collectionUnchanged } from './collection/collection.bench';
import { collectionPeers } from './collection/peers.bench';
import { coldStart } from './cold-start.bench';
import { liveEvents } from './events.bench';
import { machine } from './machine';
import { merge } from './merge.bench';
import { notify } from './notify.bench';
import { retention } from './retention.bench';
import { schedules, schedulesAtOnce } from './schedules.bench';
import { metrics, recording, recordingScale } from './recording.bench';
import { startSpread, startSpreadMixed } from './start-spread.bench';
import { snapshotCold, snapshotWarm } from './snapshot.bench';

const BENCHES: Readonly<Record<string, Bench>> = {
  'start-spread': startSpread,
  'start-spread-mixed': startSpreadMixed,
  bundle,
  events: liveEvents,
  api: apiList,
  merge,
  'cold-start': coldStart,
  'capture-overhead': captureOverhead,
  recording,
  'recording-scale': recordingScale,
  metrics,
  collection,
  'collection-unchanged': collectionUnchanged,
  'collection-scale': collectionScale,
  'collection-peers': collectionPeers,
  'snapshot-warm': snapshotWarm,
  'snapshot-cold': snapshotCold,
  'camera-idle': cameraIdle,
  'health-sweep': healthSweep,
  schedules,
  'schedules-at-once': schedulesAtOnce,
  notify,
  retention,
};

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** `npm run bench -- <name>|all` */
async function main(): Promise<boolean> {
  const wanted = process.argv[2] ?? '';
  const names = Object.keys(BENCHES).filter((name) => wanted === 'all' || name === wanted);
  if (names.length === 0) {
    say(`Usage: npm run bench -- ${Object.keys(BENCHES).join('|')}|all`);
    return false;
  }
  say(`${new Date().toISOString().slice(0, 10)}, ${machine()}`);
  let good = true;
  for (const name of names) {
    say(`── ${name}`);
    good = ((await BENCHES[name]?.(say)) ?? false) && good;
  }
  return good;
}

main().then(
  (good) => {
    process.exitCode = good ? 0 : 1;
  },
  (error: unknown) => {
    process.stderr.write(`${(error as Error).stack ?? String(error)}\n`);
    process.exitCode = 1;
  },
);
