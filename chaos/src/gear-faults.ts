import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { routes, sessionMachine, type SessionView } from '@capstan/contracts';
import type { ApiClient } from '@capstan/deploy';
import { systemClock } from '@capstan/kernel';
import { AWAY_MS, defectsAfter, FOREIGN_MARK, FOREIGN_POINT, patiently, Scene, until } from './scenario';

/** A fault and whether everything was as it must be behind it. */
export type Fault = (scene: Scene, say: (line: string) => void) => Promise<boolean>;

/** Long enough for a lease of 15 s to run out, for the capture to be found, and for it to go on. */
const LONG_CAPTURE_SEC = 60;
const ATTACHED_WITHIN_MS = 60_000;
const SHORT_CAPTURE_SEC = 15;
/** Of what a node sends: enough to log in and to begin its file. */
const INTO_THE_FILE_BYTES = 8_000;

/**
 * kill -9 of the device-collector while captures run that outlive a connection, beside captures of colleagues on the same
 * devices: ours go on within a minute, and theirs are not touched.
 */
export const collectorDiesWhileGearCaptures: Fault = async (scene, say) => {
  const colleagues = await Colleagues.begin(scene);
  try {
    const gear = scene.gear('cube', 'csr1000v', 'expressway');
    const sessionId = await scene.capture(await scene.client(), 'chaos: device-collector dies while EPC captures', [...scene.lab.inventory.targets, ...gear], LONG_CAPTURE_SEC);
    const api = await scene.client();
    await until(api, sessionId, (session) => session.targets.every(({ state }) => state === 'capturing') || sessionMachine.isTerminal(session.state));
    await systemClock.sleep(3_000);
    const pid = scene.stack.pids()['device-collector'];
    if (pid === undefined) {
      say('FAILED  device-collector: it was not running');
      return false;
    }
    process.kill(pid, 'SIGKILL');
    const killedAt = systemClock.monotonic();
    const foundAgain = await countingAgain(api, sessionId, killedAt);
    const session = await until(api, sessionId, ({ state }) => sessionMachine.isTerminal(state));
    const defects = [
      ...(session.state === 'completed' ? [] : [`the session is ${session.state}`]),
      ...(await defectsAfter(scene, api, session)),
      ...(await colleagues.complaints()),
    ];
    const found = [...foundAgain].map(([title, ms]) => `${title} ${(ms / 1_000).toFixed(1)} s`).join(', ');
    return told(say, `kill -9 of device-collector while ${session.targets.length} captures run: session ${session.state}, counters go on after ${found}; captures of colleagues untouched`, defects);
  } finally {
    await colleagues.end();
  }
};

/** The SFTP sink goes away in the middle of a node's `file get`, or before it: the file stays, and is collected when the sink is back. */
export const sinkAwayDuringFileGet: Fault = async (scene, say) => {
  let good = true;
  for (const [when, bytes] of [
    ['in the middle of', INTO_THE_FILE_BYTES],
    ['before', 0],
  ] as const) {
    good = (await sinkAway(scene, say, when, bytes)) && good;
  }
  return good;
};

async function sinkAway(scene: Scene, say: (line: string) => void, when: string, bytes: number): Promise<boolean> {
  const [node] = scene.gear('cucm');
  const api = await scene.client();
  const defects: string[] = [];
  if (node === undefined) {
    throw new Error('the lab has no CUCM');
  }
  scene.sinkGate.shutAfter(bytes);
  const sessionId = await scene.capture(api, `chaos: the SFTP sink goes away ${when} file get`, [node], SHORT_CAPTURE_SEC);
  const failed = await until(api, sessionId, ({ state }) => sessionMachine.isTerminal(state));
  const [target] = failed.targets;
  if (scene.sinkGate.isOpen) {
    defects.push('the transfer was too short to be hit');
  }
  if (failed.state !== 'failed' || target?.error?.details?.['collectable'] !== true) {
    defects.push(`the session is ${failed.state} with ${target?.error?.code ?? 'no error'}, not failed with files to be collected`);
  }
  const { captures, files } = (await scene.lab.control({ do: 'gear-state', host: node.name })) as { captures?: number; files?: string[] };
  if (captures !== 0 || files?.length !== 1) {
    defects.push(`the node has ${captures} captures and the files ${files?.join(', ') ?? ''}, not one file`);
  }
  await scene.sinkGate.reopen();
  const again = await api.call(routes.retryCollectCaptureSession, { params: { id: sessionId } });
  const collected = await until(api, again.session_id, ({ state }) => sessionMachine.isTerminal(state));
  if (collected.state !== 'completed') {
    defects.push(`collecting again ends ${collected.state}: ${collected.targets[0]?.error?.message ?? ''}`);
  }
  defects.push(...(await defectsAfter(scene, api, collected)));
  return told(say, `SFTP sink away ${when} file get: ${target?.error?.code ?? ''}, the file stays on the node; collected again: ${collected.state}, ${collected.targets[0]?.metrics['packets_captured'] ?? 0} packets`, defects);
}

