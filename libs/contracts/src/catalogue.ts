import { auditRecorded } from './access/audit-messages';
import { cameraEvents, cameraRpc, filmRpc, snapshotRpc } from './cameras/camera-messages';
import { collectionEvents, collectionRpc, credentialEvents } from './collection/collection-messages';
import { catalogueEvents, catalogueRpc } from './catalogue/catalogue-messages';
import { credentialRpc, deviceEvents } from './credentials/credentials';
import { deviceRpc, inventoryEvents } from './devices/device-messages';
import type { CommandDefinition, ControlDefinition, EventDefinition, ProgressDefinition, RpcDefinition, ServiceName } from './envelope/definitions';
import { notificationEvents, notificationRpc } from './notifications/notifications';
import { captureAnalysisRpc } from './packet-capture/capture-analysis';
import { captureRpc } from './packet-capture/capture-sessions';
import { sourceRpc } from './recordings/known-sources';
import { receiverEvents, receiverRpc, waterfallLines } from './recordings/receivers';
import { recordingEvents, recordingRpc } from './recordings/recording-messages';
import { sessionCommands, sessionEvents, sessionProgress, sessionRpc } from './sessions/session-messages';
import { sessionTemplateRpc } from './sessions/session-templates';
import { retentionRpc } from './retention/retention';
import { scheduleEvents, scheduleRpc } from './schedules/schedules';
import { healthRpc } from './system/system';
import { storageEvents, storageRpc } from './storage/storage';
import { checkTargets, sessionArtifactEvents, taskCommands, taskControls, taskEvents } from './tasks/tasks';

/** Every message that may travel over the broker. What is not here is refused by sender and receiver alike. */
export const catalogue = {
  commands: [...Object.values(sessionCommands), ...Object.values(taskCommands).flatMap((orders) => Object.values(orders))] as readonly CommandDefinition[],
  events: [...Object.values(sessionEvents), ...Object.values(taskEvents), ...Object.values(sessionArtifactEvents), ...Object.values(deviceEvents), ...Object.values(cameraEvents), ...Object.values(recordingEvents), ...Object.values(receiverEvents), ...Object.values(collectionEvents), ...Object.values(credentialEvents), ...Object.values(inventoryEvents), ...Object.values(catalogueEvents), ...Object.values(scheduleEvents), ...Object.values(notificationEvents), ...Object.values(storageEvents), auditRecorded] as readonly EventDefinition[],
  rpcs: [
    ...Object.values(sessionRpc),
    ...Object.values(sessionTemplateRpc),
    ...Object.values(scheduleRpc),
    ...Object.values(retentionRpc),
    ...Object.values(storageRpc).flatMap((questions) => Object.values(questions)),
    ...Object.values(notificationRpc),
    ...Object.values(credentialRpc),
    ...Object.values(deviceRpc),
    ...Object.values(captureRpc),
    ...Object.values(captureAnalysisRpc),
    ...Object.values(cameraRpc),
    ...Object.values(snapshotRpc),
    ...Object.values(filmRpc),
    ...Object.values(receiverRpc),
    ...Object.values(sourceRpc),
    ...Object.values(recordingRpc),
    ...Object.values(collectionRpc),
    ...Object.values(catalogueRpc),
    ...Object.values(checkTargets),
    ...Object.values(healthRpc),
  ] as readonly RpcDefinition[],
  progress: [sessionProgress, waterfallLines] as readonly ProgressDefinition[],
  controls: Object.values(taskControls) as readonly ControlDefinition[],
} as const;

/**
 * Which service stores which facts, through its durable queue. The gateway's browsers are fed by an exclusive queue
 * per instance besides, see {@link LIVE_EVENTS}.
 */
export const SUBSCRIPTIONS: Readonly<Record<ServiceName, readonly string[]>> = {
  gateway: [auditRecorded.type],
  'capture-orchestrator': [...Object.values(taskEvents), ...Object.values(sessionArtifactEvents)].map((event) => event.type),
  'device-collector': [sessionEvents.created.type, sessionEvents.finished.type, sessionEvents.deleted.type],
  'camera-service': [],
  'sdr-acquirer': [sessionEvents.stateChanged.type, sessionEvents.targetChanged.type, sessionEvents.finished.type, sessionEvents.deleted.type],
  notifier: [
    sessionEvents.finished.type,
    scheduleEvents.runDecided.type,
    deviceEvents.hostKeyChanged.type,
    inventoryEvents.identityChanged.type,
    catalogueEvents.configChanged.type,
    catalogueEvents.deviceChanged.type,
    catalogueEvents.arpConflict.type,
    credentialEvents.breakerOpened.type,
    cameraEvents.healthChanged.type,
    receiverEvents.healthChanged.type,
    ...Object.values(storageEvents).map((event) => event.type),
  ],
};

/** Facts each gateway instance forwards to its sockets. */
export const LIVE_EVENTS: readonly string[] = [
  sessionEvents.created.type,
  sessionEvents.stateChanged.type,
  sessionEvents.targetChanged.type,
  sessionEvents.artifactAdded.type,
  sessionEvents.deleted.type,
  deviceEvents.hostKeyChanged.type,
  ...Object.values(inventoryEvents).map((event) => event.type),
  cameraEvents.healthChanged.type,
  ...Object.values(recordingEvents).map((event) => event.type),
  receiverEvents.healthChanged.type,
  notificationEvents.raised.type,
  ...Object.values(collectionEvents).map((event) => event.type),
  ...Object.values(credentialEvents).map((event) => event.type),
];
