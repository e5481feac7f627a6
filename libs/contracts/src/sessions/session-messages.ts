import { z } from 'zod';
import { defineCommand, defineEvent, defineProgress, defineRpc } from '../envelope/definitions';
import { problemDetails } from '../rest/problem';
import { isoTimestamp, pageInfo, uuid } from '../primitives';
import { actor, artifactView, createSessionRequest, sessionEvent, sessionSummary, sessionView, targetView } from './session';
import { SESSION_STATES } from './states';
import { TARGET_KIND_NAMES } from './target-kinds';

const OWNER = 'capture-orchestrator';
const sessionRef = z.object({ session_id: uuid, requested_by: actor.optional() });

/** Orders that any service inside the network may publish; the API uses the RPCs of the same names. */
export const sessionCommands = {
  create: defineCommand(OWNER, 'create-session', 'Create a session; answered by session.created.v1 or session.rejected.v1 with the same correlationid', createSessionRequest),
  stop: defineCommand(OWNER, 'stop-session', 'End the captures and collect what there is', sessionRef),
  cancel: defineCommand(OWNER, 'cancel-session', 'Clean the devices and throw the data away', sessionRef),
  pause: defineCommand(OWNER, 'pause-session', 'Hold the captures still', sessionRef),
  resume: defineCommand(OWNER, 'resume-session', 'Let paused captures go on', sessionRef),
  retry: defineCommand(OWNER, 'retry-session', 'Create a new session of the failed targets', sessionRef.extend({ new_session_id: uuid.optional() })),
} as const;

/** Facts about sessions. */
export const sessionEvents = {
  created: defineEvent('session.created.v1', [OWNER], 'A session exists', z.object({ session: sessionView })),
  rejected: defineEvent(
    'session.rejected.v1',
    [OWNER],
    'A command could not be carried out; the same problem details as the API',
    z.object({ command: z.string(), session_id: uuid.nullable(), problem: problemDetails }),
  ),
  stateChanged: defineEvent('session.state-changed.v1', [OWNER], 'The header of a session changed', z.object({ session: sessionSummary })),
  targetChanged: defineEvent(
    'session.target-changed.v1',
    [OWNER],
    'A target of a session changed',
    z.object({ session_id: uuid, sequence: z.int(), target: targetView }),
  ),
  artifactAdded: defineEvent(
    'session.artifact-added.v1',
    [OWNER],
    'An artifact of a session is stored and verified',
    z.object({ session_id: uuid, sequence: z.int(), artifact: artifactView }),
  ),
  finished: defineEvent('session.finished.v1', [OWNER], 'A session reached its one terminal state', z.object({ session: sessionView })),
  deleted: defineEvent('session.deleted.v1', [OWNER], 'A session and its artifacts are gone', z.object({ session_id: uuid, requested_by: actor.optional() })),
} as const;

/** The live numbers of one target. */
export const sessionProgress = defineProgress(
  'session.progress.v1',
  'Live numbers of one target; at most four a second, the latest wins',
  z.object({
    session_id: uuid,
    target_id: uuid,
    attempt: z.int(),
    /** Grows with each progress message of an attempt; an older one is dropped. */
    sequence: z.int(),
    time: isoTimestamp,
    metrics: z.record(z.string(), z.number()),
    message: z.string().optional(),
  }),
);

/** Filters of the history. */
export const sessionListQuery = z.strictObject({
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  per_page: z.coerce.number().int().min(1).max(100).default(20),
  limit: z.coerce.number().int().min(1).max(100).optional(),
  status: z.enum(SESSION_STATES).optional(),
  kind: z.enum(TARGET_KIND_NAMES).optional(),
  /** Part of the name or of a target's host. */
  q: z.string().max(100).optional(),
  since: isoTimestamp.optional(),
  until: isoTimestamp.optional(),
});

const acknowledged = z.object({ session: sessionSummary });

/** What the gateway asks the orchestrator. */
export const sessionRpc = {
  create: defineRpc(OWNER, 'create-session', 'Create a session', {
    request: createSessionRequest,
    response: z.object({ session: sessionView, created: z.boolean() }),
    timeoutMs: 10_000,
  }),
  list: defineRpc(OWNER, 'list-sessions', 'History, newest first', {
    request: sessionListQuery,
    response: z.object({ sessions: z.array(sessionSummary), ...pageInfo }),
  }),
  get: defineRpc(OWNER, 'get-session', 'One session with its targets', {
    request: z.object({ session_id: uuid }),
    response: z.object({ session: sessionView }),
  }),
  stop: defineRpc(OWNER, 'stop-session', 'Stop; repeating is harmless', { request: sessionRef, response: acknowledged }),
  cancel: defineRpc(OWNER, 'cancel-session', 'Cancel; repeating is harmless', { request: sessionRef, response: acknowledged }),
  pause: defineRpc(OWNER, 'pause-session', 'Pause; repeating is harmless', { request: sessionRef, response: acknowledged }),
  resume: defineRpc(OWNER, 'resume-session', 'Go on; repeating is harmless', { request: sessionRef, response: acknowledged }),
  retry: defineRpc(OWNER, 'retry-session', 'A new session of the failed targets', {
    request: sessionRef.extend({ new_session_id: uuid.optional() }),
    response: z.object({ session: sessionView }),
    timeoutMs: 10_000,
  }),
  retryCollect: defineRpc(OWNER, 'retry-collect-session', 'A new session that collects the files which wait on the devices', {
    request: sessionRef.extend({ new_session_id: uuid.optional() }),
    response: z.object({ session: sessionView }),
    timeoutMs: 10_000,
  }),
  remove: defineRpc(OWNER, 'delete-session', 'Cancel if running, then remove rows and objects', {
    request: sessionRef,
    response: z.object({ deleted: z.boolean() }),
    timeoutMs: 15_000,
  }),
  artifacts: defineRpc(OWNER, 'list-artifacts', 'All artifacts of a session', {
    request: z.object({ session_id: uuid }),
    response: z.object({ artifacts: z.array(artifactView) }),
  }),
  artifact: defineRpc(OWNER, 'get-artifact', 'One artifact, and where it lies', {
    request: z.object({ artifact_id: uuid }),
    response: z.object({ artifact: artifactView }),
  }),
  events: defineRpc(OWNER, 'list-session-events', 'The history of a session behind a sequence number', {
    request: z.object({ session_id: uuid, after: z.int().min(0).default(0), limit: z.int().min(1).max(1_000).default(500) }),
    response: z.object({ events: z.array(sessionEvent), last_sequence: z.int() }),
  }),
} as const;
