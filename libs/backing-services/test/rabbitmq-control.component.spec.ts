import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { evaluateInBroker, type RunningRabbitmq, startRabbitmq } from '../src';

describe(evaluateInBroker.name, () => {
  let dataDir: string;
  let broker: RunningRabbitmq;

  beforeAll(async () => {
    dataDir = mkdtempSync(path.join(tmpdir(), 'capstan-broker-control-'));
    broker = await startRabbitmq({ dataDir, dieWithParent: true });
  }, 100_000);

  afterAll(async () => {
    await broker.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }, 60_000);

  it('answers many callers at the same time', async () => {
    const numbers = Array.from({ length: 20 }, (_, index) => index);
    await expect(Promise.all(numbers.map((number) => evaluateInBroker(broker.address, `${number} + 1`)))).resolves.toEqual(numbers.map((number) => String(number + 1)));
  }, 60_000);
});
