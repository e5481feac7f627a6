import { createCaptureSessionBody, type z } from '@capstan/contracts';
import type { FieldProblem } from '../api/problem';
import type { DraftBody } from './draft';
import { keyAt } from './filter-draft';

/** Steps of the wizard. */
export const STEPS = ['targets', 'options', 'review'] as const;
/** See {@link STEPS}. */
export type Step = (typeof STEPS)[number];

/** Everything that is wrong with what a draft becomes, by the very schema the server uses. Paths are those of the request body. */
export function problemsOf(body: DraftBody): readonly FieldProblem[] {
  const result = createCaptureSessionBody.safeParse(body);
  return result.success ? [] : result.error.issues.map((issue) => ({ path: issue.path.join('.'), code: issue.code, message: wording(issue) }));
}

/** The step on which a field is. */
export function stepOf(path: string): Step {
  return /^(?:targets|username|password|credential_id)\b/.test(path) ? 'targets' : 'options';
}

/** The first problem of a field; a target's own problems are those at or below its path. */
export function problemAt(problems: readonly FieldProblem[], path: string): string | undefined {
  return problems.find((problem) => problem.path === path)?.message;
}

/** Everything wrong with one target. */
export function targetProblems(problems: readonly FieldProblem[], index: number): readonly FieldProblem[] {
  return problems.filter(({ path }) => path === `targets.${index}` || path.startsWith(`targets.${index}.`));
}

/** What is wrong with parts of the filter's tree, by their keys; what is wrong with the tree as a whole is under its own. */
export function treeProblems(problems: readonly FieldProblem[], places: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { path, message } of problems) {
    const key = path.startsWith('filter.expression') ? keyAt(places, path) : undefined;
    if (key !== undefined && !found.has(key)) {
      found.set(key, message);
    }
  }
  return found;
}

function wording(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small' && issue.origin === 'number') {
    return `must be at least ${issue.minimum}`;
  }
  if (issue.code === 'too_big' && (issue.origin === 'number' || issue.origin === 'int')) {
    return `must be at most ${issue.maximum}`;
  }
  if (issue.code === 'too_big' && issue.origin === 'string') {
    return `must have at most ${issue.maximum} characters`;
  }
  if (issue.code === 'too_big' && issue.origin === 'array') {
    return `at most ${issue.maximum} targets fit into one session`;
  }
  if (issue.code === 'invalid_type') {
    return issue.expected === 'int' ? 'must be a whole number' : 'is needed';
  }
  return issue.message
    .replace('duration_sec is required in standard mode', 'is needed in standard mode')
    .replace('neither the target nor the session has a credential_id, or a username and a password', 'has no credentials: choose stored ones or type them, for it or for all')
    .replace(/^must not be empty$/, 'is needed')
    .replace('host cannot be combined with src or dest', 'cannot be combined with source or destination');
}
