import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from './settings';

/**
 * Fingerprint of all migrations of this build. A schema that carries it has had them: six processes that would find nothing to
 * do are not started, which is half of the time of a second start.
 */
export function migrationsMark(): string {
  const hash = createHash('sha256');
  for (const group of ['libs', 'apps']) {
    for (const name of readdirSync(path.join(ROOT, group)).sort()) {
      const dist = path.join(ROOT, group, name, 'dist');
      for (const file of filesOf(dist)) {
        hash.update(`${path.relative(ROOT, path.join(dist, file))}\0`).update(readFileSync(path.join(dist, file)));
      }
    }
  }
  return `capstan migrations ${hash.digest('hex')}`;
}

function filesOf(dist: string): string[] {
  try {
    return readdirSync(dist, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.migration.js'))
      .sort();
  } catch {
    return [];
  }
}
