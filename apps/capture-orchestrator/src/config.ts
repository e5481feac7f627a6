import { z } from '@capstan/contracts';
import { baseSettings, objectStoreSettings, readConfig, storageSettings } from '@capstan/service-kit';
import type { EnginePolicy } from './sessions/engine/model';

const seconds = (fallback: number, limits: { min: number; max: number }) => z.coerce.number().min(limits.min).max(limits.max).default(fallback);

/** Settings of this service; the operator's guide is generated from their descriptions. */
export const orchestratorSettings = {
  ...baseSettings,
  ...objectStoreSettings,
  ...storageSettings,
  CAPSTAN_START_LEAD_MS: z.coerce
    .number()
    .int()
    .min(50)
    .max(10_000)
    .default(300)
    .describe('Milliseconds between the decision to start and the common start instant; must cover the way to the slowest worker'),
  CAPSTAN_CLAIM_SEC: seconds(30, { min: 1, max: 3_600 }).describe('Seconds a target waits for a worker before it fails with WORKER_UNAVAILABLE'),
  CAPSTAN_QUEUE_HOURS: z.coerce.number().min(0.1).max(720).default(12).describe('Hours a target that need not start with others, a device of a collection, may wait for its turn'),
  CAPSTAN_HEARTBEAT_SEC: seconds(45, { min: 2, max: 600 }).describe('Seconds of silence after which a worker counts as lost'),
  CAPSTAN_COLLECT_SEC: seconds(3_600, { min: 10, max: 86_400 }).describe('Seconds a target may take from its stop to its last stored file'),
  CAPSTAN_CANCEL_SEC: seconds(300, { min: 5, max: 3_600 }).describe('Seconds a worker may take to clean a device after a cancel'),
  CAPSTAN_OPEN_ENDED_HOURS: z.coerce.number().min(1).max(8_760).default(168).describe('Hours after which a session is stopped whose captures have no end of their own'),
  CAPSTAN_PAUSE_LIMIT_MIN: z.coerce.number().min(1).max(10_080).default(60).describe('Minutes after which a session is stopped that nobody resumed from its pause'),
  CAPSTAN_SETTLE_SEC: seconds(5, { min: 0, max: 60 }).describe('Seconds in which queued facts are folded after an outage before any deadline is judged'),
} as const;

/** Settings of this service, as it reads them. */
export type OrchestratorConfig = z.output<z.ZodObject<typeof orchestratorSettings>>;

/** @throws ConfigurationError naming every wrong variable */
export function orchestratorConfig(environment: Readonly<Record<string, string | undefined>> = process.env): OrchestratorConfig {
  return readConfig('capture-orchestrator', orchestratorSettings, environment);
}

/** The engine's time limits. */
export function enginePolicyOf(config: OrchestratorConfig): EnginePolicy {
  return {
    leadMs: config.CAPSTAN_START_LEAD_MS,
    scheduleToStartMs: config.CAPSTAN_CLAIM_SEC * 1_000,
    queueLimitMs: config.CAPSTAN_QUEUE_HOURS * 3_600_000,
    heartbeatMs: config.CAPSTAN_HEARTBEAT_SEC * 1_000,
    collectAllowanceMs: config.CAPSTAN_COLLECT_SEC * 1_000,
    cancelAllowanceMs: config.CAPSTAN_CANCEL_SEC * 1_000,
    openEndedLimitMs: config.CAPSTAN_OPEN_ENDED_HOURS * 3_600_000,
    pauseLimitMs: config.CAPSTAN_PAUSE_LIMIT_MIN * 60_000,
    settleMs: config.CAPSTAN_SETTLE_SEC * 1_000,
  };
}
