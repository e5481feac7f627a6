import { z } from 'zod';
import { snapshotTarget } from '../cameras/snapshots';
import { collectionTarget, MAX_COLLECTION_DEVICES } from '../collection/collection-target';
import { packetCaptureTarget } from '../packet-capture/packet-capture';
import { errorShape, isoTimestamp, label, uuid } from '../primitives';
import { recordingTarget } from '../recordings/recording-target';
import { SESSION_STATES, TARGET_STATES } from './states';
import { isOpenEnded, startsTogether, TARGET_KIND_NAMES } from './target-kinds';

/** Who asked for something: a signed-in user, an API token, or a service that published a command. */
export const actor = z.object({
  type: z.enum(['user', 'token', 'service', 'system']),
  id: z.string().max(100),
  name: z.string().max(200),
});
/** See {@link actor}. */
export type Actor = z.output<typeof actor>;

/** Targets that start together in a session, at most; packet captures keep the lower limit of the first generation. Collections may be larger. */
export const MAX_SESSION_TARGETS = 200;

/** What to do, of any kind. */
export const targetRequest = z.discriminatedUnion('kind', [packetCaptureTarget, snapshotTarget, recordingTarget, collectionTarget]);
/** See {@link targetRequest}. */
export type TargetRequest = z.output<typeof targetRequest>;

/** How a session behaves; every field has a default that suits most. */
export const sessionOptions = z.strictObject({
  /** Seconds all targets together have to become ready. */
  arm_timeout_sec: z.int().min(5).max(600).default(90),
  /** Whether the session starts with the targets that are ready when the others failed or are late. */
  allow_partial: z.boolean().default(true),
  /** Attempts per target when a worker is lost before it started to capture. */
  max_attempts: z.int().min(1).max(5).default(2),
});
/** See {@link sessionOptions}. */
export type SessionOptions = z.output<typeof sessionOptions>;

const sessionFields = {
  name: label(100).nullish().transform((name) => name ?? undefined),
  /** Seconds each target captures; left out where every target runs until stopped. */
  duration_sec: z.int().min(1).max(86_400).nullish().transform((seconds) => seconds ?? undefined),
  targets: z
    .array(targetRequest)
    .min(1, 'at least one target is needed')
    .max(MAX_COLLECTION_DEVICES)
    .superRefine((targets, context) => {
      const seen = new Set<string>();
      targets.forEach((target, index) => {
        if (target.kind === 'collection' && seen.size === seen.add(target.device_id).size) {
          context.addIssue({ code: 'custom', path: [index, 'device_id'], message: 'the device is a target of this session already', params: { code: 'DUPLICATE' } });
        }
      });
    })
    .refine((targets) => targets.filter(startsTogether).length <= MAX_SESSION_TARGETS, { message: `at most ${MAX_SESSION_TARGETS} targets can start together`, params: { code: 'TOO_LONG' } }),
  options: sessionOptions.prefault({}),
};

function durationIsGiven(
  session: { duration_sec?: number; targets: readonly TargetRequest[] },
  context: z.RefinementCtx,
): void {
  const needsEnd = session.targets.some((target) => !isOpenEnded(target));
  if (needsEnd && session.duration_sec === undefined) {
    context.addIssue({
      code: 'custom',
      path: ['duration_sec'],
      message: 'duration_sec is required unless every target runs until stopped',
      params: { code: 'REQUIRED' },
    });
  }
}

/** Body of `POST /sessions`. */
export const createSessionBody = z.strictObject(sessionFields).superRefine(durationIsGiven);
/** See {@link createSessionBody}. */
export type CreateSessionBody = z.output<typeof createSessionBody>;

/** The order to create a session, from the gateway or from another service. */
export const createSessionRequest = z
  .strictObject({
    ...sessionFields,
    /** Chosen by the caller so that a repeated order is the same session; made by the orchestrator when left out. */
    session_id: uuid.optional(),
    /** Who asked; a command from the broker gets its publisher instead. */
    requested_by: actor.optional(),
  })
  .superRefine(durationIsGiven);
/** See {@link createSessionRequest}. */
export type CreateSessionRequest = z.output<typeof createSessionRequest>;

