import { z } from 'zod';
import { defineProgress, defineRpc, type ServiceName, SERVICES } from '../envelope/definitions';
import { isoTimestamp } from '../primitives';

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

/** What every running process tells of itself, every few seconds. */
export const instanceReport = serviceHealth.extend({
  at: isoTimestamp,
  load: z.object({
    /** Of the machine's processors, since the report before. */
    cpu_cores: z.number(),
    memory_bytes: z.int(),
    /** 99th percentile of how late the event loop was since the report before. */
    event_loop_ms: z.number(),
  }),
  /** Messages that wait in the service's durable queues; left out while the broker does not say. */
  queues: z.array(z.object({ queue: z.string(), messages: z.int() })).optional(),
});
/** See {@link instanceReport}. */
export type InstanceReport = z.output<typeof instanceReport>;

/** Told to every gateway instance, and lost when none listens. */
export const instanceReported = defineProgress('service.instance-reported.v1', 'A process, how it is and what it carries', instanceReport, { coalesce: false });

/** Answer of `GET /system`. */
export const systemView = z.object({
  version: z.string(),
  time: z.iso.datetime(),
  ready: z.boolean(),
  services: z.array(serviceHealth.partial().extend({ service: z.enum(SERVICES), ready: z.boolean(), error: z.string().optional() })),
  /** Every process that was heard of within the last 15 s, by service and name. */
  replicas: z.array(instanceReport),
});
/** See {@link systemView}. */
export type SystemView = z.output<typeof systemView>;
