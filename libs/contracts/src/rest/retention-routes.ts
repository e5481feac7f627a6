import { z } from 'zod';
import { pageQuery, uuid } from '../primitives';
import { heldSessionList, holdSessionBody, retentionPolicy, retentionPolicyBody, retentionPolicyList, retentionPreview, retentionPreviewBody, retentionRun, retentionRunList } from '../retention/retention';
import { sessionSummary } from '../sessions/session';
import { TARGET_KIND_NAMES } from '../sessions/target-kinds';
import { storageView } from '../storage/storage';
import { defineRoute, type Route } from './route';

const byId = z.strictObject({ id: uuid });
const byKind = z.strictObject({ kind: z.enum(TARGET_KIND_NAMES) });
const tag = 'storage';
const oneSession = { json: z.object({ session: sessionSummary }) } as const;

/** How long things stay, below `/api/v1`. */
export const retentionRoutes = {
  storage: defineRoute({ method: 'GET', path: '/storage', tag, summary: 'How much of everything is stored, and whether objects and rows agree', access: 'storage:read', status: 200, response: { json: storageView } }),
  sweepStorage: defineRoute({ method: 'POST', path: '/storage/sweeps', tag, summary: 'Compare objects and rows of every service now', access: 'storage:write', status: 202, response: { json: z.object({ started: z.array(z.string()), missing: z.array(z.string()) }) } }),
  listRetentionPolicies: defineRoute({ method: 'GET', path: '/retention/policies', tag, summary: 'How long sessions of each kind stay, and how much space they may take', access: 'storage:read', status: 200, response: { json: retentionPolicyList } }),
  setRetentionPolicy: defineRoute({ method: 'PUT', path: '/retention/policies/:kind', tag, summary: 'Replace the policy of a kind', access: 'storage:write', params: byKind, body: retentionPolicyBody, status: 200, response: { json: z.object({ policy: retentionPolicy }) }, problems: ['REVISION_CONFLICT'] }),
  previewRetention: defineRoute({ method: 'POST', path: '/retention/preview', tag, summary: 'What a run would remove now, by the policies or by limits that are not kept yet', access: 'storage:read', body: retentionPreviewBody.prefault({}), status: 200, response: { json: retentionPreview } }),
  runRetention: defineRoute({ method: 'POST', path: '/retention/runs', tag, summary: 'Remove now what may go', access: 'storage:write', status: 202, response: { json: z.object({ run: retentionRun }) }, idempotent: true }),
  listRetentionRuns: defineRoute({ method: 'GET', path: '/retention/runs', tag, summary: 'What was removed, newest first', access: 'storage:read', query: pageQuery, status: 200, response: { json: retentionRunList } }),
  listHeldSessions: defineRoute({ method: 'GET', path: '/retention/holds', tag, summary: 'Sessions that are held, the longest held first', access: 'sessions:read', query: pageQuery, status: 200, response: { json: heldSessionList } }),
  holdSession: defineRoute({ method: 'POST', path: '/sessions/:id/hold', tag: 'sessions', summary: 'Keep a session against retention', access: 'sessions:write', params: byId, body: holdSessionBody, status: 200, response: oneSession, problems: ['SESSION_NOT_FOUND', 'SESSION_EXPIRED'] }),
  releaseSession: defineRoute({ method: 'DELETE', path: '/sessions/:id/hold', tag: 'sessions', summary: 'Hold a session no more', access: 'sessions:write', params: byId, status: 200, response: oneSession, problems: ['SESSION_NOT_FOUND', 'SESSION_EXPIRED'] }),
} as const satisfies Record<string, Route>;
