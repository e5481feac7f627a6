import { z } from 'zod';
import {
  apiTokenView,
  auditList,
  auditQuery,
  changePasswordBody,
  createTokenAnswer,
  createTokenBody,
  createUserBody,
  loginBody,
  signInAnswer,
  tokenList,
  updateUserBody,
  userList,
  userView,
} from '../access/access';
import { createCredentialBody, credentialList, credentialView, hostKeyList, hostKeyView } from '../credentials/credentials';
import {
  capturePreviewBody,
  captureSessionAnswer,
  captureSessionInfo,
  createCaptureSessionAnswer,
  createCaptureSessionBody,
  stopCaptureSessionAnswer,
} from '../packet-capture/capture-sessions';
import { captureAnalysis } from '../packet-capture/capture-analysis';
import { captureCapability, capturePreview } from '../packet-capture/packet-capture';
import { voiceReport } from '../packet-capture/voice-report';
import { isoTimestamp, pageInfo, pageQuery, uuid } from '../primitives';
import { artifactView, createSessionBody, sessionEvent, sessionSummary, sessionView } from '../sessions/session';
import { sessionListQuery } from '../sessions/session-messages';
import { sessionTemplate, sessionTemplateBody, sessionTemplateList, startTemplateBody, updateSessionTemplateBody } from '../sessions/session-templates';
import { recordingRoutes } from '../recordings/recording-routes';
import { systemView } from '../system/system';
import { catalogueRoutes } from '../catalogue/catalogue-routes';
import { cameraRoutes } from './camera-routes';
import { collectionRoutes } from './collection-routes';
import { deviceRoutes } from './device-routes';
import { defineRoute, type Route } from './route';
import { notificationRoutes } from './notification-routes';
import { retentionRoutes } from './retention-routes';
import { scheduleRoutes } from './schedule-routes';

const byId = z.strictObject({ id: uuid });
/** Signed links carry their proof in the query, so that a plain `<a href>` works. */
const linkQuery = z.strictObject({ link: z.string().max(2_000).optional() });
const downloadUrl = z.object({ url: z.string(), expires_at: isoTimestamp });
const json = <S extends z.ZodType>(schema: S) => ({ json: schema }) as const;
const sessionAnswer = json(z.object({ session: sessionSummary }));
const templateAnswer = json(z.object({ template: sessionTemplate }));
const EMPTY = { empty: true } as const;

