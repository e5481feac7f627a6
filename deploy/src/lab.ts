import { spawn } from 'node:child_process';
import path from 'node:path';
import { installPackages, missingTools } from '@capstan/backing-services';
import { ROOT } from './stack/settings';

/** `npm run lab`: the simulated fleet alone. Standard output belongs to the lab: with `--json` it is one document. */
async function main(): Promise<void> {
  await installPackages(missingTools(['tcpdump', 'sshd', 'ip', 'sudo', 'ps']), { log: (line) => process.stderr.write(`${line}\n`) });
  const lab = spawn(process.execPath, [path.join(ROOT, 'apps', 'lab', 'dist', 'main.js'), ...process.argv.slice(2)], { stdio: 'inherit' });
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => lab.kill('SIGTERM'));
  lab.on('exit', (code) => process.exit(code ?? 1));
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
});
