import path from 'node:path';
import { parseArgs } from 'node:util';
import { routes, sessionMachine } from '@capstan/contracts';
import { processName } from '@capstan/deploy';
import { systemClock } from '@capstan/kernel';
import { killWhileCollecting } from './collection';
import { collectWithFaults } from './collection-faults';
import { collectHugeConfig } from './huge-config';
import { collectorDiesWhileGearCaptures, type Fault, sinkAwayDuringFileGet } from './gear-faults';
import { mailServerAway, notifierDiesWhileSending } from './notifier-faults';
import { killCameraOwner } from './camera-owners';
import { storm } from './storm/storm';
import { mixVersions } from './upgrade';
import { AWAY_MS, defectsAfter, patiently, Scene, until } from './scenario';

/** What can be killed: each service and each backing server, one at a time. */
const VICTIMS = ['gateway', 'capture-orchestrator', 'device-collector', 'camera-service', 'rabbitmq', 'postgres'] as const;
/** When: a session must survive the loss in every phase, not only in the quiet one. */
const PHASES = ['configuring', 'capturing', 'collecting'] as const;

/** Needs the one SFTP sink of a single device-collector, before which its gate stands. */
const OF_ONE_REPLICA = ['sftp-sink'];

/** Faults that are more than the death of one process. */
const FAULTS: Readonly<Record<string, Fault>> = { 'voice-gear': collectorDiesWhileGearCaptures, 'sftp-sink': sinkAwayDuringFileGet, collection: killWhileCollecting, 'collection-faults': collectWithFaults, 'collection-huge': collectHugeConfig, notifier: notifierDiesWhileSending, 'mail-server': mailServerAway };

function whole(name: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new Error(`${name} takes a whole number from 1 to ${most}, not ${text}`);
  }
  return value;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Kills `victim` while a session of three targets is in `phase`, lets it come back, and looks for anything that is not true. */
async function kill(scene: Scene, victim: (typeof VICTIMS)[number], phase: (typeof PHASES)[number]): Promise<boolean> {
  const api = await scene.client();
  const began = systemClock.monotonic();
  const sessionId = await scene.capture(api, `chaos: ${victim} dies while ${phase}`);
  await until(api, sessionId, (session) => session.targets.some((target) => target.state === phase) || sessionMachine.isTerminal(session.state));
  if (phase === 'capturing') {
    await systemClock.sleep(3_000); // in the middle of the capture, not at its first packet
  }
  // Of several replicas one stays, and has to take everything over.
  const pids = Array.from({ length: Math.max(1, scene.replicas - 1) }, (_, replica) => scene.stack.pids()[processName(victim, replica)]).filter((pid) => pid !== undefined);
  if (pids.length === 0) {
    say(`FAILED  ${victim}: it was not running`);
    return false;
  }
  pids.forEach((pid) => process.kill(pid, 'SIGKILL'));
  await systemClock.sleep(AWAY_MS);
  const client = await scene.client();
  const session = await until(client, sessionId, ({ state }) => sessionMachine.isTerminal(state));
  await patiently('readiness', 60_000, async () => {
    if (!(await client.call(routes.system)).ready) {
      throw new Error('not ready');
    }
  });
  const defects = await defectsAfter(scene, client, session);
  const states = session.targets.map((target) => `${target.state}${target.error === null ? '' : ` (${target.error.code})`}`).join(', ');
  const seconds = ((systemClock.monotonic() - began) / 1_000).toFixed(1);
  say(`${defects.length === 0 ? 'passed' : 'FAILED'}  kill -9 of ${pids.length === 1 ? '' : `${pids.length} of ${scene.replicas} `}${victim} while ${phase}: session ${session.state} [${states}], ${session.artifact_count} artifacts, ${seconds} s`);
  for (const defect of defects) {
    say(`        ${defect}`);
  }
  return defects.length === 0;
}

/** `npm run chaos -- <victim>|<fault>|cameras|all [phase] [--replicas N]`, `npm run chaos -- storm [--faults N] [--replicas N] [--seed N] [--report DIR]`, `npm run chaos -- upgrade [--from REF]` */
async function main(): Promise<boolean> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { faults: { type: 'string' }, replicas: { type: 'string' }, seed: { type: 'string' }, from: { type: 'string' }, report: { type: 'string' } } });
  const [name = 'all', wantedPhase] = positionals;
  if (name === 'cameras') {
    return killCameraOwner(say);
  }
  if (name === 'upgrade') {
    return mixVersions(values.from, say);
  }
  if (name === 'storm') {
    return storm({ faults: whole('--faults', values.faults ?? '200', 2_000), replicas: whole('--replicas', values.replicas ?? '3', 9), seed: whole('--seed', values.seed ?? '1', 2 ** 31), report: path.resolve(values.report ?? path.join('.capstan', 'chaos')) }, say);
  }
  const replicas = whole('--replicas', values.replicas ?? '1', 9);
  const victims = VICTIMS.filter((victim) => name === 'all' || name === victim);
  const phases = PHASES.filter((phase) => wantedPhase === undefined || wantedPhase === phase);
  const faults = Object.entries(FAULTS).filter(([fault]) => (replicas === 1 || !OF_ONE_REPLICA.includes(fault)) && ((name === 'all' && wantedPhase === undefined) || name === fault));
  if (victims.length + faults.length === 0 || phases.length === 0) {
    say(`Usage: npm run chaos -- ${[...VICTIMS, ...Object.keys(FAULTS)].join('|')}|cameras|all [${PHASES.join('|')}] [--replicas N], or: npm run chaos -- storm [--faults 200] [--replicas 3] [--seed 1] [--report DIR], or: npm run chaos -- upgrade [--from REF]`);
    return false;
  }
  let good = name !== 'all' || (await killCameraOwner(say));
  const scene = await Scene.set(say, { replicas });
  try {
    for (const victim of victims) {
      for (const phase of phases) {
        good = (await kill(scene, victim, phase)) && good;
      }
    }
    for (const [, fault] of faults) {
      good = (await fault(scene, say)) && good;
    }
  } finally {
    await scene.clear();
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
