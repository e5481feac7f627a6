import { AppError } from '@capstan/kernel';

const CONTROL_CHARACTERS = /\p{Cc}/u;
const PLAIN_WORD = /^[A-Za-z0-9_@%+=:,./-]+$/;

/**
 * One word for a POSIX shell, whatever it contains. Plain words stay as they are so that transcripts read well.
 * @throws AppError `UNSAFE_ARGUMENT` for control characters: no command of ours needs any, and a newline ends a command.
 */
export function shellQuote(word: string): string {
  if (CONTROL_CHARACTERS.test(word)) {
    throw new AppError('UNSAFE_ARGUMENT', 'A value for a command line contains a control character');
  }
  return PLAIN_WORD.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Assignments (`NAME='value'`, one per line) to put before a fixed script: values never become part of the script itself. */
export function shellAssignments(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${shellQuote(String(value))}\n`)
    .join('');
}
