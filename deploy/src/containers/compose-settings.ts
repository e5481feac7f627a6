import { z } from 'zod';

/** Settings of docker-compose.yml itself; those of the services can stand in the same `.env`. */
export const composeSettings = {
  CAPSTAN_VERSION: z.string().default('latest').describe('Tag of the images'),
  CAPSTAN_PUBLISH: z.string().default('127.0.0.1:8080').describe('Address and port of this host at which the web app and the API are published; put a reverse proxy with TLS in front before choosing another address'),
  CAPSTAN_SFTP_SINK_PUBLISHED_PORT: z.coerce.number().int().min(1).max(65_535).default(2_222).describe('Port of this host to which devices push their files'),
  SEAWEEDFS_VERSION: z.string().default('3.97').describe('Tag of the image of the object store'),
  GRAFANA_PUBLISH: z.string().default('127.0.0.1:3000').describe('Where Grafana is published, with the profile observability'),
  JAEGER_PUBLISH: z.string().default('127.0.0.1:16686').describe('Where Jaeger is published, with the profile observability'),
} as const;

/** Settings of services that a deployment in containers decides by itself, or hands over as files. */
export const DECIDED_BY_DEPLOYMENT: readonly string[] = [
  'DATABASE_URL',
  'RABBITMQ_URL',
  'CAPSTAN_INSTANCE',
  'CAPSTAN_OPS_HOST',
  'CAPSTAN_OPS_PORT',
  'OBJECT_STORE_DIR',
  'S3_ENDPOINT',
  'S3_ACCESS_KEY',
  'S3_SECRET_KEY',
  'S3_REGION',
  'S3_BUCKET',
  'CAPSTAN_VAULT_KEYS',
  'CAPSTAN_VAULT_KEY_FILE',
  'CAPSTAN_HOST',
  'CAPSTAN_PORT',
  'CAPSTAN_DATA_DIR',
  'CAPSTAN_ADMIN_PASSWORD',
  'CAPSTAN_TOKEN_KEY',
  'CAPSTAN_WEB_DIR',
  'CAPSTAN_FFMPEG',
  'CAPSTAN_ANALYSIS_DIR',
  'CAPSTAN_SFTP_SINK_LISTEN',
  'CAPSTAN_SFTP_SINK_PORT',
];
