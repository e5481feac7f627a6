import { parseArgs } from 'node:util';
import { AppError } from '@capstan/kernel';
import { ConfigurationError } from '@capstan/service-kit';
import { LocalStack } from './stack/local-stack';
import { readLauncherSettings } from './stack/settings';
import { say, stopSignal } from './terminal';

/** `npm start`: everything on this machine until Ctrl-C; with `-- --replicas N` N processes of every service. */
async function main(): Promise<void> {
  const stopped = stopSignal();
  const began = performance.now();
  const { values } = parseArgs({ options: { replicas: { type: 'string' } } });
  const environment = { ...process.env, ...(values.replicas === undefined ? {} : { CAPSTAN_REPLICAS: values.replicas }) };
  const stack = await LocalStack.start({ settings: readLauncherSettings(environment), log: say });
  say('');
  say(`Capstan is ready after ${((performance.now() - began) / 1_000).toFixed(1)} s: ${stack.addresses.join(', ')}`);
  if (stack.oneTimePassword !== undefined) {
    say(`Sign in as admin with the one-time password ${stack.oneTimePassword} and choose your own.`);
  }
  say('Ctrl-C stops everything in order; the data stays.');
  await stopped;
  say('Stopping …');
  await stack.stop();
}

main().catch((error: unknown) => {
  // What a person can mend is one sentence; only what nobody foresaw shows its stack.
  const foreseen = error instanceof AppError || error instanceof ConfigurationError;
  process.stderr.write(`${foreseen ? error.message : ((error as Error).stack ?? String(error))}\n`);
  process.exitCode = 1;
});
