import type { VoiceCall, VoiceFinding } from '@capstan/contracts';
import type { Status } from '../design/status';

/** A mean opinion score in a word; the bounds are those of user satisfaction in ITU-T G.107 annex B (R = 80 and R = 70). */
export function gradeOf(mos: number): { readonly word: 'Good' | 'Fair' | 'Poor'; readonly status: Status } {
  if (mos >= 4.03) {
    return { word: 'Good', status: 'success' };
  }
  return mos >= 3.6 ? { word: 'Fair', status: 'attention' } : { word: 'Poor', status: 'failed' };
}

const SERIOUS: ReadonlySet<VoiceFinding['code']> = new Set(['ONE_WAY_AUDIO', 'NO_AUDIO', 'MEDIA_STOPS', 'REJECTED']);

/** How bad a finding is. */
export function findingStatus(code: VoiceFinding['code']): Status {
  return SERIOUS.has(code) ? 'failed' : 'attention';
}

/** How a call ended, in a word. */
export const OUTCOMES: Readonly<Record<VoiceCall['outcome'], { readonly label: string; readonly status: Status }>> = {
  answered: { label: 'Answered', status: 'success' },
  rejected: { label: 'Rejected', status: 'failed' },
  cancelled: { label: 'Cancelled', status: 'cancelled' },
  unanswered: { label: 'Unanswered', status: 'attention' },
  in_progress: { label: 'In progress', status: 'running' },
};

/** `A`, `B` … `Z`, `AA`: the name of a leg by its number. */
export function legName(index: number): string {
  return index < 26 ? String.fromCharCode(65 + index) : `${legName(Math.floor(index / 26) - 1)}${legName(index % 26)}`;
}
