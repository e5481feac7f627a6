import path from 'node:path';
import { parseArgs } from 'node:util';
import { AppError } from '@capstan/kernel';
import { ConfigurationError } from '@capstan/service-kit';
import { backUp, restore } from './backup/local-backup';
import { readLauncherSettings } from './stack/settings';
import { say } from './terminal';

const USAGE = 'Usage: npm run backup -- FILE      packs the data folder of a stopped Capstan\n       npm run restore -- FILE     unpacks it into an empty place and proves it\n';

/** `npm run backup` and `npm run restore`. */
async function main(): Promise<void> {
  const { positionals } = parseArgs({ allowPositionals: true });
  const [order, name] = positionals;
  if (name === undefined || (order !== 'backup' && order !== 'restore')) {
    process.stderr.write(USAGE);
    process.exitCode = 1;
    return;
  }
  const settings = readLauncherSettings(process.env);
  const file = path.resolve(name);
  if (order === 'backup') {
    const { files } = await backUp(settings, file);
    say(`${file} holds ${files.length} files, ${megabytes(files)} MB. It holds the vault's keys as well: keep it as secret as they are.`);
    return;
  }
  const { manifest, objects } = await restore(settings, file, say);
  say(`${settings.CAPSTAN_DATA_DIR} is as it was at ${manifest.made_at}: ${manifest.files.length} files, ${megabytes(manifest.files)} MB, each as in the manifest.`);
  say(`Compared with the database: ${Object.entries(objects.compared).map(([what, count]) => `${count} ${what}`).join(', ')}; all of them are what they were.`);
}

function megabytes(files: readonly { size: number }[]): string {
  return (files.reduce((sum, { size }) => sum + size, 0) / 1_000_000).toFixed(1);
}

main().catch((error: unknown) => {
  const foreseen = error instanceof AppError || error instanceof ConfigurationError;
  process.stderr.write(`${foreseen ? error.message : ((error as Error).stack ?? String(error))}\n`);
  process.exitCode = 1;
});
