import { z } from 'zod';
import { defineRpc } from '../envelope/definitions';
import { isoTimestamp, label, pageInfo, pageQuery, uuid } from '../primitives';
import { actor, sessionSummary } from '../sessions/session';
import { TARGET_KIND_NAMES } from '../sessions/target-kinds';

const OWNER = 'capture-orchestrator';

/** Why a session goes: it ended too long ago, there are too many newer ones, or the newer ones fill the space. */
export const RETENTION_RULES = ['age', 'count', 'bytes'] as const;
/** See {@link RETENTION_RULES}. */
export type RetentionRule = (typeof RETENTION_RULES)[number];

/** Codes of the API that mean: this session is not there, and will not come back. */
export const SESSION_GONE: readonly string[] = ['SESSION_NOT_FOUND', 'SESSION_EXPIRED'];

const kindName = z.enum(TARGET_KIND_NAMES);
const orNull = <S extends z.ZodType>(schema: S) => schema.nullish().transform((value) => value ?? null);

/** Limits of one kind; without any, sessions of the kind stay for ever. */
const limitFields = {
  /** Days from a session's end until it goes. */
  max_age_days: orNull(z.int().min(1).max(36_500)),
  /** Sessions of the kind that stay; held and running ones do not count. */
  max_sessions: orNull(z.int().min(1).max(10_000_000)),
  /** Bytes of the kind's artifacts that stay; those of held and running sessions do not count. */
  max_bytes: orNull(z.int().min(1)),
  /** The newest sessions of the kind that stay whatever the limits say. */
  keep_last: z.int().min(0).max(1_000_000).default(0),
};

const policyFields = {
  ...limitFields,
  /** Bytes the kind's artifacts may take. */
  quota_bytes: orNull(z.int().min(1)),
  /** From how much of the quota on people are warned. */
  warn_percent: z.int().min(1).max(100).default(80),
  /** From how much of the quota on no session of the kind can be created. */
  stop_percent: z.int().min(1).max(1_000).default(100),
};

interface Limits {
  readonly max_sessions: number | null;
  readonly keep_last: number;
}

function keepsNoMoreThanStay({ max_sessions: most, keep_last: last }: Limits, context: z.RefinementCtx): void {
  if (most !== null && last > most) {
    context.addIssue({ code: 'custom', path: ['keep_last'], message: 'keep_last must not be larger than max_sessions', params: { code: 'OUT_OF_RANGE' } });
  }
}

function warnsBeforeItStops({ warn_percent: warn, stop_percent: stop }: { warn_percent: number; stop_percent: number }, context: z.RefinementCtx): void {
  if (warn > stop) {
    context.addIssue({ code: 'custom', path: ['warn_percent'], message: 'warn_percent must not be larger than stop_percent', params: { code: 'OUT_OF_RANGE' } });
  }
}

/** Body of `PUT /retention/policies/:kind`; `revision` is the one that was read. */
export const retentionPolicyBody = z
  .strictObject({ ...policyFields, revision: z.int().min(0) })
  .superRefine(keepsNoMoreThanStay)
  .superRefine(warnsBeforeItStops);
/** See {@link retentionPolicyBody}. */
export type RetentionPolicyBody = z.output<typeof retentionPolicyBody>;

/** How long sessions of a kind stay, and how much space they may take. */
export const retentionPolicy = z.object({
  kind: kindName,
  max_age_days: z.int().nullable(),
  max_sessions: z.int().nullable(),
  max_bytes: z.int().nullable(),
  keep_last: z.int(),
  quota_bytes: z.int().nullable(),
  warn_percent: z.int(),
  stop_percent: z.int(),
  /** 0 until somebody says something. */
  revision: z.int(),
  updated_at: isoTimestamp.nullable(),
  updated_by: actor.nullable(),
});
/** See {@link retentionPolicy}. */
export type RetentionPolicy = z.output<typeof retentionPolicy>;

/** One reason for a session to go. */
export const retentionReason = z.object({
  kind: kindName,
  rule: z.enum(RETENTION_RULES),
  /** Days, sessions or bytes. */
  limit: z.int(),
});
/** See {@link retentionReason}. */
export type RetentionReason = z.output<typeof retentionReason>;

