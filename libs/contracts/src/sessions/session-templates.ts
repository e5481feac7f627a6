import { z } from 'zod';
import { defineRpc } from '../envelope/definitions';
import { isoTimestamp, label, pageInfo, pageQuery, uuid } from '../primitives';
import { actor, createSessionBody, sessionView } from './session';

const OWNER = 'capture-orchestrator';

/** Body of `POST /session-templates`: a session that can be started again and again. It names credentials and holds no secret. */
export const sessionTemplateBody = z.strictObject({ name: label(100), session: createSessionBody });
/** Body of `PUT /session-templates/:id`; `revision` is the one that was read. */
export const updateSessionTemplateBody = sessionTemplateBody.extend({ revision: z.int().min(1) });
/** Body of `POST /session-templates/:id/start`: what differs this once. */
export const startTemplateBody = z.strictObject({ name: label(100).optional(), duration_sec: z.int().min(1).max(86_400).optional() });

/** A template as it is kept. */
export const sessionTemplate = z.object({
  template_id: uuid,
  name: z.string(),
  session: z.record(z.string(), z.unknown()),
  target_count: z.int(),
  kinds: z.array(z.string()),
  /** Grows with every change. */
  revision: z.int(),
  created_at: isoTimestamp,
  created_by: actor,
  updated_at: isoTimestamp,
});
/** See {@link sessionTemplate}. */
export type SessionTemplate = z.output<typeof sessionTemplate>;

/** Answer of `GET /session-templates`. */
export const sessionTemplateList = z.object({ templates: z.array(sessionTemplate), ...pageInfo });

const one = z.object({ template: sessionTemplate });

/** What the gateway asks the orchestrator about templates. */
export const sessionTemplateRpc = {
  list: defineRpc(OWNER, 'list-session-templates', 'Templates by name', { request: pageQuery, response: sessionTemplateList }),
  get: defineRpc(OWNER, 'get-session-template', 'One template', { request: z.object({ template_id: uuid }), response: one }),
  create: defineRpc(OWNER, 'create-session-template', 'Keep a template; repeating is harmless', {
    request: sessionTemplateBody.extend({ template_id: uuid, requested_by: actor }),
    response: one,
  }),
  update: defineRpc(OWNER, 'update-session-template', 'Replace a template that has not changed since it was read', {
    request: updateSessionTemplateBody.extend({ template_id: uuid }),
    response: one,
  }),
  remove: defineRpc(OWNER, 'delete-session-template', 'Forget a template', { request: z.object({ template_id: uuid }), response: z.object({}) }),
  start: defineRpc(OWNER, 'start-session-template', 'A session as the template says', {
    request: startTemplateBody.extend({ template_id: uuid, session_id: uuid.optional(), requested_by: actor }),
    response: z.object({ session: sessionView }),
    timeoutMs: 10_000,
  }),
} as const;
