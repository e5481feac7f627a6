import { routes, sessionMachine } from '@capstan/contracts';
import { systemClock } from '@capstan/kernel';
import { killWhileCollecting } from './collection';
import { collectWithFaults } from './collection-faults';
import { collectHugeConfig } from './huge-config';
import { collectorDiesWhileGearCaptures, type Fault, sinkAwayDuringFileGet } from './gear-faults';
import { mailServerAway, notifierDiesWhileSending } from './notifier-faults';
import { killCameraOwner } from './camera-owners';
import { AWAY_MS, defectsAfter, patiently, Scene, until } from './scenario';

/** What can be killed: each service and each backing server, one at a time. */
const VICTIMS = ['gateway', 'capture-orchestrator', 'device-collector', 'camera-service', 'rabbitmq', 'postgres'] as const;
/** When: a session must survive the loss in every phase, not only in the quiet one. */
const PHASES = ['configuring', 'capturing', 'collecting'] as const;

/** Faults that are more than the death of one process. */
const FAULTS: Readonly<Record<string, Fault>> = { 'voice-gear': collectorDiesWhileGearCaptures, 'sftp-sink': sinkAwayDuringFileGet, collection: killWhileCollecting, 'collection-faults': collectWithFaults, 'collection-huge': collectHugeConfig, notifier: notifierDiesWhileSending, 'mail-server': mailServerAway };

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
  const pid = scene.stack.pids()[victim];
  if (pid === undefined) {
    say(`FAILED  ${victim}: it was not running`);
    return false;
  }
  process.kill(pid, 'SIGKILL');
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
  say(`${defects.length === 0 ? 'passed' : 'FAILED'}  kill -9 of ${victim} while ${phase}: session ${session.state} [${states}], ${session.artifact_count} artifacts, ${seconds} s`);
  for (const defect of defects) {
    say(`        ${defect}`);
  }
  return defects.length === 0;
}

/** `npm run chaos -- <victim>|<fault>|cameras|all [phase]` */
async function main(): Promise<boolean> {
  const [name = 'all', wantedPhase] = process.argv.slice(2);
  if (name === 'cameras') {
    return killCameraOwner(say);
  }
  const victims = VICTIMS.filter((victim) => name === 'all' || name === victim);
  const phases = PHASES.filter((phase) => wantedPhase === undefined || wantedPhase === phase);
  const faults = Object.entries(FAULTS).filter(([fault]) => (name === 'all' && wantedPhase === undefined) || name === fault);
  if (victims.length + faults.length === 0 || phases.length === 0) {
    say(`Usage: npm run chaos -- ${[...VICTIMS, ...Object.keys(FAULTS)].join('|')}|cameras|all [${PHASES.join('|')}]`);
    return false;
  }
  let good = name !== 'all' || (await killCameraOwner(say));
  const scene = await Scene.set(say);
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
