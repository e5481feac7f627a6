import { spawn } from 'node:child_process';
import { installPackages, missingTools } from '@capstan/backing-services';
import { labCommand } from './lab/lab-process';

/** `npm run lab`: the simulated fleet alone. Standard output belongs to the lab: with `--json` it is one document. */
async function main(): Promise<void> {
  await installPackages(missingTools(['tcpdump', 'sshd', 'ip', 'sudo', 'ps', ...(process.argv.includes('--router') ? (['frr'] as const) : [])]), { log: (line) => process.stderr.write(`${line}\n`) });
  const [program, ...words] = labCommand(process.argv.slice(2));
  const lab = spawn(program, words, { stdio: 'inherit' });
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => lab.kill('SIGTERM'));
  lab.on('exit', (code) => process.exit(code ?? 1));
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
});
