import type { RetentionPolicy } from '@capstan/contracts';

/** A number field; empty is no limit. */
export type NumberField = number | '';

/** A policy as it stands in the form; sizes in gigabytes. */
export interface PolicyDraft {
  readonly maxAgeDays: NumberField;
  readonly maxSessions: NumberField;
  readonly maxGb: NumberField;
  readonly keepLast: NumberField;
  readonly quotaGb: NumberField;
  readonly warnPercent: NumberField;
  readonly stopPercent: NumberField;
}

/** Limits as the API takes them. */
export interface Limits {
  readonly max_age_days: number | null;
  readonly max_sessions: number | null;
  readonly max_bytes: number | null;
  readonly keep_last: number;
}

const GB = 1e9;

/** What is kept, as a form. */
export function draftOf(policy: RetentionPolicy): PolicyDraft {
  const gb = (bytes: number | null): NumberField => (bytes === null ? '' : bytes / GB);
  return {
    maxAgeDays: policy.max_age_days ?? '',
    maxSessions: policy.max_sessions ?? '',
    maxGb: gb(policy.max_bytes),
    keepLast: policy.keep_last,
    quotaGb: gb(policy.quota_bytes),
    warnPercent: policy.warn_percent,
    stopPercent: policy.stop_percent,
  };
}

/** What of a form decides which sessions go. */
export function limitsOf({ maxAgeDays, maxSessions, maxGb, keepLast }: PolicyDraft): Limits {
  return { max_age_days: orNull(maxAgeDays), max_sessions: orNull(maxSessions), max_bytes: bytesOf(maxGb), keep_last: keepLast === '' ? 0 : keepLast };
}

/** A form as the API takes it. */
export function bodyOf(draft: PolicyDraft, revision: number): Limits & { quota_bytes: number | null; warn_percent: number; stop_percent: number; revision: number } {
  return {
    ...limitsOf(draft),
    quota_bytes: bytesOf(draft.quotaGb),
    warn_percent: draft.warnPercent === '' ? 80 : draft.warnPercent,
    stop_percent: draft.stopPercent === '' ? 100 : draft.stopPercent,
    revision,
  };
}

/** Whether something would be kept that is not kept yet. */
export function differs(draft: PolicyDraft, policy: RetentionPolicy): boolean {
  return JSON.stringify(bodyOf(draft, 0)) !== JSON.stringify(bodyOf(draftOf(policy), 0));
}

function orNull(value: NumberField): number | null {
  return value === '' ? null : value;
}

function bytesOf(gb: NumberField): number | null {
  return gb === '' ? null : Math.max(1, Math.round(gb * GB));
}
