import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { storedSecret } from '@capstan/backing-services';
import { AppError } from '@capstan/kernel';
import { ConfigurationError } from '@capstan/service-kit';
import { ApiClient } from './client/api-client';
import { COLLECTION_LAB_ARGS } from './demo/collection';
import { DEMO_HEALTH_SEC } from './demo/cameras';
import { DEMO_PARTS } from './demo/parts';
import { RECORDING_LAB_ARGS } from './demo/recording';
import { SCHEDULE_LAB_ARGS, SCHEDULE_WEBHOOK_NETWORKS } from './demo/schedules';
import { LabProcess } from './lab/lab-process';
import { LocalStack } from './stack/local-stack';
import { readLauncherSettings } from './stack/settings';
import { say, stopSignal } from './terminal';

/** `npm run demo`: the stack, the lab, and one real session of every kind through the public API. */
async function main(): Promise<boolean> {
  const once = process.argv.includes('--once');
  const stopped = stopSignal();
  const settings = readLauncherSettings(process.env);
  // A place of its own: the demo must neither need nor change what the person keeps in Capstan.
  const dataDir = path.join(settings.CAPSTAN_DATA_DIR, 'demo');
  mkdirSync(path.join(dataDir, 'secrets'), { recursive: true, mode: 0o700 });
  const password = settings.CAPSTAN_ADMIN_PASSWORD ?? storedSecret(path.join(dataDir, 'secrets', 'demo-admin'));
  const stack = await LocalStack.start({
    settings: {
      ...settings,
      CAPSTAN_CAMERA_HEALTH_SEC: settings.CAPSTAN_CAMERA_HEALTH_SEC ?? String(DEMO_HEALTH_SEC),
      CAPSTAN_WEBHOOK_NETWORKS: settings.CAPSTAN_WEBHOOK_NETWORKS ?? SCHEDULE_WEBHOOK_NETWORKS,
      CAPSTAN_DATA_DIR: dataDir,
      CAPSTAN_ADMIN_PASSWORD: password,
    },
    tools: ['tcpdump', 'tshark', 'sshd', 'ip', 'sudo', 'frr'],
    log: say,
  });
  say(`Capstan is ready: ${stack.address}`);
  let lab: LabProcess | undefined;
  try {
    lab = await LabProcess.start([...RECORDING_LAB_ARGS, ...COLLECTION_LAB_ARGS, ...SCHEDULE_LAB_ARGS]);
    say(`The lab has ${lab.inventory.targets.length} hosts (${lab.inventory.mode}: ${lab.inventory.mode_reason})`);
    const api = new ApiClient(stack.address);
    await api.signIn('admin', password);
    const context = { api, lab, dataDir };
    const parts: { readonly title: string; readonly run: () => Promise<boolean> }[] = [];
    for (const part of DEMO_PARTS) {
      parts.push({ title: part.title, run: 'begin' in part ? await part.begin(context) : () => part.run(context) });
    }
    let good = true;
    for (const { title, run } of parts) {
      say('');
      say(title);
      good = (await run()) && good;
    }
    if (!once) {
      say('');
      say(`Look around: ${stack.address}, user admin, password ${password}`);
      say('Ctrl-C stops the demo and the lab; what was captured stays.');
      await stopped;
    }
    return good;
  } finally {
    await lab?.stop();
    await stack.stop();
  }
}

main().then(
  (good) => {
    process.exitCode = good ? 0 : 1;
  },
  (error: unknown) => {
    const foreseen = error instanceof AppError || error instanceof ConfigurationError;
    process.stderr.write(`${foreseen ? error.message : ((error as Error).stack ?? String(error))}\n`);
    process.exitCode = 1;
  },
);
