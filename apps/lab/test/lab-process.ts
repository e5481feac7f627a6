import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Inventory, InventoryTarget } from '../src/inventory';

const REPOSITORY = join(__dirname, '../../..');
const READY_WITHIN_MS = 40_000;

/** The lab as everybody else meets it: a child process that speaks JSON lines. Needs root, or sudo without a password. */
export class LabProcess {
  private static readonly running = new Set<LabProcess>();
  readonly exited: Promise<number | null>;
  private readonly answers = new Map<number, (answer: Record<string, unknown>) => void>();
  private orders = 0;

  private constructor(
    private readonly child: ChildProcess,
    lines: (listener: (line: string) => void) => void,
  ) {
    LabProcess.running.add(this);
    this.exited = new Promise((resolve) => child.once('exit', (code) => {
      LabProcess.running.delete(this);
      resolve(code);
    }));
    lines((line) => {
      const answer = JSON.parse(line) as Record<string, unknown>;
      if (answer.event === 'answer') {
        this.answers.get(answer.id as number)?.(answer);
      }
    });
  }

  /** Compiles the lab and what it imports, because the command line runs from `dist`. */
  static build(): void {
    for (const folder of ['libs/kernel', 'apps/lab']) {
      execFileSync('npm', ['run', '--silent', 'build'], { cwd: join(REPOSITORY, folder), stdio: ['ignore', 'ignore', 'inherit'] });
    }
  }

  static async start(...args: string[]): Promise<{ lab: LabProcess; inventory: Inventory }> {
    const [program, ...rest] = asRoot(process.execPath, join(REPOSITORY, 'apps/lab/dist/main.js'), '--json', ...args);
    const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
    const reader = createInterface(child.stdout);
    const errors: string[] = [];
    createInterface(child.stderr).on('line', (line) => errors.push(line));
    const ready = new Promise<Inventory>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the lab is not ready: ${errors.join('\n')}`)), READY_WITHIN_MS);
      reader.once('line', (line) => {
        clearTimeout(timer);
        resolve(JSON.parse(line) as Inventory);
      });
      child.once('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`the lab ended with ${code}: ${errors.join('\n')}`));
      });
    });
    const lab = new LabProcess(child, (listener) => reader.on('line', listener));
    return { lab, inventory: await ready };
  }

  control(order: Record<string, unknown>): Promise<Record<string, unknown>> {
    const id = (this.orders += 1);
    return new Promise((resolve) => {
      this.answers.set(id, resolve);
      this.child.stdin?.write(`${JSON.stringify({ ...order, id })}\n`);
    });
  }

  /** What a launcher that dies does to it. */
  closeStdin(): void {
    this.child.stdin?.end();
  }

  /** Stops every lab of this test file that a failed test left running. */
  static async stopAll(): Promise<void> {
    await Promise.all([...LabProcess.running].map((lab) => lab.stop()));
  }

  async stop(): Promise<number | null> {
    this.closeStdin();
    return this.exited;
  }
}

/** A command line that runs as root. */
export function asRoot(...command: [string, ...string[]]): [string, ...string[]] {
  return process.getuid?.() === 0 ? command : ['sudo', '-n', ...command];
}

/** The target of that name. */
export function target(inventory: Inventory, name: string): InventoryTarget {
  const found = inventory.targets.find((candidate) => candidate.name === name);
  if (!found) {
    throw new Error(`no ${name} in the inventory`);
  }
  return found;
}
