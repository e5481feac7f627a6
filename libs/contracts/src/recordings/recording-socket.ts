import { z } from 'zod';
import { uuid } from '../primitives';
import { recordingFinished } from './recording-messages';
import { recordingCommands, recordingView } from './recordings';
import { receiverHealth } from './receivers';

const requestId = z.string().max(100).optional();

/** What a browser may send about recordings; part of `clientMessages`. */
export const recordingClientMessages = {
  ...recordingCommands,
  /** Asks for spectrum lines of one receiver, as `waterfall:lines`, until closed or disconnected. */
  'waterfall:open': z.strictObject({ session_id: uuid, receiver_id: uuid, bins: z.union([z.literal(256), z.literal(512), z.literal(1_024)]).default(512), fps: z.number().min(1).max(20).default(10), request_id: requestId }),
  'waterfall:close': z.strictObject({ session_id: uuid, receiver_id: uuid, request_id: requestId }),
} as const;

/**
 * What the gateway sends about recordings, to `recordings` and `session:<id>`; part of `serverMessages`. The first
 * generation's names: `session:completed` means that the acquisition began, `session:finished` that it ended.
 */
export const recordingServerMessages = {
  /** Status `recording` in the three-step dialect, `ready` in the two-step one. */
  'session:started': z.object({ session_id: uuid, session_name: z.string(), status: z.string(), frequency_mhz: z.number(), duration_seconds: z.number(), notes: z.string() }),
  'session:source_assigned': z.object({ session_id: uuid, source_id: z.string().nullable(), status: z.string() }),
  'session:completed': z.object({ session_id: uuid, task_id: uuid, status: z.string(), chunks: z.int() }),
  'session:error': z.object({ error: z.string(), code: z.string(), field: z.string().optional(), request_id: z.string().optional() }),
  /** After each change: the recording as it is now. */
  'session:status_update': z.object({ session_id: uuid, status: z.string(), recording: recordingView }),
  'session:receiver': z.object({ session_id: uuid, receiver_no: z.int(), frequency_hz: z.int(), from: z.string(), to: z.string(), cause: z.string().nullable() }),
  'session:warning': z.object({ session_id: uuid, receiver_no: z.int(), code: z.string(), message: z.string() }),
  'session:finished': recordingFinished,
  'recording:deleted': z.object({ session_id: uuid }),
  /** Spectrum lines: bytes, `bins` of them a line. */
  'waterfall:lines': z.object({ session_id: uuid, receiver_id: uuid, receiver_no: z.int(), time_ms: z.number(), bins: z.int(), frequency_hz: z.int(), sample_rate_hz: z.number(), lines: z.custom<Uint8Array>((value) => value instanceof Uint8Array || value instanceof ArrayBuffer) }),
  /** To `receivers`. */
  'receiver:health': z.object({ receiver_no: z.int(), health: receiverHealth }),
} as const;
