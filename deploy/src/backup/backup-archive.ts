import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, createReadStream, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '@capstan/kernel';

/** One file of a backup. */
export interface ManifestEntry {
  /** Below the data folder, with `/`. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** What stands in a backup beside the data. */
export interface BackupManifest {
  readonly format: 'capstan-backup-1';
  readonly version: string;
  readonly made_at: string;
  readonly files: readonly ManifestEntry[];
}

/** Name of the manifest inside of the archive. */
export const MANIFEST = 'capstan-backup.json';

/**
 * What is not worth keeping: logs, what a merge leaves, who runs now. Everything else is: the database, the objects, the messages that
 * are under way, the secrets.
 */
const LEFT_OUT: readonly string[] = ['logs', 'scratch', 'demo', 'launcher.json', 'run.json', MANIFEST];

/** Relative paths of all files and folders that belong into a backup, folders before what is in them. */
export function backupMembers(dataDir: string, below = ''): { files: string[]; folders: string[] } {
  const files: string[] = [];
  const folders: string[] = [];
  for (const entry of readdirSync(path.join(dataDir, below), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const member = below === '' ? entry.name : `${below}/${entry.name}`;
    if (below === '' && LEFT_OUT.includes(entry.name)) {
      continue;
    }
    if (entry.isDirectory()) {
      folders.push(member);
      const inner = backupMembers(dataDir, member);
      files.push(...inner.files);
      folders.push(...inner.folders);
    } else if (entry.isFile()) {
      files.push(member);
    }
  }
  return { files, folders };
}

async function entryOf(dataDir: string, member: string): Promise<ManifestEntry> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path.join(dataDir, member)), hash);
  return { path: member, size: lstatSync(path.join(dataDir, member)).size, sha256: hash.digest('hex') };
}

/** Runs tar; names go through its standard input, as there may be too many for a command line. @throws AppError `BACKUP_FAILED` */
async function tar(args: readonly string[], names: readonly string[] = []): Promise<void> {
  const child = spawn('tar', args, { stdio: ['pipe', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  // Whatever ends tar early is told by its exit code.
  child.stdin.on('error', () => undefined);
  child.stdin.end(names.map((name) => `${name}\0`).join(''));
  const code = await new Promise<number | null>((resolve, reject) => child.once('close', resolve).once('error', reject));
  if (code !== 0) {
    throw new AppError('BACKUP_FAILED', `tar ended with ${code}: ${complaint.trim().slice(0, 500)}`);
  }
}

/**
 * Packs a data folder nobody works on into one file that only its owner can read. The file appears under its name when it is whole.
 * @throws AppError `BACKUP_FAILED`, `BACKUP_EXISTS`
 */
export async function writeBackup(dataDir: string, file: string, about: { version: string; madeAt: string }): Promise<BackupManifest> {
  if (existsSync(file)) {
    throw new AppError('BACKUP_EXISTS', `${file} is there already; a backup replaces nothing`);
  }
  const { files, folders } = backupMembers(dataDir);
  const entries: ManifestEntry[] = [];
  for (const member of files) {
    entries.push(await entryOf(dataDir, member));
  }
  const manifest: BackupManifest = { format: 'capstan-backup-1', version: about.version, made_at: about.madeAt, files: entries };
  const draft = `${file}.${process.pid}.part`;
  writeFileSync(draft, '', { mode: 0o600 });
  writeFileSync(path.join(dataDir, MANIFEST), JSON.stringify(manifest), { mode: 0o600 });
  try {
    await tar(['--create', '--gzip', `--file=${draft}`, `--directory=${dataDir}`, '--no-recursion', '--numeric-owner', '--null', '--files-from=-'], [MANIFEST, ...folders, ...files]);
    renameSync(draft, file);
  } finally {
    rmSync(draft, { force: true });
    rmSync(path.join(dataDir, MANIFEST), { force: true });
  }
  return manifest;
}

/**
 * Unpacks a backup and compares every file with the manifest.
 * @param folder is made; must not be there
 * @throws AppError `BACKUP_FAILED`, `BACKUP_UNREADABLE`, `BACKUP_DAMAGED` naming the first files that differ; nothing is left then
 */
export async function unpackBackup(file: string, folder: string): Promise<BackupManifest> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    await tar(['--extract', '--gzip', '--preserve-permissions', `--file=${file}`, `--directory=${folder}`]);
    const manifest = readManifest(path.join(folder, MANIFEST));
    rmSync(path.join(folder, MANIFEST));
    chmodSync(folder, 0o700);
    const differences: string[] = [];
    const wanted = new Map(manifest.files.map((entry) => [entry.path, entry]));
    for (const member of backupMembers(folder).files) {
      const known = wanted.get(member);
      wanted.delete(member);
      if (known === undefined) {
        differences.push(`${member} is not in the manifest`);
      } else if ((await entryOf(folder, member)).sha256 !== known.sha256) {
        differences.push(`${member} is not what was packed`);
      }
    }
    differences.push(...[...wanted.keys()].map((member) => `${member} is missing`));
    if (differences.length > 0) {
      throw new AppError('BACKUP_DAMAGED', `${file} is damaged: ${differences.slice(0, 5).join('; ')}${differences.length > 5 ? `; and ${differences.length - 5} more` : ''}`);
    }
    return manifest;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

function readManifest(file: string): BackupManifest {
  try {
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as BackupManifest;
    if (manifest.format === 'capstan-backup-1') {
      return manifest;
    }
  } catch {
    // Told below, as for any other file that is no backup.
  }
  throw new AppError('BACKUP_UNREADABLE', 'This is no backup of Capstan, or one of a newer version');
}
