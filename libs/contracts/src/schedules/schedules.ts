import { z } from 'zod';
import { defineEvent, defineRpc } from '../envelope/definitions';
import { errorShape, isoTimestamp, label, pageInfo, pageQuery, uuid } from '../primitives';
import { actor, createSessionBody } from '../sessions/session';
import { SESSION_STATES } from '../sessions/states';

const OWNER = 'capture-orchestrator';

/** What happens at an instant whose predecessor's session still runs. */
export const OVERLAP_POLICIES = ['skip', 'queue', 'cancel_previous'] as const;
/** What happens with instants that passed while nobody could start them; `run_once` makes up for the last of them. */
export const MISSED_POLICIES = ['skip', 'run_once'] as const;
/**
 * A run is `due` until it is decided, `queued` while it waits for the session before it, and `started` when its session
 * exists. `skipped`, `missed` and `failed` ended without a session; the error tells why.
 */
export const RUN_STATES = ['due', 'queued', 'started', 'skipped', 'missed', 'failed'] as const;
/** Runs that are shown ahead. */
export const NEXT_RUNS = 5;

/** Name of a time zone in the IANA database, e.g. `Europe/Berlin`. */
export const timeZone = z
  .string()
  .max(60)
  .refine(isTimeZone, { error: 'must be a time zone of the IANA database, such as Europe/Berlin', params: { code: 'TIME_ZONE_UNKNOWN' } });

/** Five fields (minute, hour, day of the month, month, day of the week) or a name such as `@daily`; the orchestrator checks it. */
export const cronExpression = z.string().trim().min(1, 'must not be empty').max(120);

const whenFields = {
  cron: cronExpression,
  time_zone: timeZone.default('UTC'),
  /** No run before this instant. */
  starts_at: isoTimestamp.nullish().transform((at) => at ?? null),
  /** No run at or after this instant. */
  ends_at: isoTimestamp.nullish().transform((at) => at ?? null),
};

const scheduleFields = {
  name: label(100),
  /** A schedule that is not enabled is paused. */
  enabled: z.boolean().default(true),
  ...whenFields,
  /** Sessions it may start altogether. */
  max_runs: z.int().min(1).max(1_000_000).nullish().transform((runs) => runs ?? null),
  overlap: z.enum(OVERLAP_POLICIES).default('skip'),
  /** Each run starts up to so many seconds later, by an amount of its own, so that many schedules do not all start at the full hour. */
  jitter_sec: z.int().min(0).max(3_600).default(0),
  missed: z.enum(MISSED_POLICIES).default('skip'),
  /** What it starts: a template … */
  template_id: uuid.nullish().transform((id) => id ?? null),
  /** … or a session of its own. It names credentials and holds no secret. */
  session: createSessionBody.nullish().transform((session) => session ?? null),
};

interface Window {
  readonly starts_at: string | null;
  readonly ends_at: string | null;
}

function windowIsOpen({ starts_at, ends_at }: Window, context: z.RefinementCtx): void {
  if (starts_at !== null && ends_at !== null && Date.parse(ends_at) <= Date.parse(starts_at)) {
    context.addIssue({ code: 'custom', path: ['ends_at'], message: 'ends_at must be later than starts_at', params: { code: 'WINDOW_EMPTY' } });
  }
}

function startsOneThing(schedule: { template_id: string | null; session: unknown }, context: z.RefinementCtx): void {
  if ((schedule.template_id === null) === (schedule.session === null)) {
    context.addIssue({ code: 'custom', path: ['session'], message: 'either template_id or session is needed, and not both', params: { code: 'REQUIRED' } });
  }
}

/** Body of `POST /schedules`. */
export const scheduleBody = z.strictObject(scheduleFields).superRefine(windowIsOpen).superRefine(startsOneThing);
/** See {@link scheduleBody}. */
export type ScheduleBody = z.output<typeof scheduleBody>;

/** Body of `PUT /schedules/:id`; `revision` is the one that was read. */
export const updateScheduleBody = z
  .strictObject({ ...scheduleFields, revision: z.int().min(1) })
  .superRefine(windowIsOpen)
  .superRefine(startsOneThing);
/** Body of `PATCH /schedules/:id`: pause it or let it go on. */
export const patchScheduleBody = z.strictObject({ enabled: z.boolean() });
/** Body of `POST /schedules/preview`. */
export const schedulePreviewBody = z.strictObject(whenFields).superRefine(windowIsOpen);

/** One instant of a schedule, or one start by hand. */
export const scheduleRun = z.object({
  run_id: uuid,
  schedule_id: uuid,
  schedule_name: z.string(),
  /** The instant the expression names; of a start by hand, the moment it was asked for. */
  due_at: isoTimestamp,
  trigger: z.enum(['cron', 'manual']),
  state: z.enum(RUN_STATES),
  /** When its session was created. */
  started_at: isoTimestamp.nullable(),
  session_id: uuid.nullable(),
  /** State of its session, while that is kept. */
  session_state: z.enum(SESSION_STATES).nullable(),
  error: errorShape.nullable(),
  /** Instants that this `missed` run stands for, itself included. */
  missed_count: z.int(),
});
/** See {@link scheduleRun}. */
export type ScheduleRun = z.output<typeof scheduleRun>;

