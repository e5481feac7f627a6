import type { AnswerOf, BodyInputOf, ParamsOf, QueryOf, RouteName, routes } from '@capstan/contracts';

type Routes = typeof routes;

/**
 * Method and path of every route the app calls. The contracts' own table carries every schema, which a browser need not
 * load to send a request; this one is checked against it by the compiler (a wrong method or path does not type-check).
 */
export const ENDPOINTS = {
  login: ['POST', '/auth/login'],
  refresh: ['POST', '/auth/refresh'],
  logout: ['POST', '/auth/logout'],
  changePassword: ['POST', '/auth/change-password'],
  listUsers: ['GET', '/users'],
  createUser: ['POST', '/users'],
  updateUser: ['PATCH', '/users/:id'],
  deleteUser: ['DELETE', '/users/:id'],
  listTokens: ['GET', '/tokens'],
  createToken: ['POST', '/tokens'],
  deleteToken: ['DELETE', '/tokens/:id'],
  audit: ['GET', '/audit'],
  system: ['GET', '/system'],
  listSessions: ['GET', '/sessions'],
  getSession: ['GET', '/sessions/:id'],
  stopSession: ['POST', '/sessions/:id/stop'],
  cancelSession: ['POST', '/sessions/:id/cancel'],
  pauseSession: ['POST', '/sessions/:id/pause'],
  resumeSession: ['POST', '/sessions/:id/resume'],
  retrySession: ['POST', '/sessions/:id/retry'],
  deleteSession: ['DELETE', '/sessions/:id'],
  sessionEvents: ['GET', '/sessions/:id/events'],
  sessionArtifacts: ['GET', '/sessions/:id/artifacts'],
  sessionDownloadUrl: ['POST', '/sessions/:id/download-url'],
  artifactDownloadUrl: ['POST', '/artifacts/:id/download-url'],
  listSessionTemplates: ['GET', '/session-templates'],
  createSessionTemplate: ['POST', '/session-templates'],
  updateSessionTemplate: ['PUT', '/session-templates/:id'],
  deleteSessionTemplate: ['DELETE', '/session-templates/:id'],
  listSchedules: ['GET', '/schedules'],
  createSchedule: ['POST', '/schedules'],
  previewSchedule: ['POST', '/schedules/preview'],
  getSchedule: ['GET', '/schedules/:id'],
  updateSchedule: ['PUT', '/schedules/:id'],
  patchSchedule: ['PATCH', '/schedules/:id'],
  deleteSchedule: ['DELETE', '/schedules/:id'],
  runSchedule: ['POST', '/schedules/:id/run'],
  listScheduleRuns: ['GET', '/schedules/:id/runs'],
  calendar: ['GET', '/calendar'],
  storage: ['GET', '/storage'],
  sweepStorage: ['POST', '/storage/sweeps'],
  listRetentionPolicies: ['GET', '/retention/policies'],
  setRetentionPolicy: ['PUT', '/retention/policies/:kind'],
  previewRetention: ['POST', '/retention/preview'],
  runRetention: ['POST', '/retention/runs'],
  listRetentionRuns: ['GET', '/retention/runs'],
  listHeldSessions: ['GET', '/retention/holds'],
  holdSession: ['POST', '/sessions/:id/hold'],
  releaseSession: ['DELETE', '/sessions/:id/hold'],
  captureCapabilities: ['GET', '/capture-sessions/capabilities'],
  capturePreview: ['POST', '/capture-sessions/preview'],
  createCaptureSession: ['POST', '/capture-sessions'],
  retryCollectCaptureSession: ['POST', '/capture-sessions/:id/retry-collect'],
  mergedCaptureUrl: ['POST', '/capture-sessions/:id/merged-url'],
  voiceReport: ['GET', '/capture-sessions/:id/voice-report'],
  analyseCaptureSession: ['POST', '/capture-sessions/:id/analysis'],
  createRecording: ['POST', '/recordings'],
  listRecordings: ['GET', '/recordings'],
  getRecording: ['GET', '/recordings/:id'],
  updateRecording: ['PATCH', '/recordings/:id'],
  retryRecording: ['POST', '/recordings/:id/retry'],
  listChunks: ['GET', '/recordings/:id/chunks'],
  recordingExportUrl: ['POST', '/recordings/:id/download-url'],
  listReceivers: ['GET', '/receivers'],
  createReceiver: ['POST', '/receivers'],
  deleteReceiver: ['DELETE', '/receivers/:id'],
  checkReceiver: ['POST', '/receivers/:id/check'],
  listSources: ['GET', '/known-sources'],
  createSource: ['POST', '/known-sources'],
  deleteSource: ['DELETE', '/known-sources/:id'],
  listCameraGroups: ['GET', '/cameras/groups'],
  createCameraGroup: ['POST', '/cameras/groups'],
  updateCameraGroup: ['PUT', '/cameras/groups/:id'],
  deleteCameraGroup: ['DELETE', '/cameras/groups/:id'],
  snapshotCameraGroup: ['POST', '/cameras/groups/:id/snapshot'],
  cameraSummary: ['GET', '/cameras/summary'],
  cameraEvents: ['GET', '/cameras/events'],
  importCameras: ['POST', '/cameras/import'],
  exportCameras: ['GET', '/cameras/export'],
  listCameras: ['GET', '/cameras'],
  createCamera: ['POST', '/cameras'],
  getCamera: ['GET', '/cameras/:id'],
  updateCamera: ['PUT', '/cameras/:id'],
  setCameraState: ['PATCH', '/cameras/:id/state'],
  deleteCamera: ['DELETE', '/cameras/:id'],
  testCamera: ['POST', '/cameras/:id/test-connection'],
  snapshotCamera: ['POST', '/cameras/:id/snapshot'],
  cameraStill: ['GET', '/cameras/:id/still'],
  cameraHealth: ['GET', '/cameras/:id/health'],
  cameraContactSheet: ['POST', '/cameras/:id/contact-sheet'],
  cameraTimeLapse: ['POST', '/cameras/:id/time-lapse'],
  deviceSnapshots: ['GET', '/snapshots/device/:device_id'],
  holdSnapshot: ['PATCH', '/snapshots/:id'],
  snapshotBinary: ['GET', '/snapshots/:id/binary'],
  snapshotThumbnail: ['GET', '/snapshots/:id/thumbnail'],
  snapshotDownloadUrl: ['POST', '/snapshots/:id/download-url'],
  deleteSnapshot: ['DELETE', '/snapshots/:id'],
  createSession: ['POST', '/sessions'],
  listCredentials: ['GET', '/credentials'],
  createCredential: ['POST', '/credentials'],
  deleteCredential: ['DELETE', '/credentials/:id'],
  listDevices: ['GET', '/devices'],
  deviceFacets: ['GET', '/devices/facets'],
  getDevice: ['GET', '/devices/:id'],
  createDevice: ['POST', '/devices'],
  updateDevice: ['PATCH', '/devices/:id'],
  deleteDevice: ['DELETE', '/devices/:id'],
  bulkDevices: ['POST', '/devices/bulk'],
  testDevice: ['POST', '/devices/:id/test'],
  acknowledgeDeviceIdentity: ['POST', '/devices/:id/identity/acknowledge'],
  importDevices: ['POST', '/devices/import'],
  exportDevices: ['GET', '/devices/export'],
  collectionDevices: ['POST', '/collection/devices'],
  collectionCaptureTypes: ['GET', '/collection/capture-types'],
  startCollection: ['POST', '/collection/start'],
  listCollections: ['GET', '/collection/jobs'],
  getCollection: ['GET', '/collection/jobs/:job_id'],
  retryCollection: ['POST', '/collection/jobs/:job_id/retry'],
  cancelCollection: ['POST', '/collection/jobs/:job_id/cancel'],
  reloadCollection: ['POST', '/collection/jobs/:job_id/reload'],
  listHostKeys: ['GET', '/host-keys'],
  trustHostKey: ['POST', '/host-keys/:id/trust'],
  listCaptures: ['GET', '/captures'],
  getCapture: ['GET', '/captures/:id'],
  captureTextUrl: ['POST', '/captures/:id/text-url'],
  revealCapture: ['POST', '/captures/:id/reveal'],
  setBaseline: ['POST', '/captures/:id/baseline'],
  removeBaseline: ['DELETE', '/captures/:id/baseline'],
  compareCaptures: ['GET', '/captures/compare'],
  viewCapture: ['GET', '/capture/api/view'],
  captureDrift: ['GET', '/devices/:id/drift'],
  listChanges: ['GET', '/changes'],
  changeDiff: ['GET', '/changes/:id/diff'],
  acknowledgeChange: ['POST', '/changes/:id/acknowledge'],
  acknowledgeChanges: ['POST', '/changes/acknowledge'],
  listArp: ['GET', '/arp'],
  arpEvents: ['GET', '/arp/events'],
  arpStats: ['GET', '/arp/api/stats'],
  listMac: ['GET', '/mac'],
  listNeighbors: ['GET', '/neighbors'],
  listRoutes: ['GET', '/routes'],
  search: ['GET', '/search'],
} as const satisfies { readonly [N in RouteName]?: readonly [Routes[N]['method'], Routes[N]['path']] };

