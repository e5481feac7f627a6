import type { BodyInputOf, routes, ScheduleView } from '@capstan/contracts';

type Body = BodyInputOf<typeof routes.createSchedule>;

/** A schedule while somebody writes it: every field is what an input holds. */
export interface ScheduleDraft {
  readonly name: string;
  readonly cron: string;
  readonly timeZone: string;
  /** Of `datetime-local` inputs: the viewer's own time, without a zone. */
  readonly startsAt: string;
  readonly endsAt: string;
  readonly maxRuns: number | '';
  readonly overlap: ScheduleView['overlap'];
  readonly jitterSec: number | '';
  readonly missed: ScheduleView['missed'];
  /** Null keeps the session the schedule has of its own. */
  readonly templateId: string | null;
}

/** A new schedule, in the viewer's zone. */
export function newDraft(timeZone: string): ScheduleDraft {
  return { name: '', cron: '0 2 * * *', timeZone, startsAt: '', endsAt: '', maxRuns: '', overlap: 'skip', jitterSec: 0, missed: 'skip', templateId: null };
}

/** A schedule that is to be changed. */
export function draftOf(schedule: ScheduleView): ScheduleDraft {
  return {
    name: schedule.name,
    cron: schedule.cron,
    timeZone: schedule.time_zone,
    startsAt: localInput(schedule.starts_at),
    endsAt: localInput(schedule.ends_at),
    maxRuns: schedule.max_runs ?? '',
    overlap: schedule.overlap,
    jitterSec: schedule.jitter_sec,
    missed: schedule.missed,
    templateId: schedule.template_id,
  };
}

/** What the API takes. @param old the schedule that is changed; its own session is kept unless a template takes its place */
export function bodyOf(draft: ScheduleDraft, old?: Pick<ScheduleView, 'enabled' | 'session'>): Body {
  return {
    name: draft.name.trim(),
    enabled: old?.enabled ?? true,
    cron: draft.cron.trim(),
    time_zone: draft.timeZone,
    starts_at: instant(draft.startsAt),
    ends_at: instant(draft.endsAt),
    max_runs: draft.maxRuns === '' ? null : draft.maxRuns,
    overlap: draft.overlap,
    jitter_sec: draft.jitterSec === '' ? 0 : draft.jitterSec,
    missed: draft.missed,
    template_id: draft.templateId,
    session: draft.templateId === null ? ((old?.session ?? null) as Body['session']) : null,
  };
}

function localInput(iso: string | null): string {
  if (iso === null) {
    return '';
  }
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function instant(local: string): string | null {
  const at = local === '' ? Number.NaN : new Date(local).getTime();
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}
