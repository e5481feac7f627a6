import { existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { startPostgres, storedSecret } from '@capstan/backing-services';
import { AppError, isoTime, systemClock } from '@capstan/kernel';
import { VERSION } from '@capstan/service-kit';
import { occupy, release } from '../stack/data-folder-lock';
import type { LauncherSettings } from '../stack/settings';
import { type BackupManifest, unpackBackup, writeBackup } from './backup-archive';
import { checkStoredObjects, type ObjectCheck } from './stored-objects';

type Log = (line: string) => void;

/** @throws AppError `BACKUP_ELSEWHERE` when something that has to be kept is not in the data folder */
function assertOwnServers(settings: LauncherSettings): void {
  const foreign = (['DATABASE_URL', 'S3_ENDPOINT'] as const).filter((name) => settings[name] !== undefined);
  if (foreign.length > 0) {
    throw new AppError('BACKUP_ELSEWHERE', `${foreign.join(' and ')} name servers of your own: back those up with their own tools (docs/operations.md, Backup and restore)`);
  }
}

/**
 * Packs everything that must be kept into one file. Capstan has to be stopped: the database is copied as it lies on the disk.
 * @throws AppError `ALREADY_RUNNING`, `NOTHING_TO_BACK_UP`, and those of {@link writeBackup}
 */
export async function backUp(settings: LauncherSettings, file: string): Promise<BackupManifest> {
  assertOwnServers(settings);
  const { CAPSTAN_DATA_DIR: dataDir } = settings;
  if (!existsSync(path.join(dataDir, 'postgres'))) {
    throw new AppError('NOTHING_TO_BACK_UP', `No Capstan has run on ${dataDir}`);
  }
  occupy(dataDir);
  try {
    return await writeBackup(dataDir, file, { version: VERSION, madeAt: isoTime(systemClock.now()) });
  } finally {
    release(dataDir);
  }
}

/**
 * Unpacks a backup into an empty place and proves it: every file against the backup's manifest, then every stored object against the hash
 * the database has of it. The folder appears when both are done.
 * @throws AppError `DATA_DIR_IN_USE` when there is something already, `RESTORE_DIFFERS` naming objects that are not what they were
 */
export async function restore(settings: LauncherSettings, file: string, log: Log): Promise<{ manifest: BackupManifest; objects: ObjectCheck }> {
  assertOwnServers(settings);
  const { CAPSTAN_DATA_DIR: dataDir } = settings;
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) {
    throw new AppError('DATA_DIR_IN_USE', `${dataDir} is not empty: move it away, or choose another place with CAPSTAN_DATA_DIR`);
  }
  mkdirSync(path.dirname(dataDir), { recursive: true });
  const draft = `${dataDir}.restoring`;
  rmSync(draft, { recursive: true, force: true });
  const manifest = await unpackBackup(file, draft);
  try {
    const objects = await compareObjects(draft, log);
    if (objects.differences.length > 0) {
      throw new AppError('RESTORE_DIFFERS', `${objects.differences.length} objects are not what the database says: ${objects.differences.slice(0, 5).join(', ')}`, { details: { keys: objects.differences.slice(0, 100) } });
    }
    if (existsSync(dataDir)) {
      rmdirSync(dataDir);
    }
    renameSync(draft, dataDir);
    return { manifest, objects };
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
}

async function compareObjects(folder: string, log: Log): Promise<ObjectCheck> {
  const postgres = await startPostgres({ dataDir: path.join(folder, 'postgres'), password: storedSecret(path.join(folder, 'secrets', 'postgres-admin')), dieWithParent: true, log });
  try {
    return await checkStoredObjects(postgres.url, path.join(folder, 'objects'));
  } finally {
    await postgres.stop();
  }
}
