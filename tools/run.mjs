/*
 * The first thing every npm script runs, on a machine that may have nothing but Node and npm: installs the
 * dependencies, builds what changed, then hands over to the compiled command. No dependency may be used here.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const COMMANDS = {
  start: 'deploy/dist/start.js',
  demo: 'deploy/dist/demo.js',
  lab: 'deploy/dist/lab.js',
  parking: 'deploy/dist/parking.js',
  docs: 'deploy/dist/docs/main.js',
  secrets: 'deploy/dist/secrets.js',
  backup: 'deploy/dist/backup.js',
  restore: 'deploy/dist/backup.js',
  test: 'deploy/dist/test.js',
  bench: 'bench/dist/main.js',
  chaos: 'chaos/dist/main.js',
};

function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

const [command, ...args] = process.argv.slice(2);
const entry = COMMANDS[command];
if (entry === undefined) {
  stop(`Unknown command "${command ?? ''}". There are: ${Object.keys(COMMANDS).join(', ')}.`);
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  stop(`Capstan needs Node 20.19 or later; this is ${process.version}. Install a newer Node and try again.`);
}

/** What a stamp file says; undefined when there is none. */
function readStamp(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** Runs one preparatory step; its output is shown only when it fails. */
function prepare(why, program, programArgs) {
  process.stderr.write(`${why}\n`);
  const result = spawnSync(program, programArgs, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, NX_DAEMON: 'false', SCARF_ANALYTICS: 'false' },
  });
  if (result.status !== 0) {
    stop(`${result.stdout ?? ''}${result.stderr ?? ''}\n"${program} ${programArgs.join(' ')}" failed${result.error ? ` (${result.error.message})` : ''}; its output is above.`);
  }
}

/** Fingerprint of all sources by path, size and time: 500 files in a few milliseconds, where asking Nx takes seconds. */
function sourceFingerprint() {
  const hash = createHash('sha256');
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (['node_modules', 'dist', '.nx', 'test'].includes(entry.name) || entry.name.endsWith('.spec.ts')) {
        continue;
      }
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) {
        visit(file);
      } else {
        const { size, mtimeMs } = statSync(file);
        hash.update(`${file}\0${size}\0${mtimeMs}\n`);
      }
    }
  };
  for (const folder of ['libs', 'apps', 'deploy', 'bench', 'chaos']) {
    visit(path.join(ROOT, folder));
  }
  for (const file of ['package-lock.json', '.swcrc', 'tsconfig.base.json']) {
    hash.update(readFileSync(path.join(ROOT, file)));
  }
  return hash.digest('hex');
}

const lock = createHash('sha256').update(readFileSync(path.join(ROOT, 'package-lock.json'))).digest('hex');
const installStamp = path.join(ROOT, 'node_modules', '.capstan-installed');
if (readStamp(installStamp) !== lock) {
  prepare('Installing the JavaScript dependencies (npm ci), once for this version of package-lock.json …', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  writeFileSync(installStamp, lock);
}

const fingerprint = sourceFingerprint();
const buildStamp = path.join(ROOT, 'node_modules', '.capstan-built');
if (readStamp(buildStamp) !== fingerprint || !existsSync(path.join(ROOT, entry))) {
  prepare('Building the services and the web app …', path.join(ROOT, 'node_modules', '.bin', 'nx'), ['run-many', '-t', 'build', '--output-style=static']);
  mkdirSync(path.dirname(buildStamp), { recursive: true });
  writeFileSync(buildStamp, fingerprint);
}

const child = spawn(process.execPath, ['--enable-source-maps', path.join(ROOT, entry), ...(['backup', 'restore'].includes(command) ? [command] : []), ...args], { cwd: ROOT, stdio: 'inherit' });
// A Ctrl-C at the terminal reaches the command itself; here it must only not end us before the command has stopped in order.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => child.kill('SIGTERM'));
process.on('SIGHUP', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)));
