import { CAPTURE_TYPES } from '@capstan/contracts';
import { Client } from 'pg';
import { type Bench, type BenchStack, type Say, startBenchStack, verdict } from '../bench';
import { CapstanContestant, WARM_UP } from './capstan';
import { wantedContestants } from './contestants';
import { FleetScene } from './fleet-scene';
import { capturesPerSec, measureContestant, type Result, sayResult } from './peers.bench';

/** `npm run bench -- collection 100` takes fewer. */
const DEVICES = Number(process.argv[3] ?? 500);
const LARGEST = Number(process.argv[3] ?? 2_000);
const SCALE = [LARGEST / 4, LARGEST / 2, LARGEST];
/** Of so many devices reading everything back would take longer than collecting it. */
const READ_EVERY = 10;
/** Debian's collectors speak to as many devices as they may from the first moment; so does Capstan here. */
const AT_ONCE = { CAPSTAN_COLLECTION_RAMP_PER_SEC: '50' } as const;
/** Devices whose configuration is edited between two runs. */
const EDITED_SHARE = 0.05;

async function withCapstan(say: Say, count: number, work: (capstan: CapstanContestant, scene: FleetScene, bench: BenchStack) => Promise<boolean>): Promise<boolean> {
  const bench = await startBenchStack(say, AT_ONCE);
  const scene = await FleetScene.start(count + WARM_UP);
  try {
    return await work(await CapstanContestant.prepare(bench, scene), scene, bench);
  } finally {
    await scene.stop();
    await bench.stop();
  }
}

function sayFailures(say: Say, { right, lost, missing, devices }: Result, examples: readonly string[]): boolean {
  if (lost > 0) {
    say(`    lost: ${examples.slice(0, 5).join(', ')}`);
  }
  return verdict(say, `every capture is right to the last byte: ${right} of ${devices * CAPTURE_TYPES.length}, ${lost} silent losses, ${missing} failed`, right === devices * CAPTURE_TYPES.length);
}

/** 500 devices, eight types, 50 at a time, end to end with parsing, loading and comparing; then Debian's collectors. */
export const collection: Bench = (say) =>
  withCapstan(say, DEVICES, async (capstan, scene) => {
    const names = scene.devices.slice(0, DEVICES).map(({ name }) => name);
    const first = await capstan.run(names);
    sayResult(say, first.result);
    const { wallSec, boundSec, logins, memoryMb } = first.result;
    const held = [
      sayFailures(say, first.result, first.verdict.lost),
      verdict(say, `wall ≤ 1.3 × the bound: ${wallSec.toFixed(1)} s of ${boundSec.toFixed(1)} s`, wallSec <= 1.3 * boundSec),
      verdict(say, `one login per device: ${logins} of ${DEVICES}`, logins === DEVICES),
      verdict(say, `peak memory of the collector < 300 MB: ${memoryMb.toFixed(0)} MB`, memoryMb < 300),
    ];
    const peers = new Map<string, Result>();
    for (const contestant of wantedContestants()) {
      const result = await measureContestant(say, scene, contestant);
      if (result !== undefined) {
        peers.set(contestant.name, result);
      }
    }
    const rate = capturesPerSec(first.result);
    const netmiko = peers.get('netmiko');
    const asyncssh = peers.get('asyncssh, by hand');
    held.push(
      verdict(say, `at least 5 times netmiko's captures per second: ${netmiko === undefined ? 'not measured' : (rate / capturesPerSec(netmiko)).toFixed(1)}`, netmiko !== undefined && rate >= 5 * capturesPerSec(netmiko)),
      verdict(say, `not slower than asyncssh by more than 1.3: ${asyncssh === undefined ? 'not measured' : (wallSec / asyncssh.wallSec).toFixed(2)}`, asyncssh !== undefined && wallSec <= 1.3 * asyncssh.wallSec),
    );
    return held.every(Boolean);
  });

