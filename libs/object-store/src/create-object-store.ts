import { assertNever, type Clock, type IdSource, type Random, systemClock, systemIds, systemRandom } from '@capstan/kernel';
import { type LocalFolderConfig, LocalFolderStore } from './local/local-folder.repository';
import type { ObjectStore } from './object-store';
import { S3Store } from './s3/s3.client';
import type { S3Config } from './s3/s3-config';

/** Which store, and where. */
export type ObjectStoreConfig = LocalFolderConfig | S3Config;

/** What a store takes from outside; the running process's own by default. */
export interface ObjectStorePorts {
  clock?: Clock;
  ids?: IdSource;
  random?: Random;
}

/**
 * The store the configuration asks for. Touches nothing yet; `check()` tells whether it works.
 * @throws AppError `OBJECT_STORE_MISCONFIGURED` for an endpoint or setting that cannot be right
 */
export function createObjectStore(config: ObjectStoreConfig, ports: ObjectStorePorts = {}): ObjectStore {
  const { clock = systemClock, ids = systemIds, random = systemRandom } = ports;
  switch (config.kind) {
    case 'local':
      return new LocalFolderStore(config, clock, ids);
    case 's3':
      return new S3Store(config, clock, random);
    default:
      return assertNever(config);
  }
}