/** A schedule as it is kept. */
export const scheduleView = z.object({
  schedule_id: uuid,
  name: z.string(),
  enabled: z.boolean(),
  /** `finished` when no instant is left: its window has ended, or it has started as many sessions as it may. */
  state: z.enum(['active', 'paused', 'finished']),
  cron: z.string(),
  time_zone: z.string(),
  starts_at: isoTimestamp.nullable(),
  ends_at: isoTimestamp.nullable(),
  max_runs: z.int().nullable(),
  overlap: z.enum(OVERLAP_POLICIES),
  jitter_sec: z.int(),
  missed: z.enum(MISSED_POLICIES),
  template_id: uuid.nullable(),
  session: z.record(z.string(), z.unknown()).nullable(),
  /** Sessions it has started. */
  run_count: z.int(),
  /** Its next instants, without jitter; empty unless it is active. */
  next_runs: z.array(isoTimestamp),
  last_run: scheduleRun.nullable(),
  /** Grows with every change by a person. */
  revision: z.int(),
  created_at: isoTimestamp,
  created_by: actor,
  updated_at: isoTimestamp,
});
/** See {@link scheduleView}. */
export type ScheduleView = z.output<typeof scheduleView>;

/** Answer of `GET /schedules`. */
export const scheduleList = z.object({ schedules: z.array(scheduleView), ...pageInfo });
/** Answer of `GET /schedules/:id/runs`. */
export const scheduleRunList = z.object({ runs: z.array(scheduleRun), ...pageInfo });
/** Answer of `POST /schedules/preview`. */
export const schedulePreview = z.object({ next_runs: z.array(isoTimestamp) });

/** Longest stretch of a calendar, days. */
export const CALENDAR_DAYS = 62;
/** Query of `GET /calendar`. */
export const calendarQuery = z.strictObject({ since: isoTimestamp, until: isoTimestamp }).superRefine(({ since, until }, context) => {
  const days = (Date.parse(until) - Date.parse(since)) / 86_400_000;
  if (days <= 0 || days > CALENDAR_DAYS) {
    context.addIssue({ code: 'custom', path: ['until'], message: `until must be later than since, by ${CALENDAR_DAYS} days at most`, params: { code: 'WINDOW_EMPTY' } });
  }
});
/** An instant ahead. */
export const plannedRun = z.object({ schedule_id: uuid, schedule_name: z.string(), due_at: isoTimestamp });
/** Answer of `GET /calendar`: what was run, and what will be. */
export const calendarView = z.object({
  runs: z.array(scheduleRun),
  planned: z.array(plannedRun),
  /** Whether there is more than was told: schedules that run every minute fill a calendar with nothing but themselves. */
  truncated: z.boolean(),
});
/** See {@link calendarView}. */
export type CalendarView = z.output<typeof calendarView>;

/** Facts about schedules. */
export const scheduleEvents = {
  runDecided: defineEvent('schedule.run-decided.v1', [OWNER], 'A run of a schedule was started, queued, skipped, missed, or could not be started', z.object({ run: scheduleRun })),
} as const;

const ref = z.object({ schedule_id: uuid });
const one = z.object({ schedule: scheduleView });

/** What the gateway asks the orchestrator about schedules. */
export const scheduleRpc = {
  list: defineRpc(OWNER, 'list-schedules', 'Schedules by name', { request: pageQuery, response: scheduleList }),
  get: defineRpc(OWNER, 'get-schedule', 'One schedule', { request: ref, response: one }),
  create: defineRpc(OWNER, 'create-schedule', 'Keep a schedule; repeating is harmless', {
    request: z.object({ schedule_id: uuid, requested_by: actor, schedule: z.strictObject(scheduleFields) }),
    response: one,
    timeoutMs: 10_000,
  }),
  update: defineRpc(OWNER, 'update-schedule', 'Replace a schedule that has not changed since it was read', {
    request: z.object({ schedule_id: uuid, revision: z.int(), schedule: z.strictObject(scheduleFields) }),
    response: one,
    timeoutMs: 10_000,
  }),
  enable: defineRpc(OWNER, 'enable-schedule', 'Pause a schedule, or let it go on', { request: ref.extend({ enabled: z.boolean() }), response: one }),
  remove: defineRpc(OWNER, 'delete-schedule', 'Forget a schedule and its runs; sessions it started stay', { request: ref, response: z.object({}) }),
  runNow: defineRpc(OWNER, 'run-schedule', 'Start a session as the schedule says, now; repeating is harmless', {
    request: ref.extend({ run_id: uuid, requested_by: actor }),
    response: z.object({ run: scheduleRun }),
    timeoutMs: 10_000,
  }),
  runs: defineRpc(OWNER, 'list-schedule-runs', 'Runs of a schedule, newest first', { request: pageQuery.extend({ schedule_id: uuid }), response: scheduleRunList }),
  preview: defineRpc(OWNER, 'preview-schedule', 'The next instants of an expression', { request: z.strictObject(whenFields), response: schedulePreview }),
  calendar: defineRpc(OWNER, 'read-calendar', 'Runs and planned instants of a stretch of time', { request: z.object({ since: isoTimestamp, until: isoTimestamp }), response: calendarView }),
} as const;

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