/** Limits to try instead of those that are kept. */
const draftLimits = z.strictObject({ kind: kindName, ...limitFields }).superRefine(keepsNoMoreThanStay);
/** Body of `POST /retention/preview`: limits that are not kept yet, for some kinds; the others are as they are. */
export const retentionPreviewBody = z.strictObject({ policies: z.array(draftLimits).max(TARGET_KIND_NAMES.length).default([]) });

/** Sessions a preview names, at most. */
export const PREVIEW_SESSIONS = 20;
/** A session that would go. */
export const doomedSession = z.object({
  session_id: uuid,
  name: z.string(),
  kinds: z.array(kindName),
  completed_at: isoTimestamp,
  artifact_count: z.int(),
  artifact_bytes: z.int(),
  /** One for each of its kinds. */
  reasons: z.array(retentionReason),
});
/** Answer of `POST /retention/preview`: what a run would remove now. */
export const retentionPreview = z.object({
  at: isoTimestamp,
  sessions: z.int(),
  artifacts: z.int(),
  bytes: z.int(),
  by_kind: z.array(z.object({ kind: kindName, sessions: z.int(), bytes: z.int() })),
  /** Held sessions that would go as well if nobody held them. */
  held: z.int(),
  /** The oldest of them. */
  first: z.array(doomedSession),
});
/** See {@link retentionPreview}. */
export type RetentionPreview = z.output<typeof retentionPreview>;

/** `due` until an instance takes it. */
export const RETENTION_RUN_STATES = ['due', 'running', 'completed', 'failed'] as const;
/** One look at everything that may go. */
export const retentionRun = z.object({
  run_id: uuid,
  trigger: z.enum(['hourly', 'manual']),
  requested_by: actor.nullable(),
  state: z.enum(RETENTION_RUN_STATES),
  requested_at: isoTimestamp,
  started_at: isoTimestamp.nullable(),
  ended_at: isoTimestamp.nullable(),
  /** Sessions it has removed, their artifacts and bytes. */
  sessions: z.int(),
  artifacts: z.int(),
  bytes: z.int(),
  by_kind: z.array(z.object({ kind: kindName, sessions: z.int(), bytes: z.int() })),
  error: z.string().nullable(),
});
/** See {@link retentionRun}. */
export type RetentionRun = z.output<typeof retentionRun>;

/** Answers of lists. */
export const retentionPolicyList = z.object({ policies: z.array(retentionPolicy) });
export const retentionRunList = z.object({ runs: z.array(retentionRun), ...pageInfo });
export const heldSessionList = z.object({ sessions: z.array(sessionSummary), ...pageInfo });
/** Body of `POST /sessions/:id/hold`. */
export const holdSessionBody = z.strictObject({ reason: label(200) });

const onePolicy = z.object({ policy: retentionPolicy });
const oneRun = z.object({ run: retentionRun });
const oneSession = z.object({ session: sessionSummary });
const held = z.object({ session_id: uuid, requested_by: actor });

/** What the gateway asks the orchestrator about retention. */
export const retentionRpc = {
  policies: defineRpc(OWNER, 'list-retention-policies', 'How long sessions of each kind stay', { request: z.object({}), response: retentionPolicyList }),
  setPolicy: defineRpc(OWNER, 'set-retention-policy', 'Replace a policy that has not changed since it was read', {
    request: z.object({ kind: kindName, requested_by: actor, policy: z.strictObject({ ...policyFields, revision: z.int().min(0) }) }),
    response: onePolicy,
  }),
  preview: defineRpc(OWNER, 'preview-retention', 'What a run would remove now', { request: retentionPreviewBody, response: retentionPreview, timeoutMs: 15_000 }),
  run: defineRpc(OWNER, 'run-retention', 'Remove now what may go; repeating is harmless', { request: z.object({ run_id: uuid, requested_by: actor }), response: oneRun }),
  runs: defineRpc(OWNER, 'list-retention-runs', 'Runs, newest first; hourly ones that removed nothing are left out', { request: pageQuery, response: retentionRunList }),
  hold: defineRpc(OWNER, 'hold-session', 'Keep a session against retention; repeating changes the reason', { request: held.extend({ reason: z.string() }), response: oneSession }),
  release: defineRpc(OWNER, 'release-session', 'Hold a session no more; repeating is harmless', { request: held, response: oneSession }),
  held: defineRpc(OWNER, 'list-held-sessions', 'Sessions that are held, the longest held first', { request: pageQuery, response: heldSessionList }),
} as const;
