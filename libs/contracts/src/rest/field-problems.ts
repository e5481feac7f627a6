import { type FieldError, UUID_PATTERN } from '@capstan/kernel';
import type { z } from 'zod';

/** Codes a field of `errors[]` can carry beside those that schemas define themselves. */
export const FIELD_CODES = [
  'REQUIRED',
  'UNKNOWN_FIELD',
  'WRONG_TYPE',
  'TOO_SMALL',
  'TOO_BIG',
  'TOO_SHORT',
  'TOO_LONG',
  'NOT_ALLOWED_VALUE',
  'INVALID_FORMAT',
  'INVALID_UUID',
  'INVALID',
] as const;
/** See {@link FIELD_CODES}. */
export type FieldCode = (typeof FIELD_CODES)[number];

/** Field names come from the caller too; a long one would make the answer as large as the question. */
const MAX_NAME_LENGTH = 100;

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

function dotted(path: Path): string {
  return path.map((part) => String(part).slice(0, MAX_NAME_LENGTH)).join('.');
}

function isAbsent(input: unknown, path: Path): boolean {
  let value = input;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) {
      return true;
    }
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value === undefined;
}

function isLengthOf(origin: string): boolean {
  return origin === 'string' || origin === 'array' || origin === 'set' || origin === 'file';
}

function isUuidPattern(issue: Extract<Issue, { code: 'invalid_format' }>): boolean {
  const pattern = 'pattern' in issue ? String(issue.pattern) : '';
  return issue.format === 'uuid' || pattern === String(UUID_PATTERN);
}

function codeOf(issue: Issue, absent: boolean): string {
  switch (issue.code) {
    case 'invalid_type':
      return absent ? 'REQUIRED' : 'WRONG_TYPE';
    case 'too_small':
      return isLengthOf(issue.origin) ? 'TOO_SHORT' : 'TOO_SMALL';
    case 'too_big':
      return isLengthOf(issue.origin) ? 'TOO_LONG' : 'TOO_BIG';
    case 'invalid_value':
    case 'invalid_union':
      return absent ? 'REQUIRED' : 'NOT_ALLOWED_VALUE';
    case 'invalid_format':
      return isUuidPattern(issue) ? 'INVALID_UUID' : 'INVALID_FORMAT';
    case 'custom':
      return typeof issue.params?.['code'] === 'string' ? issue.params['code'] : 'INVALID';
    case 'not_multiple_of':
    case 'invalid_key':
    case 'invalid_element':
    case 'unrecognized_keys':
      return 'INVALID';
  }
}

/**
 * What is wrong, field by field: dotted path, stable code, a sentence. The submitted value is never part of it.
 * @param input what was parsed; only looked at to tell a missing field from a wrong one
 * @param path where `input` hangs, when it is part of something larger
 */
export function fieldProblems(issues: readonly Issue[], input: unknown, path: Path = []): FieldError[] {
  return issues.flatMap((issue): FieldError[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: dotted([...path, ...issue.path, key]),
        code: 'UNKNOWN_FIELD',
        message: 'This field is not known',
      }));
    }
    const absent = isAbsent(input, issue.path);
    const code = codeOf(issue, absent);
    return [{ path: dotted([...path, ...issue.path]), code, message: code === 'REQUIRED' && issue.code !== 'custom' ? 'This field is required' : issue.message }];
  });
}
