import { ObjectErrorCode, objectError } from '../object-error';

/** Settings of the S3 store. */
export interface S3Config {
  kind: 's3';
  /** `http://host:port` or `https://host`, without a path. */
  endpoint: string;
  /** Endpoint under which browsers reach the same server, for signed URLs. Default `endpoint`. */
  publicEndpoint?: string;
  accessKey: string;
  secretKey: string;
  /** Default `us-east-1`. */
  region?: string;
  bucket: string;
  /** Put before every key, so that a bucket can be shared. Ends with `/`. Default `capstan/`. */
  keyPrefix?: string;
  /** `http://host/bucket/key` instead of `http://bucket.host/key`. Default true. */
  pathStyle?: boolean;
  /** Whether a missing bucket is created on first use. Default true. */
  createBucket?: boolean;
  /** Bytes per part of a multipart upload, at least 5 MiB. Default 8 MiB. One put holds up to `partsInFlight` + 2 parts in memory. */
  partSize?: number;
  /** Parts of one put on the wire at once. Default 2. */
  partsInFlight?: number;
  /** Parts the server takes per object: 10,000 on S3, 1,000 on Swift's s3api. Default 10,000. */
  maxParts?: number;
  /** Tries per request, the first included. Default 4. */
  attempts?: number;
  /** To open a connection, in milliseconds. Default 5,000. */
  connectTimeoutMs?: number;
  /** Without a byte in either direction while one is wanted, in milliseconds. Default 30,000. */
  idleTimeoutMs?: number;
  /** For the server to join the parts of an upload, in milliseconds. Default 300,000. */
  joinTimeoutMs?: number;
  /** Connections kept at most. Default 64. */
  maxConnections?: number;
  /** After how long an unfinished upload belongs to a dead writer, in milliseconds. Default 24 hours. */
  orphanAfterMs?: number;
}

const MIB = 1024 * 1024;

/**
 * The part size for one put: as configured, or larger when the expected size would need more parts than allowed.
 * Without a hint an object may have `partSize × maxParts` bytes: 78 GiB by default.
 */
export function partSizeFor(partSize: number, maxParts: number, sizeHint: number | undefined): number {
  const needed = Math.ceil((sizeHint ?? 0) / maxParts / MIB) * MIB;
  return Math.max(partSize, needed);
}

/** A server's address, taken apart. */
export interface S3Endpoint {
  host: string;
  port: number;
  tls: boolean;
}

/** The settings with every default in place. */
export type ResolvedS3Config = Required<Omit<S3Config, 'endpoint' | 'publicEndpoint'>> & {
  endpoint: S3Endpoint;
  publicEndpoint: S3Endpoint;
};

function parseEndpoint(name: string, value: string): S3Endpoint {
  let url: URL;
  try {
    url = new URL(value);
  } catch (error) {
    throw objectError(ObjectErrorCode.Misconfigured, `The S3 ${name} is not a URL`, { cause: error });
  }
  const tls = url.protocol === 'https:';
  if ((!tls && url.protocol !== 'http:') || url.pathname !== '/' || url.search !== '' || url.username !== '') {
    throw objectError(ObjectErrorCode.Misconfigured, `The S3 ${name} must be http://host:port or https://host, without a path`);
  }
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: url.port === '' ? (tls ? 443 : 80) : Number(url.port), tls };
}

/** @throws AppError `OBJECT_STORE_MISCONFIGURED`, naming the setting */
export function resolveS3Config(config: S3Config): ResolvedS3Config {
  const endpoint = parseEndpoint('endpoint', config.endpoint);
  const keyPrefix = config.keyPrefix ?? 'capstan/';
  // Never empty: the client's listing reads a name that looks like a number as that number.
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}\/$/.test(keyPrefix)) {
    throw objectError(ObjectErrorCode.Misconfigured, 'The S3 key prefix must be one name of at most 100 characters and a slash');
  }
  const partSize = config.partSize ?? 8 * MIB;
  if (!Number.isSafeInteger(partSize) || partSize < 5 * MIB || partSize > 5 * 1024 * MIB) {
    throw objectError(ObjectErrorCode.Misconfigured, 'The S3 part size must lie between 5 MiB and 5 GiB');
  }
  return {
    kind: 's3',
    endpoint,
    publicEndpoint: config.publicEndpoint === undefined ? endpoint : parseEndpoint('public endpoint', config.publicEndpoint),
    accessKey: config.accessKey,
    secretKey: config.secretKey,
    region: config.region ?? 'us-east-1',
    bucket: config.bucket,
    keyPrefix,
    pathStyle: config.pathStyle ?? true,
    createBucket: config.createBucket ?? true,
    partSize,
    partsInFlight: config.partsInFlight ?? 2,
    maxParts: config.maxParts ?? 10_000,
    attempts: config.attempts ?? 4,
    connectTimeoutMs: config.connectTimeoutMs ?? 5_000,
    idleTimeoutMs: config.idleTimeoutMs ?? 30_000,
    joinTimeoutMs: config.joinTimeoutMs ?? 300_000,
    maxConnections: config.maxConnections ?? 64,
    orphanAfterMs: config.orphanAfterMs ?? 24 * 3_600_000,
  };
}
