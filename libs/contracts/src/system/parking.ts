import { z } from 'zod';
import { defineRpc, type ServiceName, SERVICES } from '../envelope/definitions';

/** Most messages one order moves or one answer shows. */
export const MAX_PARKED = 200;

/** A message that could not be handled, and why. */
export const parkedMessage = z.object({
  /** Null for what has none; such a message can be moved with all others only. */
  id: z.string().nullable(),
  type: z.string().nullable(),
  correlation_id: z.string().nullable(),
  code: z.string(),
  reason: z.string(),
  attempts: z.int().nullable(),
  /** Where it came from and goes back to. */
  queue: z.string().nullable(),
  handler: z.string().nullable(),
  parked_at: z.string().nullable(),
  /** How often it was sent back to work before. */
  redriven: z.int(),
  bytes: z.int(),
});
/** See {@link parkedMessage}. */
export type ParkedMessageView = z.output<typeof parkedMessage>;

/** Which service's messages. */
export const parkingParams = z.strictObject({ service: z.enum(SERVICES) });
/** Which of them; without ids the oldest {@link MAX_PARKED}. */
export const redriveBody = z.strictObject({ ids: z.array(z.string().min(1).max(200)).min(1).max(MAX_PARKED).optional() });
/** Deleted for good are only messages that are named. */
export const purgeBody = z.strictObject({ ids: z.array(z.string().min(1).max(200)).min(1).max(MAX_PARKED) });
/** The oldest first. */
export const parkedList = z.object({ total: z.int(), messages: z.array(parkedMessage) });
/** `kept`: nobody knows where they came from, or their queue is gone. */
export const redriveAnswer = z.object({ sent: z.int(), kept: z.int() });
/** See {@link purgeBody}. */
export const purgeAnswer = z.object({ purged: z.int() });

/** The orders about its parked messages that every service takes, from `libs/service-kit`. */
export function defineParking<Owner extends ServiceName>(owner: Owner) {
  return {
    list: defineRpc(owner, 'list-parked', 'Messages that could not be handled', { request: z.object({}), response: parkedList, timeoutMs: 15_000 }),
    redrive: defineRpc(owner, 'redrive-parked', 'Send parked messages back to work', { request: redriveBody, response: redriveAnswer, timeoutMs: 15_000 }),
    purge: defineRpc(owner, 'purge-parked', 'Delete parked messages', { request: purgeBody, response: purgeAnswer, timeoutMs: 15_000 }),
  };
}

/** See {@link defineParking}; the gateway looks after its own. */
export const parkingRpc = {
  'capture-orchestrator': defineParking('capture-orchestrator'),
  'device-collector': defineParking('device-collector'),
  'camera-service': defineParking('camera-service'),
  'sdr-acquirer': defineParking('sdr-acquirer'),
  notifier: defineParking('notifier'),
} as const;
