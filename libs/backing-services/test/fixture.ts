import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder that is gone after the test. */
export interface ScratchFolder {
  path: string;
  remove(): void;
}

/** @param mode of the folder; 0o700 is one that the system user of PostgreSQL may not enter */
export function scratchFolder(mode = 0o711): ScratchFolder {
  const folder = mkdtempSync(path.join(tmpdir(), 'capstan-backing-'));
  chmodSync(folder, mode);
  return { path: folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
