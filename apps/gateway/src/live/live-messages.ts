import { cameraEvents, type DataOf, deviceEvents, type Envelope, inventoryEvents, notificationEvents, type ServerMessages, sessionEvents, sessionProgress } from '@capstan/contracts';
import { toCollectionMessages } from '../collection/collection-live-messages';
import { toRecordingMessage } from '../recordings/recording-live-messages';

/** One message for the sockets in some rooms. */
export type LiveMessage = {
  [Name in keyof ServerMessages]: {
    readonly rooms: readonly string[];
    readonly event: Name;
    readonly payload: ServerMessages[Name];
    /** May be left out for a socket that cannot take it now. */
    readonly lossy: boolean;
  };
}[keyof ServerMessages];

const room = (sessionId: string): string => `session:${sessionId}`;

/** What a fact from the broker means for browsers, in the order in which it is said; nothing when it means nothing to them. */
export function toLiveMessages(envelope: Envelope): readonly LiveMessage[] {
  const message = toLiveMessage(envelope);
  return message === undefined ? toCollectionMessages(envelope) : [message];
}

/** What a fact from the broker means for browsers; undefined when it means nothing to them. */
export function toLiveMessage({ type, data }: Envelope): LiveMessage | undefined {
  switch (type) {
    case sessionEvents.created.type: {
      const { targets: _, ...session } = (data as DataOf<typeof sessionEvents.created>).session;
      return { rooms: ['sessions', room(session.session_id)], event: 'session:state', payload: { session, sequence: session.sequence }, lossy: false };
    }
    case sessionEvents.stateChanged.type: {
      const { session } = data as DataOf<typeof sessionEvents.stateChanged>;
      return { rooms: ['sessions', room(session.session_id)], event: 'session:state', payload: { session, sequence: session.sequence }, lossy: false };
    }
    case sessionEvents.targetChanged.type: {
      const payload = data as DataOf<typeof sessionEvents.targetChanged>;
      return { rooms: [room(payload.session_id)], event: 'session:target', payload, lossy: false };
    }
    case sessionEvents.artifactAdded.type: {
      const payload = data as DataOf<typeof sessionEvents.artifactAdded>;
      return { rooms: [room(payload.session_id)], event: 'session:artifact', payload, lossy: false };
    }
    case sessionEvents.deleted.type: {
      const { session_id } = data as DataOf<typeof sessionEvents.deleted>;
      return { rooms: ['sessions', room(session_id)], event: 'session:deleted', payload: { session_id }, lossy: false };
    }
    case sessionProgress.type: {
      const payload = data as DataOf<typeof sessionProgress>;
      return { rooms: [room(payload.session_id)], event: 'session:progress', payload, lossy: true };
    }
    case deviceEvents.hostKeyChanged.type: {
      const { host_key } = data as DataOf<typeof deviceEvents.hostKeyChanged>;
      return { rooms: ['devices'], event: 'device:host_key_changed', payload: { host_key }, lossy: false };
    }
    case inventoryEvents.identityChanged.type: {
      const { device_id, name, known, observed } = data as DataOf<typeof inventoryEvents.identityChanged>;
      return { rooms: ['devices'], event: 'device:identity', payload: { device_id, name, known, observed }, lossy: false };
    }
    case inventoryEvents.identityAcknowledged.type: {
      const { device_id, name, identity } = data as DataOf<typeof inventoryEvents.identityAcknowledged>;
      return { rooms: ['devices'], event: 'device:identity', payload: { device_id, name, known: identity, observed: identity }, lossy: false };
    }
    case cameraEvents.healthChanged.type: {
      const { at: _, ...payload } = data as DataOf<typeof cameraEvents.healthChanged>;
      return { rooms: ['cameras'], event: 'camera:health', payload, lossy: false };
    }
    case notificationEvents.raised.type:
      return { rooms: ['notifications'], event: 'notification', payload: data as DataOf<typeof notificationEvents.raised>, lossy: false };
    default:
      return toRecordingMessage({ type, data } as Envelope);
  }
}
