import { baseSettings, readConfig, vaultSettings } from '@capstan/service-kit';
import { z } from 'zod';
import { readNetworks } from './channels/webhook-address';

/** Settings of the notifier. */
export const notifierSettings = {
  ...baseSettings,
  ...vaultSettings,
  CAPSTAN_PUBLIC_URL: z.url().default('http://127.0.0.1:8080').describe('Address of the web app, for links in messages'),
  CAPSTAN_WEBHOOK_NETWORKS: z
    .string()
    .default('')
    .refine((text) => readNetworks(text) !== undefined, 'must be networks such as 10.0.0.0/8, separated by commas')
    .describe('Private networks to which webhooks may go; without it they go to public addresses only'),
  CAPSTAN_DELIVERY_TIMEOUT_SEC: z.coerce.number().min(1).max(120).default(10).describe('Seconds a mail server or a webhook may take for one message'),
  CAPSTAN_DELIVERY_HOURS: z.coerce.number().min(0.01).max(720).default(72).describe('Hours after which a message that cannot be delivered is given up'),
  CAPSTAN_DELIVERY_DAYS: z.coerce.number().int().min(1).max(3_650).default(90).describe('Days deliveries and notices are kept'),
  CAPSTAN_PARKING_CHECK_SEC: z.coerce.number().min(0.1).max(3_600).default(30).describe('Seconds between two looks at what services have put aside'),
  CAPSTAN_DELIVERY_RETRY_MAX_SEC: z.coerce.number().min(1).max(86_400).default(900).describe('Longest pause between two attempts at a channel that fails'),
} as const;

/** The notifier's settings, as it reads them. */
export type NotifierConfig = z.output<z.ZodObject<typeof notifierSettings>>;

/** Injection token of the {@link NotifierConfig}. */
export const NOTIFIER_CONFIG = Symbol('NOTIFIER_CONFIG');

/**
 * Reads the environment once.
 * @throws ConfigurationError naming every wrong variable
 */
export function readNotifierConfig(environment: Readonly<Record<string, string | undefined>> = process.env): NotifierConfig {
  return readConfig('notifier', notifierSettings, environment);
}
