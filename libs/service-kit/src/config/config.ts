import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** A setting that may be left out, or left empty as Compose files do. */
const optionalText = z.preprocess((value) => (value === '' ? undefined : value), z.string().optional());

/** Settings of every service. */
export const baseSettings = {
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .describe('PostgreSQL, with the login role of this service'),
  RABBITMQ_URL: z.url({ protocol: /^amqps?$/ }).describe('RabbitMQ, with the user of this service and the vhost'),
  CAPSTAN_INSTANCE: optionalText.describe('Name of this replica in logs, leases and health; the host name and process id by default'),
  CAPSTAN_OPS_HOST: z.string().default('127.0.0.1').describe('Address of the operations port'),
  CAPSTAN_OPS_PORT: z.coerce.number().int().min(0).max(65_535).default(0).describe('Port of /live, /ready and /metrics; 0 takes any free one'),
  CAPSTAN_SHUTDOWN_SEC: z.coerce.number().min(1).max(600).default(25).describe('Seconds an orderly shutdown may take before the process is ended'),
  CAPSTAN_DATABASE_POOL: z.coerce.number().int().min(3).max(200).default(10).describe('Connections to PostgreSQL this replica may hold'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info').describe('Least severe log level that is written'),
  OTEL_EXPORTER_OTLP_ENDPOINT: optionalText.describe('Where traces are sent (OTLP over HTTP); tracing is off without it'),
} as const;

/** Where artifacts are kept: an S3 server, or a folder when no endpoint is given. */
export const objectStoreSettings = {
  OBJECT_STORE_DIR: optionalText.describe('Folder for artifacts; used when S3_ENDPOINT is not set'),
  S3_ENDPOINT: optionalText.describe('URL of the S3 server, e.g. https://s3.example.net'),
  S3_ACCESS_KEY: optionalText.describe('Access key id'),
  S3_SECRET_KEY: optionalText.describe('Secret access key'),
  S3_REGION: z.string().default('us-east-1').describe('Region the server expects in signatures'),
  S3_BUCKET: z.string().default('capstan').describe('Bucket; made at the start when it is missing and may be made'),
} as const;

/** How often a service that keeps objects compares them with its rows. */
export const storageSettings = {
  CAPSTAN_SWEEP_HOURS: z.coerce.number().min(0.001).max(8_760).default(24).describe('Hours between two comparisons of stored objects with the rows that name them'),
  CAPSTAN_ORPHAN_HOURS: z.coerce.number().min(0).max(8_760).default(24).describe('Hours after which an object that no row names is removed, and a row without its object counts as lost'),
} as const;

/** Master keys of the credentials vault. */
export const vaultSettings = {
  CAPSTAN_VAULT_KEYS: optionalText.describe('Master keys as `id:base64,id:base64`, the first one current; before the key file'),
  CAPSTAN_VAULT_KEY_FILE: optionalText.describe('File of master keys, made with mode 0600 when it does not exist'),
} as const;

/** A service's environment does not fit; the message lists every variable that is wrong, without its value. */
export class ConfigurationError extends Error {
  constructor(
    readonly service: string,
    readonly problems: readonly { variable: string; message: string }[],
  ) {
    super(
      [`The configuration of ${service} is not valid:`, ...problems.map(({ variable, message }) => `  ${variable}: ${message}`)].join('\n'),
    );
    this.name = 'ConfigurationError';
  }
}

/**
 * What a setting's variable says; where it says nothing, the content of the file that `<VARIABLE>_FILE` names, without the line
 * break at its end. Container platforms hand over secrets as files: an environment is shown by `inspect` and inherited by children.
 */
function withFiles(service: string, variables: readonly string[], environment: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  const problems: { variable: string; message: string }[] = [];
  const read = variables.flatMap((variable): [string, string][] => {
    const named = `${variable}_FILE`;
    const file = variables.includes(named) ? '' : (environment[named] ?? '');
    if (file === '') {
      return [];
    }
    if ((environment[variable] ?? '') !== '') {
      problems.push({ variable, message: `is set, and so is ${named}: which of them is meant?` });
      return [];
    }
    try {
      return [[variable, readFileSync(file, 'utf8').replace(/\r?\n$/, '')]];
    } catch (error) {
      problems.push({ variable: named, message: `names a file that cannot be read (${(error as NodeJS.ErrnoException).code})` });
      return [];
    }
  });
  if (problems.length > 0) {
    throw new ConfigurationError(service, problems);
  }
  return { ...environment, ...Object.fromEntries(read) };
}

/**
 * Reads a service's settings from its environment, once, at boot. Every setting may also be given as a file: `<VARIABLE>_FILE`.
 * @param environment usually `process.env`; only a service's `config.ts` may touch it.
 * @throws ConfigurationError naming every wrong variable at once
 */
export function readConfig<Shape extends z.ZodRawShape>(
  service: string,
  shape: Shape,
  environment: Readonly<Record<string, string | undefined>>,
): z.output<z.ZodObject<Shape>> {
  const result = z.object(shape).safeParse(withFiles(service, Object.keys(shape), environment));
  if (!result.success) {
    throw new ConfigurationError(
      service,
      result.error.issues.map((issue) => ({ variable: String(issue.path[0] ?? '(environment)'), message: issue.message })),
    );
  }
  return result.data as z.output<z.ZodObject<Shape>>;
}

/** Settings every service has, as it reads them. */
export type BaseConfig = z.output<z.ZodObject<typeof baseSettings>>;
/** Settings of a service that reads or writes artifacts. */
export type ObjectStoreSettings = z.output<z.ZodObject<typeof objectStoreSettings>>;
/** Settings of a service that keeps credentials. */
export type VaultSettings = z.output<z.ZodObject<typeof vaultSettings>>;
