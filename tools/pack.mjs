/*
 * Gathers what one service needs to run, and nothing else: its own compiled code, that of the packages it is built on, their
 * dependencies without the tools of development, and a list of all of them (SBOM). Used by deploy/Dockerfile, after the build.
 * No dependency may be used here.
 *   node tools/pack.mjs <gateway|…|migrate|lab> <folder>
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const SERVICES = ['gateway', 'capture-orchestrator', 'device-collector', 'camera-service', 'sdr-acquirer', 'notifier'];
/** What is started, and the packages whose compiled code it runs. */
const APPS = {
  ...Object.fromEntries(SERVICES.map((name) => [name, { main: `apps/${name}/dist/main.js`, roots: [`apps/${name}`] }])),
  // Each service brings its own tables up to date: the one-shot step runs them all.
  migrate: { main: 'deploy/dist/provision.js', roots: ['deploy', ...SERVICES.map((name) => `apps/${name}`)] },
  lab: { main: 'apps/lab/dist/main.js', roots: ['apps/lab'] },
};

function stop(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

const [name, target] = process.argv.slice(2);
const app = APPS[name];
if (app === undefined || target === undefined) {
  stop(`Usage: node tools/pack.mjs <${Object.keys(APPS).join('|')}> <folder>`);
}
const out = path.resolve(target);

function readPackage(folder) {
  return JSON.parse(readFileSync(path.join(ROOT, folder, 'package.json'), 'utf8'));
}

/** Folders of all workspaces by package name. */
const workspaces = new Map(
  readPackage('.')
    .workspaces.flatMap((pattern) => (pattern.endsWith('/*') ? readdirSync(path.join(ROOT, pattern.slice(0, -2))).map((entry) => `${pattern.slice(0, -1)}${entry}`) : [pattern]))
    .filter((folder) => existsSync(path.join(ROOT, folder, 'package.json')))
    .map((folder) => [readPackage(folder).name, folder]),
);

/** The named folders and every workspace their code needs. */
function closure(roots) {
  const found = new Set();
  const visit = (folder) => {
    if (!found.has(folder)) {
      found.add(folder);
      Object.keys(readPackage(folder).dependencies ?? {}).forEach((dependency) => workspaces.has(dependency) && visit(workspaces.get(dependency)));
    }
  };
  roots.forEach(visit);
  return [...found];
}

function run(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: out, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0) {
    stop(`${stdout}${stderr}\n"${program} ${args.join(' ')}" failed; its output is above.`);
  }
  return stdout;
}

mkdirSync(out, { recursive: true });
for (const file of ['package.json', 'package-lock.json', '.npmrc', ...[...workspaces.values()].map((folder) => `${folder}/package.json`)]) {
  cpSync(path.join(ROOT, file), path.join(out, file), { recursive: true });
}
const filter = app.roots.map((root) => `--workspace=${root}`);
// The lock file is of the whole repository, and npm checks it against all of it; installed is what the named workspaces need.
// No install script is run: what services need comes compiled.
run('npm', ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', ...filter]);
const packages = closure(app.roots);
for (const folder of packages) {
  if (!existsSync(path.join(ROOT, folder, 'dist'))) {
    stop(`${folder} has not been built: npm run build`);
  }
  cpSync(path.join(ROOT, folder, 'dist'), path.join(out, folder, 'dist'), { recursive: true });
}
if (name === 'gateway') {
  cpSync(path.join(ROOT, 'apps/web/dist'), path.join(out, 'apps/web/dist'), { recursive: true });
}
writeFileSync(path.join(out, 'sbom.cdx.json'), run('npm', ['sbom', '--omit=dev', '--sbom-format=cyclonedx', '--sbom-type=application', ...filter]));

// The manifests of the other workspaces were npm's to read; links to them would lead nowhere.
for (const folder of workspaces.values()) {
  if (!packages.includes(folder) && !(name === 'gateway' && folder === 'apps/web')) {
    rmSync(path.join(out, folder), { recursive: true, force: true });
  }
}
const scope = path.join(out, 'node_modules', '@capstan');
for (const entry of existsSync(scope) ? readdirSync(scope) : []) {
  if (lstatSync(path.join(scope, entry)).isSymbolicLink() && !existsSync(path.join(scope, entry))) {
    rmSync(path.join(scope, entry));
  }
}
for (const file of ['package-lock.json', '.npmrc', 'node_modules/.package-lock.json']) {
  rmSync(path.join(out, file), { force: true });
}
// One name for whatever the image runs, so that arguments such as `migrate` need no path.
writeFileSync(path.join(out, 'main.cjs'), `require('./${app.main}');\n`);
