import { cpSync, mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '@capstan/kernel';
import { seededRandom } from '@capstan/testing';
import { patiently } from '../scenario';
import { judge } from './judgement';
import { PatientClient } from './patient-client.client';
import { describeStrike, lastsMs, type PlannedStrike, planStorm } from './plan';
import { readyAgain, ReadyWatch } from './ready-watch.client';
import { type KindOutcome, storyOf, type StormReport, type StrikeOutcome, tally } from './report';
import { Stage } from './stage';
import { Strikes } from './strikes.client';
import { type Ordered, Workload } from './workload';

/** What `npm run chaos -- storm` may be told. */
export interface StormOptions {
  readonly faults: number;
  readonly replicas: number;
  readonly seed: number;
  /** Folder for `storm.json` and `storm.md`. */
  readonly report: string;
}

/** Sessions are at work before the first strike. */
const CALM_MS = 8_000;
const READY_WITHIN_MS = 120_000;

interface Struck {
  readonly planned: PlannedStrike;
  readonly at: number;
  readonly names: readonly string[];
  readonly atWork: readonly { readonly ordered: Ordered; readonly state: string }[];
}

/** Many faults, one after the other, upon a stack of several replicas that works all the time. @returns whether nothing was found that must not be */
export async function storm({ faults, replicas, seed, report: folder }: StormOptions, say: (line: string) => void): Promise<boolean> {
  const plan = planStorm({ faults, replicas, random: seededRandom(seed) });
  say(`Storm of ${faults} faults upon ${replicas} replicas, seed ${seed}; it lasts ${((plan.at(-1)?.atMs ?? 0) / 60_000).toFixed(1)} min`);
  const scratch = mkdtempSync(path.join(tmpdir(), 'capstan-storm-'));
  const stage = await Stage.set(replicas, scratch, () => undefined);
  const { scene } = stage;
  let good = false;
  try {
    const client = await PatientClient.signIn(scene.stack.addresses, scene.password);
    const workload = await Workload.prepare(scene, client);
    const watch = new ReadyWatch(scene.stack.readyUrls());
    const startedAt = new Date(systemClock.now()).toISOString();
    const work = workload.run();
    await systemClock.sleep(CALM_MS);
    const began = systemClock.monotonic();
    const strikes = new Strikes(stage, replicas);
    const struck = await strikeAll(plan, { strikes, workload, began, say });
    await strikes.over();
    workload.end();
    const stormSec = (systemClock.monotonic() - began) / 1_000;
    say(`The storm is over after ${(stormSec / 60).toFixed(1)} min; ${workload.atWork().length} sessions are still at work`);
    await work;
    await patiently('readiness', READY_WITHIN_MS, async () => {
      const last = watch.samples.at(-1);
      if (last === undefined || last.notReady.length > 0) {
        throw new Error(`not ready: ${last?.notReady.join(', ') ?? 'nobody was asked'}`);
      }
    }).catch((error: unknown) => workload.complaints.push((error as Error).message));
    say('Judging');
    const { defects, figures } = await judge(scene, workload, client);
    await watch.end();
    const report: StormReport = {
      seed,
      faults,
      replicas,
      startedAt,
      stormSec,
      drainedSec: (systemClock.monotonic() - began) / 1_000 - stormSec,
      endedThemselves: stage.endedThemselves.length,
      figures,
      kinds: kindsOf(workload.ordered),
      strikes: struck.map((each) => outcomeOf(each, began, watch)),
      defects,
    };
    write(folder, report);
    good = defects.length === 0;
    say(storyOf(report).split('\n| no. |')[0] ?? '');
    say(`${defects.length === 0 ? 'passed' : 'FAILED'}  storm of ${faults} faults, ${defects.length} defects; the report is in ${folder}`);
    return good;
  } finally {
    if (!good) {
      cpSync(path.join(scene.dataDir, 'logs'), path.join(folder, 'logs'), { recursive: true });
    }
    await stage.clear();
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function strikeAll(plan: readonly PlannedStrike[], { strikes, workload, began, say }: { strikes: Strikes; workload: Workload; began: number; say: (line: string) => void }): Promise<Struck[]> {
  const struck: Struck[] = [];
  for (const planned of plan) {
    await systemClock.sleep(Math.max(0, began + planned.atMs - systemClock.monotonic()));
    const atWork = workload.atWork().map((ordered) => ({ ordered, state: ordered.state }));
    const names = await strikes.begin(planned.strike);
    const at = systemClock.monotonic();
    struck.push({ planned, at, names, atWork });
    say(`${String(planned.number).padStart(4)}  ${((at - began) / 1_000).toFixed(0).padStart(5)} s  ${describeStrike(planned.strike)}; at work: ${atWork.map(({ ordered, state }) => `${ordered.kind} ${state}`).join(', ') || 'nothing'}`);
  }
  return struck;
}

function outcomeOf({ planned, at, names, atWork }: Struck, began: number, watch: ReadyWatch): StrikeOutcome {
  const over = at + lastsMs(planned.strike);
  const sec = (ms: number | null): number | null => (ms === null ? null : Math.round(ms / 100) / 10);
  return {
    number: planned.number,
    atSec: (at - began) / 1_000,
    kind: planned.strike.kind,
    what: describeStrike(planned.strike),
    atWork: atWork.map(({ ordered, state }) => ({ name: ordered.name, kind: ordered.kind, state, ended: ordered.ended?.state ?? null })),
    struckReadySec: sec(readyAgain(watch.samples, over, names)),
    allReadySec: sec(readyAgain(watch.samples, over, watch.names)),
  };
}

function kindsOf(ordered: readonly Ordered[]): KindOutcome[] {
  return [...new Set(ordered.map(({ kind }) => kind))].map((kind) => {
    const own = ordered.filter((each) => each.kind === kind);
    return {
      kind,
      ends: tally(own.map(({ ended }) => ended?.state ?? 'not at all')),
      errors: tally(own.flatMap(({ ended }) => (ended?.targets ?? []).filter(({ state }) => state === 'failed').map(({ error }) => error?.code ?? 'no code'))),
    };
  });
}

function write(folder: string, report: StormReport): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'storm.json'), `${JSON.stringify(report, null, 1)}\n`);
  writeFileSync(path.join(folder, 'storm.md'), storyOf(report));
}
