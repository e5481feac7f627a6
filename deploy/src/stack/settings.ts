import path from 'node:path';
import { readConfig } from '@capstan/service-kit';
import { z } from 'zod';

const optional = z.preprocess((value) => (value === '' ? undefined : value), z.string().optional());

/** What a person may set for `npm start`, `npm run demo` and the scripts built on them. */
export const launcherSettings = {
  CAPSTAN_HOST: z.string().default('127.0.0.1').describe('Address the web app and the API listen on'),
  CAPSTAN_PORT: z.coerce.number().int().min(0).max(65_535).default(8080).describe('Port of the web app and the API; 0 takes any free one'),
  CAPSTAN_REPLICAS: z.coerce.number().int().min(1).max(9).default(1).describe('Processes of every service; also `npm start -- --replicas N`. Further gateways listen on the ports behind CAPSTAN_PORT'),
  CAPSTAN_DATA_DIR: z.string().default('.capstan').describe('Folder of everything that must survive a restart'),
  CAPSTAN_ADMIN_PASSWORD: optional.describe('Password of the first administrator `admin`; without it a one-time password is printed'),
  CAPSTAN_RESTART_DELAY_MS: z.coerce.number().int().min(0).max(600_000).default(1_000).describe('Milliseconds before a process that died is started again'),
  DATABASE_URL: optional.describe('PostgreSQL to use instead of the built-in one, with a login that may make roles and schemas'),
  RABBITMQ_URL: optional.describe('RabbitMQ to use instead of the built-in one'),
  S3_ENDPOINT: optional.describe('S3 server to use instead of a local folder; with S3_ACCESS_KEY, S3_SECRET_KEY, S3_REGION, S3_BUCKET'),
  S3_ACCESS_KEY: optional,
  S3_SECRET_KEY: optional,
  S3_REGION: optional,
  S3_BUCKET: optional,
  CAPSTAN_REQUESTS_PER_SEC: optional.describe('Requests per second that one user or API token may make on average; 200 by default'),
  CAPSTAN_CAMERA_NETWORKS: optional.describe('Networks in which cameras may be; by default the private ones and this machine itself'),
  CAPSTAN_CAMERA_HEALTH_SEC: optional.describe('Seconds between two looks at a camera; 60 by default'),
  CAPSTAN_PUBLIC_URL: optional.describe('Address under which people reach the web app, for links in messages'),
  CAPSTAN_WEBHOOK_NETWORKS: optional.describe('Private networks to which webhooks may go; by default none'),
  CAPSTAN_COLLECTION_RAMP_PER_SEC: optional.describe('Devices by which the number at work in collections may grow within a second; 10 by default'),
  CAPSTAN_SFTP_SINK_PORT: optional.describe('Port of the SFTP sink to which devices push their files; a free one each time by default'),
  CAPSTAN_SFTP_SINK_ADDRESS: optional.describe('Address at which devices reach the SFTP sink; found out for each device by default'),
  CAPSTAN_SFTP_SINK_ADVERTISED_PORT: optional.describe('Port at which devices reach the SFTP sink, when it is mapped'),
  LOG_LEVEL: optional.describe('Least severe level written to the log files; info by default'),
  OTEL_EXPORTER_OTLP_ENDPOINT: optional.describe('Where traces are sent; tracing is off without it'),
  OTEL_EXPORTER_OTLP_PROTOCOL: optional.describe('How traces are sent: http/protobuf by default, http/json or grpc'),
} as const;

/** See {@link launcherSettings}. */
export type LauncherSettings = z.output<z.ZodObject<typeof launcherSettings>>;

/** Root of the checkout, from the compiled place of this file (`deploy/dist/stack`). */
export const ROOT = path.resolve(__dirname, '..', '..', '..');

/** Reads the settings; the data folder becomes absolute, below the checkout unless it already is. */
export function readLauncherSettings(environment: Readonly<Record<string, string | undefined>>): LauncherSettings {
  const settings = readConfig('the launcher', launcherSettings, environment);
  return { ...settings, CAPSTAN_DATA_DIR: path.resolve(ROOT, settings.CAPSTAN_DATA_DIR) };
}
