import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(__dirname, '..', '..', '..');
const page = (name: string): string => readFileSync(path.join(ROOT, 'docs', `${name}.md`), 'utf8');

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

/** Numbers of the rows of a section's table that name a test. */
function proven(text: string, section: string): number[] {
  const [, own = ''] = text.split(`## ${section}\n`);
  return [...(own.split('\n## ')[0] ?? '').matchAll(/^\| (\d+) .*`[\w.-]+\.spec\.ts`/gm)].map(([, number]) => Number(number));
}

describe('the pages of what is covered', () => {
  const found = new Map<string, string>();
  ['libs', 'apps', 'deploy'].forEach((folder) => specs(path.join(ROOT, folder), found));

  it.each(['voice-capture-coverage', 'collection-coverage'])('%s names only tests that there are', (name) => {
    expect(claims(page(name)).filter(([file, test]) => found.get(file)?.includes(test) !== true)).toEqual([]);
  });

  it.each([
    ['voice-capture-coverage', 'Weaknesses of the first generation', 20],
    ['collection-coverage', 'Weaknesses of the first generation', 14],
    ['collection-coverage', 'Rules of a session', 19],
  ])('%s names one for each of the %s', (name, section, count) => {
    expect(proven(page(name), section)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  });
});
