import { baseSettings, objectStoreSettings, readConfig } from '@capstan/service-kit';
import { z } from 'zod';

const optionalText = z.preprocess((value) => (value === '' ? undefined : value), z.string().optional());

/** Settings of the gateway. */
export const gatewaySettings = {
  ...baseSettings,
  ...objectStoreSettings,
  CAPSTAN_HOST: z.string().default('127.0.0.1').describe('Address of the public port'),
  CAPSTAN_PORT: z.coerce.number().int().min(0).max(65_535).default(8_080).describe('Public port: API, sockets and web app'),
  CAPSTAN_DATA_DIR: z.string().default('.capstan').describe('Folder for the one-time password of the first administrator'),
  CAPSTAN_ADMIN_PASSWORD: optionalText.describe('Password of the first administrator `admin`; without it a one-time password is made'),
  CAPSTAN_TOKEN_KEY: z
    .base64()
    .refine((text) => Buffer.from(text, 'base64').length >= 32, 'must be at least 32 bytes in base64')
    .describe('Key that signs access tokens and download links; the same on every replica, a new one signs everybody out'),
  CAPSTAN_TRUST_PROXY: z.coerce.number().int().min(0).max(10).default(0).describe('Number of reverse proxies in front whose X-Forwarded-* headers are believed'),
  CAPSTAN_REQUESTS_PER_SEC: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(200)
    .describe('Requests per second that one user or API token may make of a replica on average, and ten times as many at once; an address has ten times that'),
  CAPSTAN_WEB_DIR: optionalText.describe('Folder of the built web app; found beside the gateway by default'),
  CAPSTAN_AUDIT_DAYS: z.coerce.number().int().min(1).max(36_500).default(365).describe('Days an entry of the audit log is kept'),
} as const;

/** The gateway's settings, as it reads them. */
export type GatewayConfig = z.output<z.ZodObject<typeof gatewaySettings>>;

/** Injection token of the {@link GatewayConfig}. */
export const GATEWAY_CONFIG = Symbol('GATEWAY_CONFIG');

/**
 * Reads the environment once.
 * @throws ConfigurationError naming every wrong variable
 */
export function readGatewayConfig(environment: Readonly<Record<string, string | undefined>> = process.env): GatewayConfig {
  return readConfig('gateway', gatewaySettings, environment);
}