/** One target as clients see it. `spec` holds no secret: credentials are ids. */
export const targetView = z.object({
  target_id: uuid,
  session_id: uuid,
  ordinal: z.int(),
  kind: z.enum(TARGET_KIND_NAMES),
  title: z.string(),
  worker: z.string(),
  spec: z.record(z.string(), z.unknown()),
  state: z.enum(TARGET_STATES),
  attempt: z.int(),
  message: z.string().nullable(),
  error: errorShape.nullable(),
  /** Numbers that matter for the kind: `packets_captured`, `packets_dropped`, `bytes`, `files`, `clock_offset_ms` … */
  metrics: z.record(z.string(), z.number()),
  configuring_at: isoTimestamp.nullable(),
  ready_at: isoTimestamp.nullable(),
  /** When the start line left the worker. */
  start_sent_at: isoTimestamp.nullable(),
  /** When the device confirmed that it captures. */
  started_at: isoTimestamp.nullable(),
  stopped_at: isoTimestamp.nullable(),
  finished_at: isoTimestamp.nullable(),
  /** Since when the target holds still, as its worker confirmed; null while it does not. */
  paused_at: isoTimestamp.nullable(),
});
/** See {@link targetView}. */
export type TargetView = z.output<typeof targetView>;

/** Who keeps a session against retention, and why. */
export const sessionHold = z.object({ reason: z.string(), at: isoTimestamp, by: actor });
/** See {@link sessionHold}. */
export type SessionHold = z.output<typeof sessionHold>;

/** A session without its targets: a row of the history, and the header of the live page. */
export const sessionSummary = z.object({
  session_id: uuid,
  name: z.string(),
  kinds: z.array(z.enum(TARGET_KIND_NAMES)),
  state: z.enum(SESSION_STATES),
  /** Number of the last event of this session's history; grows with every change. */
  sequence: z.int(),
  duration_sec: z.int().nullable(),
  options: sessionOptions,
  created_at: isoTimestamp,
  created_by: actor,
  /** The instant all targets were told to start at. */
  t0: isoTimestamp.nullable(),
  /** When the first device confirmed. */
  capture_started_at: isoTimestamp.nullable(),
  stop_requested_at: isoTimestamp.nullable(),
  cancel_requested_at: isoTimestamp.nullable(),
  /** Whether every target is of a kind that can hold still. */
  pausable: z.boolean(),
  /** Since when the session is paused; it stays `capturing` meanwhile. */
  paused_at: isoTimestamp.nullable(),
  /** Milliseconds of all pauses that are over: they do not count into the duration. */
  paused_ms: z.int(),
  completed_at: isoTimestamp.nullable(),
  /** Milliseconds between the first and the last start line; null until two targets have started. */
  start_spread_ms: z.number().nullable(),
  target_count: z.int(),
  completed_count: z.int(),
  failed_count: z.int(),
  artifact_count: z.int(),
  artifact_bytes: z.int(),
  /** Numbers about the session as a whole, told with its own artifacts. */
  metrics: z.record(z.string(), z.number()),
  download_available: z.boolean(),
  /** The session this one retries. */
  retry_of: uuid.nullable(),
  /** Null when nobody holds it: then retention may remove it. */
  hold: sessionHold.nullable().default(null),
});
/** See {@link sessionSummary}. */
export type SessionSummary = z.output<typeof sessionSummary>;

/** A session with all its targets. */
export const sessionView = sessionSummary.extend({ targets: z.array(targetView) });
/** See {@link sessionView}. */
export type SessionView = z.output<typeof sessionView>;

/** Kinds of artifacts; `merged-pcap` and `voice-report` are made of a whole session's captures, after their end. */
export const ARTIFACT_KINDS = ['pcap', 'iq-chunk', 'manifest', 'filtered-pcap', 'log', 'transcript', 'report', 'merged-pcap', 'voice-report', 'snapshot', 'cli-capture'] as const;

/** One stored object of a target, or of the session as a whole. `sha256` is in lower-case hex and was computed while it was stored. */
export const artifactView = z.object({
  artifact_id: uuid,
  session_id: uuid,
  /** Null for what belongs to the session as a whole. */
  target_id: uuid.nullable(),
  kind: z.enum(ARTIFACT_KINDS),
  /** File name in the bundle, safe on every file system. */
  name: z.string(),
  key: z.string(),
  size: z.int(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  media_type: z.string(),
  created_at: isoTimestamp,
  /** Facts about the content: `packets`, `first_packet_at`, `truncated`, `clock_offset_ms` … */
  meta: z.record(z.string(), z.unknown()),
  /** Since when its bytes are known to be gone; left out while they are there. */
  lost_at: isoTimestamp.optional(),
});
/** See {@link artifactView}. */
export type ArtifactView = z.output<typeof artifactView>;

/** One line of a session's durable history. */
export const sessionEvent = z.object({
  sequence: z.int(),
  time: isoTimestamp,
  type: z.string(),
  target_id: uuid.nullable(),
  data: z.record(z.string(), z.unknown()),
});
/** See {@link sessionEvent}. */
export type SessionEvent = z.output<typeof sessionEvent>;
