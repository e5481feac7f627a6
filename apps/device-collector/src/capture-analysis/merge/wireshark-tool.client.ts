import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { AppError } from '@capstan/kernel';

/** Programs of the Debian package `tshark` (and its `wireshark-common`). */
export type WiresharkProgram = 'tshark' | 'editcap' | 'mergecap' | 'reordercap';

/** How to run one. */
export interface ToolOptions {
  /** An empty private folder: tools look for settings of their user there, and find none. */
  readonly home: string;
  /** Kills the program with its reason. */
  readonly signal: AbortSignal;
  /** Told each line of output; without it the output is not read. */
  readonly onLine?: (line: string) => void;
  /** Bytes the program may have mapped at most. Default 4 GiB. */
  readonly memoryBytes?: number;
}

/** What a program said besides its output. */
export interface ToolEnd {
  /** Lines on stderr that are worth telling: warnings. */
  readonly warnings: readonly string[];
}

/** Far more than a merge of fifty files or a dissection of millions of packets took; a runaway ends here and not the machine. */
const MEMORY_BYTES = 4 * 1_024 ** 3;
const MAX_STDERR = 16_384;
const PATH = '/usr/local/bin:/usr/bin:/bin';
/** Printed whenever tshark is run by root. */
const HARMLESS = /^Running as user "root"/;

/**
 * Runs one of Wireshark's programs: at low priority and within a limit of memory, with an environment that holds nothing of
 * ours, because it parses what strangers sent.
 * @throws AppError `ANALYSIS_TOOL_MISSING`, `ANALYSIS_TOOL_FAILED` with what the program said; the signal's reason
 */
export async function runTool(program: WiresharkProgram, args: readonly string[], options: ToolOptions): Promise<ToolEnd> {
  return await outcomeOf(program, startTool(program, args, options), options);
}

/** As {@link runTool}, for a program that is fed: give it its input by `stdin`, then wait for {@link outcomeOf}. */
export function startTool(program: WiresharkProgram | 'sh', args: readonly string[], { home, signal, memoryBytes = MEMORY_BYTES, onLine }: ToolOptions, stdin: 'ignore' | 'pipe' = 'ignore'): ChildProcess {
  signal.throwIfAborted();
  const child = spawn('prlimit', [`--as=${memoryBytes}`, 'nice', '-n', '5', program, ...args], {
    stdio: [stdin, onLine === undefined ? 'ignore' : 'pipe', 'pipe'],
    env: { PATH, HOME: home, WIRESHARK_CONFIG_DIR: home, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
  });
  const kill = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', kill, { once: true });
  child.once('close', () => signal.removeEventListener('abort', kill));
  return child;
}

/** Waits for a program to end well. */
export async function outcomeOf(program: string, child: ChildProcess, { signal, onLine, home }: ToolOptions): Promise<ToolEnd> {
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(0, MAX_STDERR);
  });
  if (onLine !== undefined && child.stdout !== null) {
    createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine);
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).catch((error: unknown) => {
    throw new AppError('ANALYSIS_TOOL_MISSING', 'prlimit, nice or a program of Wireshark cannot be run on this machine: install util-linux and tshark', { cause: error });
  });
  signal.throwIfAborted();
  const said = stderr.replaceAll(home, '…').split('\n').map((line) => line.trim()).filter((line) => line !== '' && !HARMLESS.test(line));
  // nice cannot find the program: 127.
  if (code === 127) {
    throw new AppError('ANALYSIS_TOOL_MISSING', `${program} is not installed on this machine: it comes with the package tshark`);
  }
  if (code !== 0) {
    throw new AppError('ANALYSIS_TOOL_FAILED', `${program} failed${said.length === 0 ? '' : `: ${said.join(' ').slice(0, 500)}`}`, { details: { program, code } });
  }
  return { warnings: said };
}
