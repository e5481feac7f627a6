import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '@capstan/deploy';
import { systemClock } from '@capstan/kernel';
import { Scene } from './scenario';
import { judge } from './storm/judgement';
import { LAB } from './storm/stage';
import { PatientClient } from './storm/patient-client.client';
import { Workload } from './storm/workload';

const run = promisify(execFile);

/** How long both versions work side by side before nothing new is ordered. */
const WORK_MS = 60_000;
/** Whose shares of the work are told. */
const WORKERS = ['device-collector', 'camera-service', 'sdr-acquirer'] as const;
const OLD_REPLICA = 1;

/**
 * One process of every service of this version beside one of an earlier version, on the tables of this one: sessions of every kind are
 * ordered at both gateways, and work goes to whoever claims it.
 * @param from a git ref; by default the newest tag, else what was there before the tables last changed
 * @returns whether nothing was found that must not be
 */
export async function mixVersions(from: string | undefined, say: (line: string) => void): Promise<boolean> {
  const ref = from ?? (await earlierVersion());
  const scratch = mkdtempSync(path.join(tmpdir(), 'capstan-upgrade-'));
  const old = path.join(scratch, 'old');
  await git('worktree', 'add', '--detach', old, ref);
  try {
    const { stdout: commit } = await run('git', ['log', '-1', '--format=%h of %cd', '--date=iso'], { cwd: old });
    say(`Building ${ref} (${commit.trim()})`);
    await build(old);
    const scene = await Scene.set(() => undefined, { replicas: 2, labArgs: [...LAB], rootOf: (replica) => (replica === OLD_REPLICA ? old : ROOT) });
    try {
      const client = await PatientClient.signIn(scene.stack.addresses, scene.password);
      const workload = await Workload.prepare(scene, client);
      const work = workload.run();
      await systemClock.sleep(WORK_MS);
      workload.end();
      await work;
      const { defects, figures } = await judge(scene, workload, client);
      const shares = WORKERS.map((worker) => `${worker} ${done(scene, worker)} by this version, ${done(scene, `${worker}-${OLD_REPLICA + 1}`)} by the earlier one`);
      const ends = workload.ordered.map(({ ended }) => ended?.state ?? 'not ended');
      const unfinished = ends.filter((state) => !['completed', 'cancelled'].includes(state)).length;
      defects.forEach((defect) => say(`        ${defect}`));
      say(`${defects.length + unfinished === 0 ? 'passed' : 'FAILED'}  this version beside ${ref}: ${figures.sessions} sessions with ${figures.targets} targets, ${unfinished} not completed; ${figures.artifacts} artifacts; tasks: ${shares.join('; ')}`);
      return defects.length + unfinished === 0;
    } finally {
      await scene.clear();
    }
  } finally {
    await git('worktree', 'remove', '--force', old);
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function git(...args: string[]): Promise<string> {
  return (await run('git', args, { cwd: ROOT })).stdout.trim();
}

async function earlierVersion(): Promise<string> {
  const tag = await git('tag', '--sort=-creatordate', '--merged', 'HEAD');
  const [newest] = tag.split('\n').filter((name) => name !== '');
  return newest ?? `${await git('log', '-1', '--first-parent', '--format=%H', '--', '*.migration.ts')}^`;
}

/** The dependencies are ours: those of an earlier version are among them, or its build says what is missing. */
async function build(folder: string): Promise<void> {
  for (const modules of ['node_modules', path.join('apps', 'web', 'node_modules')]) {
    if (existsSync(path.join(ROOT, modules))) {
      await run('cp', ['-al', path.join(ROOT, modules), path.join(folder, modules)]);
    }
  }
  await run(path.join(folder, 'node_modules', '.bin', 'nx'), ['run-many', '-t', 'build', '--output-style=static'], { cwd: folder, env: { ...process.env, NX_DAEMON: 'false' }, maxBuffer: 64 * 1024 * 1024 });
}

/** Tasks that a process brought to their end, by its log. */
function done(scene: Scene, name: string): number {
  return readFileSync(path.join(scene.dataDir, 'logs', `${name}.log`), 'utf8').split('Task completed').length - 1;
}
