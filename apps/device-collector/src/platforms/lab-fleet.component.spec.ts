import { createHash } from 'node:crypto';
import { cleanText, DeviceFleet, fleetAddress, type InventoryCliDevice, type TypeTruth, USUAL_MIX } from '@capstan/lab';
import { systemClock } from '@capstan/kernel';
import { CliSession } from '../ssh/cli/cli-session.client';
import { directTcp } from '../ssh/socket-opener.client';
import { SshConnector } from '../ssh/ssh-connector.client';
import type { CommandOutput } from './collecting/command-output';
import type { KnownOfDevice } from './collecting/command-run';
import { proveCompleteness, type ReadingEvidence } from './completeness/completeness';
import { findPlatform, type Platform } from './index';

const never = new AbortController().signal;
const trustAll = { knownKeyType: () => Promise.resolve(undefined), check: () => Promise.resolve() };
/** A slot no lab takes. */
const SLOT = 253;

interface Collected {
  readonly type: string;
  readonly outputs: readonly CommandOutput[];
  readonly parsed: ReturnType<Platform['parse']>;
  readonly verdict: string;
}

/** One login, and every type the manifest knows. */
async function collect(device: InventoryCliDevice, platform: Platform, truth: readonly TypeTruth[]): Promise<Collected[]> {
  const pending = await new SshConnector(systemClock, directTcp, trustAll).connect({ host: device.address, port: device.port }, never);
  const connection = await pending.authenticate({ username: device.username, password: device.password }, never);
  const session = new CliSession(await connection.shell(never), systemClock, { host: device.name, pagers: platform.session.pagers });
  await session.sync(5_000, never);
  for (const command of platform.session.setup) {
    await session.run(command, never);
  }
  const known: KnownOfDevice = {};
  const collected: Collected[] = [];
  for (const { type } of truth) {
    const run = platform.run(type, known);
    const evidence: ReadingEvidence[] = [];
    for (let next = run?.next(); run !== undefined && next !== undefined; next = run.next()) {
      const { text } = await session.run(`${next.text}${platform.session.suffix ?? ''}`, never);
      const before = run.outputs.length;
      run.take(text);
      if (run.outputs.length > before) {
        evidence.push({ endedBy: 'prompt' });
      }
    }
    const outputs = run?.outputs ?? [];
    const parsed = platform.parse(type, outputs);
    collected.push({ type, outputs, parsed, verdict: proveCompleteness({ platform, type, outputs, evidence, parsed }).verdict });
  }
  await session.leave(platform.session.exit[0] ?? 'exit', 1_000);
  await connection.end(AbortSignal.timeout(1_000));
  return collected;
}

describe('platforms and the devices of the lab', () => {
  // Of ten devices the seventh has a VRF.
  const fleet = new DeviceFleet({ count: 10, mix: USUAL_MIX, payload: 'small', think: { medianMs: 0, p99Ms: 0 }, port: 20_023, faults: new Map(), usualFaults: false, seed: 3 }, systemClock, () => 'made-up');

  beforeAll(() => fleet.start((index) => fleetAddress(SLOT, index)));
  afterAll(() => fleet.stop());

  it('reads every answer to the byte and every line into rows, as the manifest of the truth has them', async () => {
    const truth = fleet.truth();
    for (const device of fleet.inventory()) {
      const platform = findPlatform(device.platform);
      const own = truth[device.name] ?? [];
      const collected = await collect(device, platform!, own);
      for (const { type, outputs, parsed, verdict } of collected) {
        const { command, sha256, rows } = own.find((each) => each.type === type)!;
        const said = outputs.find((output) => output.command === command)?.text ?? '';
        const what = { device: device.name, type };
        expect({ ...what, sha256: createHash('sha256').update(cleanText(said)).digest('hex') }).toEqual({ ...what, sha256 });
        expect({ ...what, unparsed: parsed.unparsed.map(({ text }) => text), rows: type === 'configs' ? undefined : parsed.rows.length, verdict }).toEqual({ ...what, unparsed: [], rows, verdict: 'proven' });
      }
    }
    expect(fleet.counts(undefined, false)).toMatchObject({ connections: 10, logins: 10, most_open: 1 });
  });
});
