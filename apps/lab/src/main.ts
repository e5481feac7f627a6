import { fstatSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { parseOptions, USAGE } from './cli-options';
import { parseControl } from './control';
import { inventoryTable } from './inventory';
import { Lab } from './lab';

const toStderr = (line: string): void => void process.stderr.write(`lab: ${line}\n`);
const toStdout = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

/** Whether standard input is a pipe or socket held by a parent; its end then means that the parent is gone. */
function parentHoldsStdin(): boolean {
  try {
    const stdin = fstatSync(0);
    return stdin.isFIFO() || stdin.isSocket();
  } catch {
    return false;
  }
}

async function answer(lab: Lab, line: string): Promise<void> {
  let id: unknown;
  try {
    const command = parseControl(line);
    id = command.id;
    toStdout({ event: 'answer', do: command.do, id, ok: true, ...(await lab.control(command)) });
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    toStdout({ event: 'answer', id, ok: false, error: { code: code ?? 'LAB_FAILED', message } });
  }
}

async function run(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(USAGE);
    return;
  }
  const lab = new Lab(options, toStderr);
  let ending = false;
  const end = (): void => {
    if (!ending) {
      ending = true;
      lab.stop().then(() => process.exit(0), fail);
    }
  };
  process.on('SIGINT', end);
  process.on('SIGTERM', end);
  process.on('SIGHUP', end);
  // Whoever reads our output may go first; that is no reason to leave things behind.
  process.stdout.on('error', end);
  process.stderr.on('error', () => undefined);

  const inventory = await lab.start();
  if (ending) {
    return;
  }
  if (options.json) {
    toStdout(inventory);
  } else {
    process.stdout.write(inventoryTable(inventory));
  }
  const controls = createInterface({ input: process.stdin });
  controls.on('line', (line) => void (line.trim() && answer(lab, line)));
  if (parentHoldsStdin()) {
    controls.on('close', end);
  }
  // Keeps the process up when standard input is closed or empty.
  setInterval(() => undefined, 1 << 30);
}

function fail(error: Error): void {
  toStderr(error.message);
  process.exit(1);
}

run().catch(fail);
