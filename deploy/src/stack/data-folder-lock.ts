import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { identify, isRunning } from '@capstan/backing-services';
import { AppError } from '@capstan/kernel';

function lockFile(dataDir: string): string {
  return path.join(dataDir, 'launcher.json');
}

/**
 * Takes a data folder for this process, and makes it where there is none.
 * @throws AppError `ALREADY_RUNNING` when another launcher works on it, `DATA_DIR_NOT_WRITABLE`
 */
export function occupy(dataDir: string): void {
  try {
    mkdirSync(path.join(dataDir, 'secrets'), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new AppError('DATA_DIR_NOT_WRITABLE', `The folder ${dataDir} cannot be made or written (${(error as NodeJS.ErrnoException).code}): choose another one with CAPSTAN_DATA_DIR`, { cause: error });
  }
  const file = lockFile(dataDir);
  if (existsSync(file)) {
    const other = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; startedAt: string };
    if (isRunning(other)) {
      throw new AppError('ALREADY_RUNNING', `Capstan already runs on ${dataDir} (process ${other.pid}): stop it first, or choose another folder with CAPSTAN_DATA_DIR and another port with CAPSTAN_PORT`);
    }
  }
  writeFileSync(file, JSON.stringify(identify(process.pid)), { mode: 0o600 });
}

/** Gives it back. */
export function release(dataDir: string): void {
  rmSync(lockFile(dataDir), { force: true });
  rmSync(path.join(dataDir, 'run.json'), { force: true });
}
