import { existsSync, readFileSync } from 'node:fs';
import { AppError, systemClock } from '@capstan/kernel';
import { aptProblem, isAptLocked } from './apt-problem';
import { type Log, silent } from './log';
import { type CommandResult, run } from './processes';
import { findProgram, missingTools, type Tool, type ToolName, TOOLS } from './tools';

const POLICY_FILE = '/usr/sbin/policy-rc.d';
const POLICY_MARK = '# capstan: no service is started while packages are installed';
const APT_OPTIONS = ['-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3', '-o', 'Dpkg::Options::=--force-confold'];
const APT_TIMEOUT_MS = 20 * 60_000;
const LOCK_TIMEOUT_MS = 5 * 60_000;

/** Runs a command with the right to install. */
type Privileged = (command: string, args: readonly string[], input?: string) => Promise<CommandResult>;

async function privilege(packages: readonly string[]): Promise<Privileged> {
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_SUSPEND: '1', LC_ALL: 'C' };
  if (process.getuid?.() === 0) {
    return (command, args, input) => run(command, args, { env: environment, input, timeoutMs: APT_TIMEOUT_MS });
  }
  const notAllowed = new AppError('INSTALL_NOT_ALLOWED', `Some packages are missing and this user may not install them: have an administrator run apt-get install ${packages.join(' ')}`, {
    details: { packages: [...packages] },
  });
  const sudo = findProgram('sudo');
  if (sudo === undefined) {
    throw notAllowed;
  }
  if ((await run(sudo, ['-n', 'true'])).code !== 0) {
    // sudo asks at the terminal by itself, not through our pipes; without a terminal nobody could answer.
    if (!process.stdin.isTTY || (await run(sudo, ['-v'], { timeoutMs: 300_000 })).code !== 0) {
      throw notAllowed;
    }
  }
  // sudo clears the environment, so it is set again on the other side.
  const settings = ['DEBIAN_FRONTEND=noninteractive', 'NEEDRESTART_SUSPEND=1', 'LC_ALL=C'];
  return (command, args, input) => run(sudo, ['-n', 'env', ...settings, command, ...args], { input, timeoutMs: APT_TIMEOUT_MS });
}

/**
 * Keeps packages from starting their services while `work` runs: Debian's `policy-rc.d`, exit code 101 = "not allowed".
 * One that is there already is somebody's decision and stays; ours is removed, also when an earlier run was killed and left it.
 */
async function withoutServiceStarts<T>(asRoot: Privileged, work: () => Promise<T>): Promise<T> {
  if (existsSync(POLICY_FILE) && !readFileSync(POLICY_FILE, 'utf8').includes(POLICY_MARK)) {
    return work();
  }
  const script = `#!/bin/sh\n${POLICY_MARK}\nexit 101\n`;
  const written = await asRoot('sh', ['-c', `cat > ${POLICY_FILE} && chmod 755 ${POLICY_FILE}`], script);
  if (written.code !== 0) {
    throw new AppError('PACKAGE_INSTALL_FAILED', `Nothing was installed, because ${POLICY_FILE} cannot be written and the packages would start their services: make it writable, or install them by other means`, {
      details: { stderr: written.stderr.trim() },
    });
  }
  try {
    return await work();
  } finally {
    await asRoot('rm', ['-f', POLICY_FILE]);
  }
}

async function apt(asRoot: Privileged, args: readonly string[]): Promise<CommandResult> {
  const deadline = systemClock.monotonic() + LOCK_TIMEOUT_MS;
  for (;;) {
    const result = await asRoot('apt-get', [...APT_OPTIONS, ...args]);
    // apt's own waiting covers the installation's lock, not the one of the package lists.
    if (result.code === 0 || !isAptLocked(result.stderr) || systemClock.monotonic() >= deadline) {
      return result;
    }
    await systemClock.sleep(2_000);
  }
}

/** Services of packages just installed are not to come up at the next boot either: nobody asked for an sshd or a broker on this machine. */
async function disableUnits(asRoot: Privileged, tools: readonly Tool[]): Promise<void> {
  const units = tools.flatMap((tool) => tool.units ?? []);
  if (!existsSync('/run/systemd/system')) {
    return;
  }
  for (const unit of units) {
    await asRoot('systemctl', ['disable', '--quiet', unit]);
  }
}

/**
 * Installs what is missing of `names` with apt-get, saying of each what it is for. Their services are not started, now or at boot.
 * @returns what was installed
 * @throws AppError `INSTALL_NOT_ALLOWED`, `SYSTEM_NOT_SUPPORTED`, `PACKAGES_UNREACHABLE`, `APT_LOCKED`, `DISK_LOW`, `PACKAGE_UNKNOWN`,
 *   `DPKG_INTERRUPTED`, `PACKAGE_INSTALL_FAILED`; each message says what to do.
 */
export async function installPackages(names: readonly ToolName[], options: { log?: Log } = {}): Promise<ToolName[]> {
  const log = options.log ?? silent;
  const missing = missingTools(names);
  if (missing.length === 0) {
    return [];
  }
  const tools: Tool[] = missing.map((name) => TOOLS[name]);
  const packages = [...new Set(tools.flatMap((tool) => tool.packages))];
  if (findProgram('apt-get') === undefined) {
    throw new AppError('SYSTEM_NOT_SUPPORTED', `This system has no apt-get: install these by its own means and start again: ${packages.join(', ')}`, { details: { packages } });
  }
  const asRoot = await privilege(packages);
  for (const tool of tools) {
    log(`Installing ${tool.packages.join(', ')}, which ${tool.why}`);
  }
  // A source that fails need not be the one we need: only the installation decides.
  const update = await apt(asRoot, ['update', '-q']);
  const install = await withoutServiceStarts(asRoot, () => apt(asRoot, ['install', '-q', '-y', '--no-install-recommends', ...packages]));
  if (install.code !== 0) {
    throw aptProblem(`${update.code === 0 ? '' : update.stderr}\n${install.stdout}\n${install.stderr}`, packages);
  }
  await disableUnits(asRoot, tools);
  const still = missingTools(missing);
  if (still.length > 0) {
    throw new AppError('PACKAGE_INSTALL_FAILED', `${packages.join(' ')} were installed, and still these are not there: ${still.join(', ')}; install them by other means`, { details: { still } });
  }
  return missing;
}
