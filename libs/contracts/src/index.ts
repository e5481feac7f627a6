export { z } from 'zod';
export {
  LIVE_EVENTS,
  SUBSCRIPTIONS,
  catalogue,
} from './catalogue';
export {
  errorShape,
  hostAddress,
  hostOrNetwork,
  isoTimestamp,
  label,
  pageInfo,
  pageQuery,
  port,
  uuid,
} from './primitives';
export {
  MIN_PASSWORD_LENGTH,
  apiTokenView,
  auditEntry,
  auditList,
  auditQuery,
  changePasswordBody,
  createTokenAnswer,
  createTokenBody,
  createUserBody,
  loginBody,
  newPassword,
  signInAnswer,
  tokenList,
  updateUserBody,
  userList,
  userView,
  username,
  type ApiTokenView,
  type AuditEntry,
  type SignInAnswer,
  type UserView,
} from './access/access';
export {
  auditRecorded,
} from './access/audit-messages';
export {
  PERMISSIONS,
  ROLES,
  ROLE_PERMISSIONS,
  type Permission,
  type Role,
} from './access/permissions';
export {
  CREDENTIAL_KINDS,
  createCredentialBody,
  credentialList,
  credentialRpc,
  credentialView,
  deviceEvents,
  hostKeyList,
  hostKeyView,
  type CreateCredentialBody,
  type CredentialView,
  type HostKeyView,
} from './credentials/credentials';
export {
  SERVICES,
  defineCommand,
  defineControl,
  defineEvent,
  defineProgress,
  defineRpc,
  type CommandDefinition,
  type ControlDefinition,
  type DataOf,
  type EventDefinition,
  type InputOf,
  type MessageDefinition,
  type ProgressDefinition,
  type RequestInputOf,
  type RequestOf,
  type ResponseOf,
  type RpcDefinition,
  type ServiceName,
} from './envelope/definitions';
export {
  envelopeSchema,
  type Envelope,
} from './envelope/envelope';
export {
  capturePreviewBody,
  captureRpc,
  captureSessionAnswer,
  captureSessionInfo,
  captureSessionTarget,
  captureTargetInfo,
  createCaptureSessionAnswer,
  createCaptureSessionBody,
  stopCaptureSessionAnswer,
  type CaptureSessionInfo,
  type CreateCaptureSessionBody,
} from './packet-capture/capture-sessions';
export {
  CAPTURE_DEFAULTS,
  CAPTURE_DEVICE_TYPES,
  MAX_TARGETS,
  captureCapability,
  captureFilter,
  capturePreview,
  interfaceName,
  packetCaptureTarget,
  type CaptureCapability,
  type CaptureDeviceType,
  type CaptureFilter,
  type CapturePreview,
  type PacketCaptureTarget,
} from './packet-capture/packet-capture';
export {
  FIELD_CODES,
  fieldProblems,
  type FieldCode,
} from './rest/field-problems';
export {
  PROBLEMS,
  fieldProblem,
  problemDetails,
  type ProblemCode,
  type ProblemDetails,
} from './rest/problem';
export {
  defineRoute,
  type AnswerOf,
  type BodyInputOf,
  type BodyOf,
  type ParamsOf,
  type QueryOf,
  type Route,
  type RouteAccess,
  type RouteResponse,
} from './rest/route';
export {
  routes,
  type ApiToken,
  type RouteName,
} from './rest/routes';
export {
  sessionCommands,
  sessionEvents,
  sessionListQuery,
  sessionProgress,
  sessionRpc,
} from './sessions/session-messages';
export {
  actor,
  artifactView,
  createSessionBody,
  createSessionRequest,
  sessionEvent,
  sessionOptions,
  sessionSummary,
  sessionView,
  targetRequest,
  targetView,
  type Actor,
  type ArtifactView,
  type CreateSessionBody,
  type CreateSessionRequest,
  type SessionEvent,
  type SessionOptions,
  type SessionSummary,
  type SessionView,
  type TargetRequest,
  type TargetView,
} from './sessions/session';
export {
  LIVE_TARGET_STATES,
  SESSION_STATES,
  TARGET_STATES,
  sessionMachine,
  targetMachine,
  type LiveTargetState,
  type SessionState,
  type TargetState,
} from './sessions/states';
export {
  TARGET_KINDS,
  TARGET_KIND_NAMES,
  type TargetKind,
  type TargetKindName,
} from './sessions/target-kinds';
export {
  channelName,
  clientMessages,
  serverMessages,
  socketAck,
  type ClientMessages,
  type ServerMessages,
  type SocketAck,
} from './socket/socket';
export {
  defineGetHealth,
  healthRpc,
  serviceHealth,
  systemView,
  type ServiceHealth,
  type SystemView,
} from './system/system';
export {
  WORKERS,
  checkTargets,
  defineCheckTargets,
  defineTaskCommands,
  taskCommands,
  taskControls,
  taskDeadlines,
  taskEvents,
  type RunTask,
  type TaskDeadlines,
  type TaskRef,
  type WorkerName,
} from './tasks/tasks';
