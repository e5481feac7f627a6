export type { ByteRange } from './byte-range';
export { createObjectStore, type ObjectStoreConfig, type ObjectStorePorts } from './create-object-store';
export { digest } from './digest';
export type { LocalFolderConfig } from './local/local-folder.repository';
export { ObjectErrorCode } from './object-error';
export { assertListPrefix, assertObjectKey, assertRemovalPrefix, MAX_KEY_LENGTH, MAX_KEY_SEGMENT_LENGTH } from './object-key';
export type { ObjectInfo, ObjectStore, PutOptions, SignedUrlOptions, StoredObject } from './object-store';
export type { S3Config } from './s3/s3-config';
