import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '..', '..', '..');
const PAGE = readFileSync(path.join(ROOT, 'docs', 'voice-capture-coverage.md'), 'utf8');

/** Adds the text of every spec by its file name; files of one name together. */
function specs(folder: string, found: Map<string, string>): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory() && !['node_modules', 'dist', '.nx'].includes(entry.name)) {
      specs(file, found);
    } else if (entry.name.endsWith('.spec.ts')) {
      found.set(entry.name, `${found.get(entry.name) ?? ''}${readFileSync(file, 'utf8')}`);
    }
  }
}

/** Each “name” of the page with the file that was named last before it; a file without a name stands alone. */
function claims(page: string): [file: string, test: string][] {
  let file = '';
  return [...page.matchAll(/`([\w.-]+\.spec\.ts)`|“([^”]+)”/g)].flatMap(([, named, test]): [string, string][] => {
    file = named ?? file;
    return named !== undefined ? [[named, '']] : file === '' || test === undefined || test === 'name' ? [] : [[file, test]];
  });
}

describe('docs/voice-capture-coverage.md', () => {
  const found = new Map<string, string>();
  ['libs', 'apps', 'deploy'].forEach((folder) => specs(path.join(ROOT, folder), found));

  it('names only tests that there are', () => {
    expect(claims(PAGE).filter(([file, test]) => found.get(file)?.includes(test) !== true)).toEqual([]);
  });

  it('names one for every weakness of the first generation', () => {
    expect([...PAGE.matchAll(/^\| (\d+) .*`[\w.-]+\.spec\.ts`/gm)].map(([, number]) => Number(number))).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });
});