/** A second run over devices of which only noise has changed, and a third after known edits. */
export const collectionUnchanged: Bench = (say) =>
  withCapstan(say, DEVICES, async (capstan, scene, bench) => {
    const names = scene.devices.slice(0, DEVICES).map(({ name }) => name);
    sayResult(say, (await capstan.run(names)).result);
    const before = await stored(bench);
    const second = await capstan.run(names);
    sayResult(say, second.result);
    const after = await stored(bench);
    const held = [
      sayFailures(say, second.result, second.verdict.lost),
      verdict(say, `nothing changed: ${after.blobs - before.blobs} new blobs, ${after.changes - before.changes} change rows`, after.blobs === before.blobs && after.changes === before.changes),
    ];
    const edited = new Set(names.filter((_, index) => index % Math.round(1 / EDITED_SHARE) === 0));
    await scene.lab.control({ do: 'fleet-edit', kind: 'noise' });
    for (const device of edited) {
      await scene.lab.control({ do: 'fleet-edit', device, kind: 'config', line: `ntp server 203.0.113.${1 + (names.indexOf(device) % 250)}`, actor: 'ann' });
    }
    const third = await capstan.run(names);
    say(`third run, after edits and noise: ${third.collected.wallSec.toFixed(1)} s`);
    const told = new Set(third.collected.devices.filter(({ captures }) => captures.some(({ capture_type: type, change }) => type === 'configs' && change === 'changed')).map(({ device_name: name }) => name));
    const wrong = [...told].filter((name) => !edited.has(name));
    const missed = [...edited].filter((name) => !told.has(name));
    // A capture that differs in noise only shows the text of the one before: only those that changed have to be the truth of now.
    const stale = third.verdict.lost.filter((capture) => edited.has(capture.replace('/configs', '')));
    held.push(
      verdict(say, `the edited configurations are right to the last byte${stale.length === 0 ? '' : `, but for ${stale.join(', ')}`}`, stale.length === 0),
      verdict(say, `${edited.size} devices were edited, all others show noise: ${told.size} configuration changes, ${wrong.length} too many, ${missed.length} missed${[...wrong, ...missed].length === 0 ? '' : ` (${[...wrong, ...missed].slice(0, 5).join(', ')})`}`, wrong.length === 0 && missed.length === 0),
    );
    return held.every(Boolean);
  });

/** Up to 2,000 devices: the time grows with their number and no faster. */
export const collectionScale: Bench = (say) =>
  withCapstan(say, SCALE.at(-1) ?? 0, async (capstan, scene) => {
    const perBound: number[] = [];
    const held: boolean[] = [];
    for (const count of SCALE) {
      const { result, verdict: gate, collected } = await capstan.run(scene.devices.slice(0, count).map(({ name }) => name), READ_EVERY);
      sayResult(say, result);
      held.push(
        verdict(say, `${gate.right} captures read back are right, ${gate.lost.length} lost, ${gate.missing} failed; ${collected.job.devices_succeeded} of ${count} devices gave everything`, gate.lost.length + gate.missing === 0 && collected.job.devices_succeeded === count),
        verdict(say, `ordered within 2 s: ${collected.orderSec.toFixed(2)} s`, collected.orderSec < 2),
      );
      perBound.push(result.wallSec / result.boundSec);
    }
    const [small = 1] = perBound;
    const large = perBound.at(-1) ?? 0;
    held.push(verdict(say, `time per work at ${SCALE.at(-1)} devices is within 10 % of that at ${SCALE[0]}: ${(large / small).toFixed(2)}`, large <= 1.1 * small));
    return held.every(Boolean);
  });

/** Rows of the catalogue that grow when something is new. */
async function stored({ stack }: BenchStack): Promise<{ blobs: number; changes: number }> {
  const client = new Client({ connectionString: stack.databaseAdminUrl });
  await client.connect();
  try {
    const count = async (table: string): Promise<number> => Number((await client.query<{ count: string }>(`SELECT count(*) FROM device_collector.${table}`)).rows[0]?.count);
    return { blobs: await count('capture_blobs'), changes: await count('device_changes') };
  } finally {
    await client.end();
  }
}