/** The public API below `/api/v1`. */
export const routes = {
  login: defineRoute({ method: 'POST', path: '/auth/login', tag: 'auth', summary: 'Sign in', access: 'public', body: loginBody, status: 200, response: json(signInAnswer), problems: ['INVALID_CREDENTIALS', 'TOO_MANY_REQUESTS'] }),
  loginJson: defineRoute({ method: 'POST', path: '/auth/login-json', tag: 'auth', summary: 'Sign in (the first-generation name)', access: 'public', body: loginBody, status: 200, response: json(signInAnswer), problems: ['INVALID_CREDENTIALS', 'TOO_MANY_REQUESTS'] }),
  refresh: defineRoute({ method: 'POST', path: '/auth/refresh', tag: 'auth', summary: 'A new access token for the refresh cookie', access: 'public', status: 200, response: json(signInAnswer), problems: ['NOT_AUTHENTICATED'] }),
  logout: defineRoute({ method: 'POST', path: '/auth/logout', tag: 'auth', summary: 'Forget the refresh cookie', access: 'public', status: 204, response: EMPTY }),
  me: defineRoute({ method: 'GET', path: '/auth/me', tag: 'auth', summary: 'Who am I', access: 'signed-in', status: 200, response: json(z.object({ user: userView })) }),
  changePassword: defineRoute({ method: 'POST', path: '/auth/change-password', tag: 'auth', summary: 'Change my password', access: 'signed-in', body: changePasswordBody, status: 200, response: json(signInAnswer), problems: ['INVALID_CREDENTIALS'] }),

  listUsers: defineRoute({ method: 'GET', path: '/users', tag: 'users', summary: 'Users', access: 'users:admin', query: pageQuery, status: 200, response: json(userList) }),
  createUser: defineRoute({ method: 'POST', path: '/users', tag: 'users', summary: 'Add a user', access: 'users:admin', body: createUserBody, status: 201, response: json(z.object({ user: userView })), problems: ['NAME_TAKEN'], idempotent: true }),
  updateUser: defineRoute({ method: 'PATCH', path: '/users/:id', tag: 'users', summary: 'Change role, state or password of a user', access: 'users:admin', params: byId, body: updateUserBody, status: 200, response: json(z.object({ user: userView })), problems: ['USER_NOT_FOUND', 'LAST_ADMINISTRATOR'] }),
  deleteUser: defineRoute({ method: 'DELETE', path: '/users/:id', tag: 'users', summary: 'Remove a user', access: 'users:admin', params: byId, status: 204, response: EMPTY, problems: ['USER_NOT_FOUND', 'LAST_ADMINISTRATOR'] }),
  listTokens: defineRoute({ method: 'GET', path: '/tokens', tag: 'users', summary: 'API tokens', access: 'users:admin', query: pageQuery, status: 200, response: json(tokenList) }),
  createToken: defineRoute({ method: 'POST', path: '/tokens', tag: 'users', summary: 'Make an API token; it is shown this once', access: 'users:admin', body: createTokenBody, status: 201, response: json(createTokenAnswer), idempotent: false }),
  deleteToken: defineRoute({ method: 'DELETE', path: '/tokens/:id', tag: 'users', summary: 'Revoke an API token', access: 'users:admin', params: byId, status: 204, response: EMPTY, problems: ['TOKEN_NOT_FOUND'] }),
  audit: defineRoute({ method: 'GET', path: '/audit', tag: 'system', summary: 'Every call and every device command', access: 'audit:read', query: auditQuery, status: 200, response: json(auditList) }),
  system: defineRoute({ method: 'GET', path: '/system', tag: 'system', summary: 'Health of every service', access: 'sessions:read', status: 200, response: json(systemView) }),

  createSession: defineRoute({ method: 'POST', path: '/sessions', tag: 'sessions', summary: 'Start targets of any kind together', access: 'sessions:write', body: createSessionBody, status: 202, response: json(z.object({ session: sessionView })), idempotent: true, problems: ['QUOTA_EXCEEDED'] }),
  listSessions: defineRoute({ method: 'GET', path: '/sessions', tag: 'sessions', summary: 'History, newest first', access: 'sessions:read', query: sessionListQuery, status: 200, response: json(z.object({ sessions: z.array(sessionSummary), ...pageInfo })) }),
  getSession: defineRoute({ method: 'GET', path: '/sessions/:id', tag: 'sessions', summary: 'One session with its targets', access: 'sessions:read', params: byId, status: 200, response: json(z.object({ session: sessionView })), problems: ['SESSION_NOT_FOUND', 'SESSION_EXPIRED'] }),
  stopSession: defineRoute({ method: 'POST', path: '/sessions/:id/stop', tag: 'sessions', summary: 'Stop and keep what was captured', access: 'sessions:write', params: byId, status: 200, response: sessionAnswer, problems: ['SESSION_NOT_FOUND', 'SESSION_EXPIRED', 'SESSION_STATE_CONFLICT'] }),
  cancelSession: defineRoute({ method: 'POST', path: '/sessions/:id/cancel', tag: 'sessions', summary: 'Cancel and discard', access: 'sessions:write', params: byId, status: 200, response: sessionAnswer, problems: ['SESSION_NOT_FOUND', 'SESSION_EXPIRED', 'SESSION_STATE_CONFLICT'] }),
  pauseSession: defineRoute({ method: 'POST', path: '/sessions/:id/pause', tag: 'sessions', summary: 'Hold the captures still; the pause does not count into the duration', access: 'sessions:write', params: byId, status: 200, response: sessionAnswer, problems: ['SESSION_NOT_FOUND', 'SESSION_EXPIRED', 'SESSION_STATE_CONFLICT', 'NOT_PAUSABLE'] }),
  resumeSession: defineRoute({ method: 'POST', path: '/sessions/:id/resume', tag: 'sessions', summary: 'Let paused captures go on', access: 'sessions:write', params: byId, status: 200, response: sessionAnswer, problems: ['SESSION_NOT_FOUND', 'SESSION_EXPIRED', 'SESSION_STATE_CONFLICT'] }),
  retrySession: defineRoute({ method: 'POST', path: '/sessions/:id/retry', tag: 'sessions', summary: 'A new session of the failed targets', access: 'sessions:write', params: byId, body: z.strictObject({ only: z.literal('failed').default('failed') }).prefault({}), status: 202, response: json(z.object({ session: sessionView })), problems: ['QUOTA_EXCEEDED', 'SESSION_NOT_FOUND', 'SESSION_EXPIRED', 'SESSION_NOT_READY', 'NOTHING_TO_RETRY'], idempotent: true }),
  deleteSession: defineRoute({ method: 'DELETE', path: '/sessions/:id', tag: 'sessions', summary: 'Stop if running, clean the devices, remove rows and objects', access: 'sessions:write', params: byId, status: 202, response: json(z.object({ message: z.string() })), problems: ['SESSION_NOT_FOUND', 'SESSION_EXPIRED', 'SESSION_HELD'] }),
  sessionEvents: defineRoute({ method: 'GET', path: '/sessions/:id/events', tag: 'sessions', summary: 'The durable history of a session', access: 'sessions:read', params: byId, query: z.strictObject({ after: z.coerce.number().int().min(0).default(0), limit: z.coerce.number().int().min(1).max(1_000).default(500) }), status: 200, response: json(z.object({ events: z.array(sessionEvent), last_sequence: z.int() })), problems: ['SESSION_NOT_FOUND', 'SESSION_EXPIRED'] }),
  sessionArtifacts: defineRoute({ method: 'GET', path: '/sessions/:id/artifacts', tag: 'sessions', summary: 'Artifacts of a session', access: 'sessions:read', params: byId, status: 200, response: json(z.object({ artifacts: z.array(artifactView) })), problems: ['SESSION_NOT_FOUND', 'SESSION_EXPIRED'] }),
  downloadSession: defineRoute({ method: 'GET', path: '/sessions/:id/download', tag: 'downloads', summary: 'Everything as one ZIP with manifest.json and SHA256SUMS', access: { link: 'artifacts:download' }, params: byId, query: linkQuery, status: 200, response: { bytes: 'application/zip' }, problems: ['SESSION_NOT_FOUND', 'SESSION_EXPIRED', 'SESSION_NOT_READY', 'NO_CAPTURES_FOUND', 'LINK_EXPIRED', 'LINK_INVALID'] }),
  sessionDownloadUrl: defineRoute({ method: 'POST', path: '/sessions/:id/download-url', tag: 'downloads', summary: 'A short-lived link to the ZIP', access: 'artifacts:download', params: byId, status: 200, response: json(downloadUrl), problems: ['SESSION_NOT_FOUND', 'SESSION_EXPIRED', 'SESSION_NOT_READY', 'NO_CAPTURES_FOUND'] }),
  downloadArtifact: defineRoute({ method: 'GET', path: '/artifacts/:id', tag: 'downloads', summary: 'One artifact; Range and ETag (= sha256) are honoured', access: { link: 'artifacts:download' }, params: byId, query: linkQuery, status: 200, response: { bytes: 'application/octet-stream' }, problems: ['ARTIFACT_NOT_FOUND', 'ARTIFACT_EXPIRED', 'OBJECT_PRUNED', 'RANGE_NOT_SATISFIABLE', 'LINK_EXPIRED', 'LINK_INVALID'] }),
  artifactDownloadUrl: defineRoute({ method: 'POST', path: '/artifacts/:id/download-url', tag: 'downloads', summary: 'A short-lived link to an artifact', access: 'artifacts:download', params: byId, status: 200, response: json(downloadUrl), problems: ['ARTIFACT_NOT_FOUND', 'ARTIFACT_EXPIRED'] }),

  listSessionTemplates: defineRoute({ method: 'GET', path: '/session-templates', tag: 'session templates', summary: 'Templates by name', access: 'sessions:read', query: pageQuery, status: 200, response: json(sessionTemplateList) }),
  createSessionTemplate: defineRoute({ method: 'POST', path: '/session-templates', tag: 'session templates', summary: 'Keep a session to start it again', access: 'sessions:write', body: sessionTemplateBody, status: 201, response: templateAnswer, problems: ['NAME_TAKEN'], idempotent: true }),
  getSessionTemplate: defineRoute({ method: 'GET', path: '/session-templates/:id', tag: 'session templates', summary: 'One template', access: 'sessions:read', params: byId, status: 200, response: templateAnswer, problems: ['TEMPLATE_NOT_FOUND'] }),
  updateSessionTemplate: defineRoute({ method: 'PUT', path: '/session-templates/:id', tag: 'session templates', summary: 'Replace a template', access: 'sessions:write', params: byId, body: updateSessionTemplateBody, status: 200, response: templateAnswer, problems: ['TEMPLATE_NOT_FOUND', 'REVISION_CONFLICT', 'NAME_TAKEN'] }),
  deleteSessionTemplate: defineRoute({ method: 'DELETE', path: '/session-templates/:id', tag: 'session templates', summary: 'Forget a template; sessions it started stay', access: 'sessions:write', params: byId, status: 204, response: EMPTY, problems: ['TEMPLATE_NOT_FOUND'] }),
  startSessionTemplate: defineRoute({ method: 'POST', path: '/session-templates/:id/start', tag: 'session templates', summary: 'Start a session as the template says', access: 'sessions:write', params: byId, body: startTemplateBody.prefault({}), status: 202, response: json(z.object({ session: sessionView })), problems: ['QUOTA_EXCEEDED', 'TEMPLATE_NOT_FOUND'], idempotent: true }),
  ...recordingRoutes,
  ...scheduleRoutes,
  ...notificationRoutes,
  ...retentionRoutes,

  captureCapabilities: defineRoute({ method: 'GET', path: '/capture-sessions/capabilities', tag: 'packet captures', summary: 'What each device type can do', access: 'sessions:read', status: 200, response: json(z.object({ capabilities: z.array(captureCapability) })) }),
  capturePreview: defineRoute({ method: 'POST', path: '/capture-sessions/preview', tag: 'packet captures', summary: 'The exact device command of each target', access: 'sessions:read', body: capturePreviewBody, status: 200, response: json(z.object({ previews: z.array(capturePreview) })) }),
  createCaptureSession: defineRoute({ method: 'POST', path: '/capture-sessions', tag: 'packet captures', summary: 'Capture on several devices together', access: 'sessions:write', body: createCaptureSessionBody, status: 202, response: json(createCaptureSessionAnswer), idempotent: true, problems: ['QUOTA_EXCEEDED'] }),
  listCaptureSessions: defineRoute({ method: 'GET', path: '/capture-sessions', tag: 'packet captures', summary: 'Packet-capture sessions, newest first', access: 'sessions:read', query: pageQuery, status: 200, response: json(z.object({ sessions: z.array(captureSessionInfo), ...pageInfo })) }),
  getCaptureSession: defineRoute({ method: 'GET', path: '/capture-sessions/:id', tag: 'packet captures', summary: 'One session with its timing', access: 'sessions:read', params: byId, status: 200, response: json(captureSessionAnswer), problems: ['SESSION_NOT_FOUND', 'SESSION_EXPIRED'] }),
  stopCaptureSession: defineRoute({ method: 'POST', path: '/capture-sessions/:id/stop', tag: 'packet captures', summary: 'Stop all captures and collect', access: 'sessions:write', params: byId, status: 200, response: json(stopCaptureSessionAnswer), problems: ['SESSION_NOT_FOUND', 'SESSION_EXPIRED'] }),
  retryCollectCaptureSession: defineRoute({ method: 'POST', path: '/capture-sessions/:id/retry-collect', tag: 'packet captures', summary: 'Collect again what could not be collected, without capturing again', access: 'sessions:write', params: byId, status: 202, response: json(createCaptureSessionAnswer), problems: ['QUOTA_EXCEEDED', 'SESSION_NOT_FOUND', 'SESSION_EXPIRED', 'SESSION_NOT_READY', 'NOTHING_TO_COLLECT'], idempotent: true }),
  downloadCaptureSession: defineRoute({ method: 'GET', path: '/capture-sessions/:id/download', tag: 'packet captures', summary: 'The bundle, named capture_session_<id8>.zip', access: { link: 'artifacts:download' }, params: byId, query: linkQuery, status: 200, response: { bytes: 'application/zip' }, problems: ['SESSION_NOT_FOUND', 'SESSION_EXPIRED', 'SESSION_NOT_READY', 'NO_CAPTURES_FOUND', 'LINK_EXPIRED', 'LINK_INVALID'] }),
  mergedCapture: defineRoute({ method: 'GET', path: '/capture-sessions/:id/merged', tag: 'packet captures', summary: 'All captures of a session as one pcapng with corrected clocks; Range and ETag (= sha256) are honoured', access: { link: 'artifacts:download' }, params: byId, query: linkQuery, status: 200, response: { bytes: 'application/x-pcapng' }, problems: ['SESSION_NOT_FOUND', 'SESSION_EXPIRED', 'SESSION_NOT_READY', 'NO_CAPTURES_FOUND', 'ANALYSIS_RUNNING', 'ANALYSIS_FAILED', 'OBJECT_PRUNED', 'RANGE_NOT_SATISFIABLE', 'LINK_EXPIRED', 'LINK_INVALID'] }),
  mergedCaptureUrl: defineRoute({ method: 'POST', path: '/capture-sessions/:id/merged-url', tag: 'packet captures', summary: 'A short-lived link to the merged capture', access: 'artifacts:download', params: byId, status: 200, response: json(downloadUrl), problems: ['SESSION_NOT_FOUND', 'SESSION_EXPIRED', 'SESSION_NOT_READY', 'NO_CAPTURES_FOUND', 'ANALYSIS_RUNNING', 'ANALYSIS_FAILED'] }),
  voiceReport: defineRoute({ method: 'GET', path: '/capture-sessions/:id/voice-report', tag: 'packet captures', summary: 'Calls, ladders and RTP quality in the merged capture', access: 'sessions:read', params: byId, status: 200, response: json(voiceReport), problems: ['SESSION_NOT_FOUND', 'SESSION_EXPIRED', 'SESSION_NOT_READY', 'NO_CAPTURES_FOUND', 'ANALYSIS_RUNNING', 'ANALYSIS_FAILED', 'OBJECT_PRUNED'] }),
  analyseCaptureSession: defineRoute({ method: 'POST', path: '/capture-sessions/:id/analysis', tag: 'packet captures', summary: 'Merge and analyse the captures again', access: 'sessions:write', params: byId, status: 202, response: json(z.object({ analysis: captureAnalysis })), problems: ['SESSION_NOT_FOUND', 'SESSION_EXPIRED', 'SESSION_NOT_READY', 'NO_CAPTURES_FOUND'] }),
  deleteCaptureSession: defineRoute({ method: 'DELETE', path: '/capture-sessions/:id', tag: 'packet captures', summary: 'Stop, clean up and delete', access: 'sessions:write', params: byId, status: 200, response: json(z.object({ message: z.string() })), problems: ['SESSION_NOT_FOUND', 'SESSION_EXPIRED', 'SESSION_HELD'] }),

  listCredentials: defineRoute({ method: 'GET', path: '/credentials', tag: 'devices', summary: 'Credentials without their secrets', access: 'devices:read', query: pageQuery, status: 200, response: json(credentialList) }),
  createCredential: defineRoute({ method: 'POST', path: '/credentials', tag: 'devices', summary: 'Keep a credential; its secrets never come back', access: 'credentials:write', body: createCredentialBody, status: 201, response: json(z.object({ credential: credentialView })), problems: ['NAME_TAKEN'], idempotent: true }),
  deleteCredential: defineRoute({ method: 'DELETE', path: '/credentials/:id', tag: 'devices', summary: 'Forget a credential', access: 'credentials:write', params: byId, status: 204, response: EMPTY, problems: ['CREDENTIAL_NOT_FOUND', 'CREDENTIAL_IN_USE'] }),
  listHostKeys: defineRoute({ method: 'GET', path: '/host-keys', tag: 'devices', summary: 'Host keys of devices', access: 'devices:read', query: pageQuery.extend({ status: z.enum(['trusted', 'changed']).optional() }), status: 200, response: json(hostKeyList) }),
  trustHostKey: defineRoute({ method: 'POST', path: '/host-keys/:id/trust', tag: 'devices', summary: 'Trust the key a device shows now', access: 'devices:write', params: byId, status: 200, response: json(z.object({ host_key: hostKeyView })), problems: ['HOST_KEY_NOT_FOUND'] }),

  ...deviceRoutes,

  ...cameraRoutes,

  ...collectionRoutes,
  ...catalogueRoutes,
} as const satisfies Record<string, Route>;

/** Name of a route in {@link routes}. */
export type RouteName = keyof typeof routes;
/** See {@link apiTokenView}; re-exported for the clients of these routes. */
export type ApiToken = z.output<typeof apiTokenView>;
