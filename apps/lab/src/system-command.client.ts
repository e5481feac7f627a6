import { execFile } from 'node:child_process';
import { AppError } from '@capstan/kernel';

/**
 * Runs a program to its end and returns its standard output.
 * @param input written to its standard input; secrets go here, because arguments are visible in the process list
 * @throws AppError `LAB_COMMAND_FAILED` with the program's own last words
 */
export function runCommand(program: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, [...args], { maxBuffer: 8 << 20 }, (error, stdout, stderr) => {
      if (error) {
        const said = stderr.trim().split('\n').at(-1) ?? '';
        reject(new AppError('LAB_COMMAND_FAILED', `${program} ${args.slice(0, 3).join(' ')}: ${said || error.message}`));
      } else {
        resolve(stdout);
      }
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** Whether the program could be run and exited with 0. */
export async function commandWorks(program: string, args: readonly string[]): Promise<boolean> {
  return runCommand(program, args).then(
    () => true,
    () => false,
  );
}
