import type { QuotaState, RetentionPolicy, RetentionReason, StoreName, TargetKindName } from '@capstan/contracts';
import { formatBytes, formatCount } from '../design/format';
import type { Status } from '../design/status';

/** Everything that is stored, as people call it. */
export const STORE_LABELS: Readonly<Record<StoreName, string>> = {
  'packet-capture': 'Packet captures',
  collection: 'Collections',
  snapshot: 'Snapshot sessions',
  recording: 'Recordings',
  'camera-snapshots': 'Camera snapshots',
  'camera-films': 'Camera films',
  'capture-texts': 'Device texts',
};

/** Status of a quota, with its word. */
export const QUOTA_STATUS: Readonly<Record<QuotaState, readonly [Status, string]>> = {
  ok: ['success', 'Room'],
  warning: ['attention', 'Nearly full'],
  stopped: ['failed', 'Full'],
};

/** How long sessions of a kind stay, in a few words. */
export function policyText({ max_age_days: days, max_sessions: sessions, max_bytes: bytes, keep_last: last }: Pick<RetentionPolicy, 'max_age_days' | 'max_sessions' | 'max_bytes' | 'keep_last'>): string {
  const limits = [
    ...(days === null ? [] : [days === 1 ? '1 day' : `${formatCount(days)} days`]),
    ...(sessions === null ? [] : [`newest ${formatCount(sessions)}`]),
    ...(bytes === null ? [] : [`up to ${formatBytes(bytes)}`]),
  ];
  if (limits.length === 0) {
    return 'for ever';
  }
  return `${limits.join(', ')}${last === 0 ? '' : `, always the last ${formatCount(last)}`}`;
}

/** Why a session goes. */
export function reasonText({ kind, rule, limit }: RetentionReason): string {
  const what = STORE_LABELS[kind].toLowerCase();
  switch (rule) {
    case 'age':
      return `older than ${limit === 1 ? '1 day' : `${formatCount(limit)} days`}`;
    case 'count':
      return `beyond the newest ${formatCount(limit)} ${what}`;
    case 'bytes':
      return `beyond ${formatBytes(limit)} of ${what}`;
  }
}

/** `3 sessions`, `1 session`. */
export function sessionsText(count: number): string {
  return count === 1 ? '1 session' : `${formatCount(count)} sessions`;
}

/** Kinds with their labels, for choices. */
export function kindChoices(kinds: readonly TargetKindName[]): { value: TargetKindName; label: string }[] {
  return kinds.map((value) => ({ value, label: STORE_LABELS[value] }));
}
