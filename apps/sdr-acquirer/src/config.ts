import { baseSettings, objectStoreSettings, readConfig, vaultSettings } from '@capstan/service-kit';
import { z } from 'zod';

/** Settings of the sdr-acquirer. */
export const sdrSettings = {
  ...baseSettings,
  ...objectStoreSettings,
  ...vaultSettings,
  CAPSTAN_RECORDING_SLOTS: z.coerce.number().int().min(1).max(2_000).default(200).describe('Receivers this replica records from at once'),
  CAPSTAN_RECEIVER_CHECK_SEC: z.coerce.number().int().min(5).max(86_400).default(60).describe('Seconds between two health checks of a receiver'),
  CAPSTAN_RECORDING_QUEUE_SEC: z.coerce.number().int().min(5).max(120).default(15).describe('Seconds of samples a receiver may have waiting for the object store before some are given up'),
} as const;

/** The sdr-acquirer's settings, as it reads them. */
export type SdrConfig = z.output<z.ZodObject<typeof sdrSettings>>;

/** Injection token of the {@link SdrConfig}. */
export const SDR_CONFIG = Symbol('SDR_CONFIG');

/**
 * Reads the environment once.
 * @throws ConfigurationError naming every wrong variable
 */
export function readSdrConfig(environment: Readonly<Record<string, string | undefined>> = process.env): SdrConfig {
  return readConfig('sdr-acquirer', sdrSettings, environment);
}
