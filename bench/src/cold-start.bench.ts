import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startRabbitmq } from '@capstan/backing-services';
import { ROOT } from '@capstan/deploy';
import { type Bench, verdict } from './bench';
import { percentile, spreadOf } from './figures';

const RUNS = 3;

/** Seconds from the command to its "is ready" line; then the stack is stopped. */
async function startOnce(dataDir: string): Promise<number> {
  const began = performance.now();
  // What `npm start` runs. Not through npm, which on a signal ends before what it started has.
  const child = spawn(process.execPath, [path.join(ROOT, 'tools', 'run.mjs'), 'start'], { cwd: ROOT, env: { ...process.env, CAPSTAN_DATA_DIR: dataDir, CAPSTAN_PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  const seconds = await new Promise<number>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.includes('Capstan is ready')) {
        resolve((performance.now() - began) / 1_000);
      }
    });
    child.once('exit', (code) => reject(new Error(`npm start ended with code ${code}: ${output}`)));
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exited;
  return seconds;
}

/** `npm start` to ready, second run and later, beside the time RabbitMQ alone needs: the longest of what must be waited for. */
export const coldStart: Bench = async (say) => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'capstan-cold-'));
  try {
    say(`first run (makes the database, provisions and migrates): ${(await startOnce(dataDir)).toFixed(2)} s`);
    const runs: number[] = [];
    for (let run = 0; run < RUNS; run += 1) {
      runs.push(await startOnce(dataDir));
    }
    say(`npm start to ready: ${spreadOf(runs, 's')}`);
    const began = performance.now();
    const broker = await startRabbitmq({ dataDir: path.join(dataDir, 'bare-rabbitmq') });
    const bare = (performance.now() - began) / 1_000;
    await broker.stop();
    say(`RabbitMQ alone: ${bare.toFixed(2)} s; ratio ${(percentile(runs, 50) / bare).toFixed(2)}`);
    return verdict(say, 'npm start is ready within 12 s', percentile(runs, 50) <= 12);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
};
