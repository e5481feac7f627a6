import { type DataOf, type Envelope, receiverEvents, recordingEvents, waterfallLines } from '@capstan/contracts';
import type { LiveMessage } from '../live/live-messages';
import { waterfallRoom } from './recording-socket.gateway';

const ALL = 'recordings';
/** Whoever looks at all recordings, and whoever looks at this one as a session. */
const roomsOf = (sessionId: string): string[] => [ALL, `session:${sessionId}`];

/** What a fact about recordings means for browsers; undefined when it is about something else. */
export function toRecordingMessage({ type, data }: Envelope): LiveMessage | undefined {
  switch (type) {
    case recordingEvents.changed.type: {
      const { recording } = data as DataOf<typeof recordingEvents.changed>;
      return { rooms: roomsOf(recording.session_id), event: 'session:status_update', payload: { session_id: recording.session_id, status: recording.status, recording }, lossy: false };
    }
    case recordingEvents.progress.type:
      // Shares its name with the live numbers of targets, as the first generation's clients expect; rooms keep them apart.
      return { rooms: [ALL], event: 'session:progress', payload: data as never, lossy: false };
    case recordingEvents.receiverChanged.type: {
      const payload = data as DataOf<typeof recordingEvents.receiverChanged>;
      return { rooms: roomsOf(payload.session_id), event: 'session:receiver', payload, lossy: false };
    }
    case recordingEvents.warning.type: {
      const payload = data as DataOf<typeof recordingEvents.warning>;
      return { rooms: roomsOf(payload.session_id), event: 'session:warning', payload, lossy: false };
    }
    case recordingEvents.finished.type: {
      const payload = data as DataOf<typeof recordingEvents.finished>;
      return { rooms: roomsOf(payload.session_id), event: 'session:finished', payload, lossy: false };
    }
    case recordingEvents.deleted.type:
      return { rooms: [ALL], event: 'recording:deleted', payload: data as DataOf<typeof recordingEvents.deleted>, lossy: false };
    case receiverEvents.healthChanged.type:
      return { rooms: ['receivers'], event: 'receiver:health', payload: data as DataOf<typeof receiverEvents.healthChanged>, lossy: false };
    case waterfallLines.type: {
      const { lines, target_id: _, ...rest } = data as DataOf<typeof waterfallLines>;
      return { rooms: [waterfallRoom(rest.session_id, rest.receiver_id)], event: 'waterfall:lines', payload: { ...rest, lines: Buffer.from(lines, 'base64') }, lossy: true };
    }
    default:
      return undefined;
  }
}