function told(say: (line: string) => void, sentence: string, defects: readonly string[]): boolean {
  say(`${defects.length === 0 ? 'passed' : 'FAILED'}  ${sentence}`);
  defects.forEach((defect) => say(`        ${defect}`));
  return defects.length === 0;
}

/** Milliseconds from the kill until a target's live counter has risen again, by the target's name; those without one are left out. */
async function countingAgain(api: ApiClient, sessionId: string, killedAt: number): Promise<Map<string, number>> {
  // What was on its way when it died is not counted for its successor.
  await systemClock.sleep(AWAY_MS / 2);
  const packets = ({ targets }: SessionView): Map<string, number> =>
    new Map(targets.flatMap(({ title, metrics }) => (metrics['packets_captured'] === undefined ? [] : [[title, metrics['packets_captured']] as const])));
  const before = packets(await until(api, sessionId, () => true));
  const found = new Map<string, number>();
  await patiently('finding the captures again', ATTACHED_WITHIN_MS, async () => {
    const now = packets(await until(api, sessionId, () => true));
    for (const [title, count] of before) {
      if (!found.has(title) && (now.get(title) ?? 0) > count) {
        found.set(title, systemClock.monotonic() - killedAt);
      }
    }
    if (found.size < before.size) {
      throw new Error(`no news of ${[...before.keys()].filter((title) => !found.has(title)).join(', ')}`);
    }
  });
  return found;
}

/** Captures of other people on the devices: a capture point on each router, a tcpdump on each host. */
class Colleagues {
  private constructor(
    private readonly scene: Scene,
    private readonly folder: string,
    private readonly sessions: readonly ChildProcess[],
  ) {}

  static async begin(scene: Scene): Promise<Colleagues> {
    const folder = mkdtempSync(path.join(tmpdir(), 'capstan-colleague-'));
    const { targets } = scene.lab.inventory;
    const key = path.join(folder, 'key');
    writeFileSync(key, targets[0]?.private_key ?? '', { mode: 0o600 });
    const sessions = targets.map((target) =>
      spawn('ssh', ['-tt', '-i', key, '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'BatchMode=yes', '-p', String(target.port), `root@${target.host}`, 'tcpdump', '-i', target.interface, '-w', FOREIGN_MARK], { stdio: ['pipe', 'ignore', 'ignore'] }),
    );
    const colleagues = new Colleagues(scene, folder, sessions);
    for (const router of scene.gear('cube', 'csr1000v')) {
      await scene.lab.control({ do: 'gear-fault', host: router.name, fault: 'foreign-capture' });
    }
    await patiently('the captures of colleagues', 20_000, async () => {
      const complaints = await colleagues.complaints();
      if (complaints.length > 0) {
        throw new Error(complaints.join('; '));
      }
    });
    return colleagues;
  }

  /** A sentence for each of their captures that runs no more. */
  async complaints(): Promise<string[]> {
    const { scene } = this;
    const hosts = await Promise.all(scene.lab.inventory.targets.map(async ({ name }) => ((await scene.tcpdumps(name)).some((command) => command.includes(FOREIGN_MARK)) ? [] : [`the colleague's tcpdump on ${name} is gone`])));
    const routers = await Promise.all(
      scene.gear('cube', 'csr1000v').map(async ({ name }) => {
        const { points } = (await scene.lab.control({ do: 'gear-state', host: name })) as { points?: { name: string; active: boolean }[] };
        return points?.some((point) => point.name === FOREIGN_POINT && point.active) === true ? [] : [`the colleague's capture point on ${name} is gone or stopped`];
      }),
    );
    return [...hosts, ...routers].flat();
  }

  async end(): Promise<void> {
    this.sessions.forEach((session) => session.kill('SIGTERM'));
    for (const router of this.scene.gear('cube', 'csr1000v')) {
      await this.scene.lab.control({ do: 'gear-fault', host: router.name, fault: 'foreign-capture', on: false });
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