/** A route the app calls. */
export type EndpointName = keyof typeof ENDPOINTS;

type Given<T, Key extends string> = [T] extends [undefined] ? { readonly [K in Key]?: never } : { readonly [K in Key]: T };

/** What a call to a route takes: exactly the parameters, query and body its contract names. */
export type CallOptions<N extends EndpointName> = Given<ParamsOf<Routes[N]>, 'params'> &
  Given<BodyInputOf<Routes[N]>, 'body'> & {
    readonly query?: Partial<QueryOf<Routes[N]>>;
    readonly signal?: AbortSignal;
    /** Repeats of the same order are recognised by it. */
    readonly idempotencyKey?: string;
  };

/** JSON a route answers; undefined where it answers nothing. */
export type Answer<N extends EndpointName> = AnswerOf<Routes[N]>;

/** `/api/v1/sessions/<id>?page=2`; empty and undefined query values are left out. */
export function urlOf(
  name: EndpointName,
  params: Readonly<Record<string, string>> = {},
  query: Readonly<Record<string, unknown>> = {},
): string {
  const path = ENDPOINTS[name][1].replace(/:([a-z_]+)/g, (_whole, key: string) => encodeURIComponent(params[key] ?? ''));
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') {
      search.set(key, String(value));
    }
  }
  const text = search.toString();
  return `/api/v1${path}${text === '' ? '' : `?${text}`}`;
}
