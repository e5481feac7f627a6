/** Shortest password a person may choose; the contracts say the same (tested). */
export const MIN_PASSWORD = 12;

/** What is wrong with a new password, as words behind the field's label; undefined when nothing is. */
export function passwordProblem(next: string, current: string): string | undefined {
  if (next.length < MIN_PASSWORD) {
    return `must have at least ${MIN_PASSWORD} characters; ${MIN_PASSWORD - next.length} more`;
  }
  if (next.length > 200) {
    return 'must have at most 200 characters';
  }
  return next === current ? 'must differ from the current one' : undefined;
}
