import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readLauncherSettings, ROOT } from './stack/settings';

/** The broker to look into: the one named in the environment, else that of the Capstan that runs on the data folder. */
function brokerUrl(): string | undefined {
  const { RABBITMQ_URL: given, CAPSTAN_DATA_DIR: dataDir } = readLauncherSettings(process.env);
  const state = path.join(dataDir, 'run.json');
  return given ?? (existsSync(state) ? (JSON.parse(readFileSync(state, 'utf8')) as { broker_url?: string }).broker_url : undefined);
}

/** `npm run parking -- list|show|redrive|purge --service <name>`: messages that could not be handled. */
const url = brokerUrl();
if (url === undefined) {
  process.stderr.write('No Capstan runs on this data folder: start it, or name its broker with RABBITMQ_URL\n');
  process.exitCode = 1;
} else {
  // By the environment: the URL holds a password, and a command line is public.
  const cli = spawn(process.execPath, [path.join(ROOT, 'libs', 'messaging', 'dist', 'cli', 'main.js'), 'parking', ...process.argv.slice(2)], { stdio: 'inherit', env: { ...process.env, RABBITMQ_URL: url } });
  cli.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}
