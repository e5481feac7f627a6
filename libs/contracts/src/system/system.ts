import { z } from 'zod';
import { defineRpc, type ServiceName, SERVICES } from '../envelope/definitions';

/** Health of one service as it sees itself. */
export const serviceHealth = z.object({
  service: z.string(),
  instance: z.string(),
  version: z.string(),
  ready: z.boolean(),
  uptime_sec: z.number(),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string().optional() })),
  /** Messages waiting in the outbox and in the parking queue; null when they cannot be counted now. */
  outbox_pending: z.int().nullable(),
  parked: z.int().nullable(),
});
/** See {@link serviceHealth}. */
export type ServiceHealth = z.output<typeof serviceHealth>;

/** Answered by every service, from `libs/service-kit`. */
export function defineGetHealth(owner: ServiceName) {
  return defineRpc(owner, 'get-health', 'Health of the service', { request: z.object({}), response: serviceHealth, timeoutMs: 2_000 });
}

/** The health question to each service that answers RPC. */
export const healthRpc = {
  'capture-orchestrator': defineGetHealth('capture-orchestrator'),
  'device-collector': defineGetHealth('device-collector'),
  'camera-service': defineGetHealth('camera-service'),
  'sdr-acquirer': defineGetHealth('sdr-acquirer'),
  notifier: defineGetHealth('notifier'),
} as const;

/** Answer of `GET /system`. */
export const systemView = z.object({
  version: z.string(),
  time: z.iso.datetime(),
  ready: z.boolean(),
  services: z.array(serviceHealth.partial().extend({ service: z.enum(SERVICES), ready: z.boolean(), error: z.string().optional() })),
});
/** See {@link systemView}. */
export type SystemView = z.output<typeof systemView>;
