import { createHash } from 'node:crypto';

/** Every capture point of ours begins with it; what does not is never touched. */
const PREFIX = 'CS';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/**
 * Name of a task's capture point: the same for the same task, so that its own leftovers can be found, and no other task's.
 * Eight letters and digits, because older releases take no more.
 */
export function captureName(taskId: string): string {
  const digest = createHash('sha256').update(taskId).digest();
  return PREFIX + [...digest.subarray(0, 6)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
}

/** Whether a capture point carries Capstan's mark: of this task, of another one, or of another Capstan. */
export function isCapstanName(name: string): boolean {
  return /^CS[A-Z0-9]{6}$/.test(name);
}
