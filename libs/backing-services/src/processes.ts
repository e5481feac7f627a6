import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { systemClock } from '@capstan/kernel';

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  pid: number;
  /** Start time in clock ticks since boot; field 22 of proc(5) `/proc/[pid]/stat`. */
  startedAt: string;
}

/** How a process ended. */
export interface ProcessExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A server we started, in a session of its own. */
export interface ServerProcess extends ProcessIdentity {
  /** Resolves when it has ended. Never rejects. */
  exited: Promise<ProcessExit>;
  /** How it ended, or undefined while it runs. */
  readonly exit: ProcessExit | undefined;
}

/** Options of {@link spawnServer}. */
export interface ServerOptions {
  cwd?: string;
  env: NodeJS.ProcessEnv;
  /** Standard output and error are appended here. A file, not a pipe: the server may outlive us, and must not die of a closed pipe. */
  logFile: string;
  /** The server is killed by the kernel when this process dies, however it dies. For throwaway servers. */
  dieWithParent?: boolean;
  /** Run as this user, when this process is root. */
  identity?: UserIdentity;
}

/** The user a server runs as. */
export interface UserIdentity {
  uid: number;
  gid: number;
  /**
   * Let it pass through folders and read files that its user may not (CAP_DAC_READ_SEARCH, nothing else): for a checkout under a
   * home folder that only its owner may enter. The alternative would be to open the home folder to every user of the machine.
   */
  passLockedFolders?: boolean;
}

interface ProcStat {
  state: string;
  startedAt: string;
}

function readStat(pid: number): ProcStat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the command in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startedAt: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

/** The identity of a running process; undefined when there is none, or only its corpse. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  return stat === undefined || stat.state === 'Z' || stat.state === 'X' ? undefined : { pid, startedAt: stat.startedAt };
}

/** Whether exactly this process still runs. */
export function isRunning(process: ProcessIdentity): boolean {
  return identify(process.pid)?.startedAt === process.startedAt;
}

/** The command line of setpriv(1) that puts the options into force, then runs `command`. */
export function privilegeArguments(command: string, args: readonly string[], options: Pick<ServerOptions, 'dieWithParent' | 'identity'>): string[] {
  const flags: string[] = [];
  if (options.identity !== undefined) {
    const { uid, gid, passLockedFolders } = options.identity;
    flags.push(`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups');
    const caps = passLockedFolders === true ? '-all,+dac_read_search' : '-all';
    flags.push(`--inh-caps=${caps}`);
    if (passLockedFolders === true) {
      // access(2), by which PostgreSQL looks whether its own programs can be run, leaves out the capabilities of every
      // user but root unless this bit is set. What execve leaves is the ambient capability alone, with the bit or without.
      flags.push(`--ambient-caps=${caps}`, '--securebits=+no_setuid_fixup');
    }
  }
  if (options.dieWithParent === true) {
    flags.push('--pdeathsig=KILL');
  }
  return [...flags, '--', command, ...args];
}

/**
 * Starts a server in a session of its own, so that a Ctrl-C at the terminal reaches us and not it: we decide when it stops.
 * @throws Error when it cannot be started at all.
 */
export async function spawnServer(command: string, args: readonly string[], options: ServerOptions): Promise<ServerProcess> {
  const log = openSync(options.logFile, 'a', 0o600);
  try {
    const child = spawn('setpriv', privilegeArguments(command, args, options), {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: ['ignore', log, log],
    });
    let exit: ProcessExit | undefined;
    const exited = new Promise<ProcessExit>((resolve) => {
      child.once('exit', (code, signal) => {
        exit = { code, signal };
        resolve(exit);
      });
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    const pid = child.pid!;
    return {
      pid,
      startedAt: readStat(pid)?.startedAt ?? '',
      exited,
      get exit() {
        return exit;
      },
    };
  } finally {
    closeSync(log);
  }
}

/** Sends a signal; a process that is gone already is no error. */
export function signalProcess(process_: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isRunning(process_)) {
    return;
  }
  try {
    process.kill(process_.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') {
      throw error;
    }
  }
}

/**
 * Asks `condition` until it is true.
 * @returns false when `timeoutMs` passed first.
 */
export async function poll(condition: () => boolean | Promise<boolean>, timeoutMs: number, everyMs = 20): Promise<boolean> {
  const deadline = systemClock.monotonic() + timeoutMs;
  for (;;) {
    if (await condition()) {
      return true;
    }
    if (systemClock.monotonic() >= deadline) {
      return false;
    }
    await systemClock.sleep(everyMs);
  }
}

/**
 * Stops a process by signals, each given its time, the last one being SIGKILL.
 * @returns the signal that ended it, or undefined when it was gone already.
 */
export async function stopProcess(process_: ProcessIdentity, steps: readonly { signal: NodeJS.Signals; waitMs: number }[]): Promise<NodeJS.Signals | undefined> {
  for (const { signal, waitMs } of [...steps, { signal: 'SIGKILL' as const, waitMs: 10_000 }]) {
    if (!isRunning(process_)) {
      return undefined;
    }
    signalProcess(process_, signal);
    if (await poll(() => !isRunning(process_), waitMs)) {
      return signal;
    }
  }
  return undefined;
}

/** What a command said. */
export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Options of {@link run}. */
export interface RunOptions {
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Given to standard input; the place for secrets, which a command line would show to every user of the machine. */
  input?: string;
  timeoutMs?: number;
}

/** Runs a command to its end. A non-zero exit is a result, not an error; a command that does not exist has code 127. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = execFile(
      command,
      [...args],
      { env: options.env, cwd: options.cwd, timeout: options.timeoutMs ?? 60_000, maxBuffer: 16 * 1024 * 1024, killSignal: 'SIGKILL' },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : (error.code as unknown) === 'ENOENT' ? 127 : 128;
        resolve({ code, stdout, stderr });
      },
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input ?? '');
  });
}
