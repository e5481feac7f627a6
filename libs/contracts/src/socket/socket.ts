import { z } from 'zod';
import { UUID_PATTERN } from '@capstan/kernel';
import { cameraHealthMessage } from '../cameras/camera-health';
import { collectionServerMessages } from '../collection/collection-socket';
import { collectionJobId } from '../collection/collection';
import { hostKeyView } from '../credentials/credentials';
import { deviceIdentity } from '../devices/devices';
import { isoTimestamp, uuid } from '../primitives';
import { recordingClientMessages, recordingServerMessages } from '../recordings/recording-socket';
import { inAppNotification } from '../notifications/notifications';
import { artifactView, sessionSummary, sessionView, targetView } from '../sessions/session';

const CHANNELS = ['sessions', 'devices', 'cameras', 'recordings', 'receivers', 'collections', 'notifications'] as const;

/** `session:<id>`, `collection:<job_id>`, `collections` (all of them), `sessions` (headers of all sessions), `devices`, `cameras`, `recordings` (all of them), `receivers`, `notifications`. */
export const channelName = z.string().refine((name) => CHANNELS.some((channel) => channel === name) || (name.startsWith('session:') && UUID_PATTERN.test(name.slice(8))) || (name.startsWith('collection:') && collectionJobId.safeParse(name.slice(11)).success), {
  message: `must be ${CHANNELS.join(', ')}, session:<id> or collection:<job_id>`,
});

/** Answer to every client message. */
export const socketAck = z.object({
  ok: z.boolean(),
  request_id: z.string().optional(),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});

/** What a browser may send. Every message takes an acknowledgement. */
export const clientMessages = {
  subscribe: z.strictObject({ channels: z.array(channelName).min(1).max(50), request_id: z.string().max(100).optional() }),
  unsubscribe: z.strictObject({ channels: z.array(channelName).min(1).max(50), request_id: z.string().max(100).optional() }),
  ping: z.strictObject({ request_id: z.string().max(100).optional() }),
  ...recordingClientMessages,
} as const;

/** Live numbers of one target. */
export const targetProgress = z.object({
  session_id: uuid,
  target_id: uuid,
  attempt: z.int(),
  sequence: z.int(),
  time: isoTimestamp,
  metrics: z.record(z.string(), z.number()),
  message: z.string().optional(),
});

/** What the gateway sends, by event name. A client keeps what has the highest `sequence` and drops the rest. */
export const serverMessages = {
  /** On subscription to `session:<id>`: everything there is, so that later events can be applied to it. */
  'session:snapshot': z.object({ session: sessionView, artifacts: z.array(artifactView), sequence: z.int() }),
  /** To `session:<id>` and `sessions`. */
  'session:state': z.object({ session: sessionSummary, sequence: z.int() }),
  'session:target': z.object({ session_id: uuid, target: targetView, sequence: z.int() }),
  'session:artifact': z.object({ session_id: uuid, artifact: artifactView, sequence: z.int() }),
  /**
   * Lossy. `sequence` counts within one attempt of one target. Subscribers of `recordings` get `recordingProgress` under
   * this name too, as in the first generation; it has a `chunk_index` and no `target_id`.
   */
  'session:progress': targetProgress,
  ...recordingServerMessages,
  ...collectionServerMessages,
  'session:deleted': z.object({ session_id: uuid }),
  /** To `notifications`. */
  notification: z.object({ notification: inAppNotification }),
  'device:host_key_changed': z.object({ host_key: hostKeyView }),
  /** To `devices`: another device answers at the address of one, or somebody said that it is the device now (`known` and `observed` are the same then). */
  'device:identity': z.object({ device_id: uuid, name: z.string(), known: deviceIdentity, observed: deviceIdentity }),
  /** To `cameras`: every look at a camera. */
  'camera:health': cameraHealthMessage,
} as const;
/** See {@link serverMessages}. */
export type ServerMessages = { [Name in keyof typeof serverMessages]: z.output<(typeof serverMessages)[Name]> };
/** See {@link clientMessages}. */
export type ClientMessages = { [Name in keyof typeof clientMessages]: z.input<(typeof clientMessages)[Name]> };
/** See {@link socketAck}. */
export type SocketAck = z.output<typeof socketAck>;
