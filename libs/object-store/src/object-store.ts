import type { Readable } from 'node:stream';
import type { ByteRange } from './byte-range';

/** What a store knows of an object by itself. */
export interface ObjectInfo {
  key: string;
  /** In bytes. */
  size: number;
  /** Opaque; differs whenever the bytes differ, and may differ when the same bytes were written again. Fit for an HTTP ETag, quoted. */
  etag: string;
  /** When it became visible; whole seconds on S3. */
  lastModified: Date;
}

/**
 * What a writer learns when its object has become visible.
 *
 * `sha256` and `mediaType` belong into the caller's database beside the key: a hash is known only after the last byte,
 * when S3 no longer takes metadata without copying the object (ADR 0007).
 */
export interface StoredObject {
  key: string;
  /** In bytes. */
  size: number;
  /** Of the whole object, 64 lower-case hex digits. */
  sha256: string;
  mediaType: string;
  etag: string;
}

/** Options of {@link ObjectStore.put}. */
export interface PutOptions {
  /** `type/subtype`; sent to whoever follows a signed URL. */
  mediaType: string;
  /** Expected size in bytes. Only a hint: it lets the S3 adapter choose larger parts for very large objects. */
  sizeHint?: number;
  /** Ends the put with the signal's reason; nothing is left behind. Too late once the last request has been sent: then it completes. */
  signal?: AbortSignal;
}

/** Options of {@link ObjectStore.signedUrl}. */
export interface SignedUrlOptions {
  /** Validity in seconds, 1 to 604,800 (seven days, the limit of S3). */
  expiresInSec: number;
  /** Makes browsers save under this name. */
  downloadName?: string;
}

/**
 * Stored bytes under keys. Two adapters, one conformance suite.
 *
 * Keys follow `assertObjectKey`; a key must not be a folder of another key (`a` beside `a/b`). Every method rejects with
 * an AppError of `ObjectErrorCode`: `OBJECT_STORE_UNAVAILABLE` (retryable) after the adapter's own retries,
 * `OBJECT_STORE_DENIED`, `OBJECT_STORE_MISCONFIGURED`, and those named at each method. The store prepares itself (folder,
 * bucket) on first use, so creating one never fails for reasons outside the process.
 */
export interface ObjectStore {
  /**
   * Streams `body` in. Either the whole object becomes visible under `key`, durably, replacing an older one at once, or
   * nothing does. `body` is destroyed when the put fails.
   * @throws what `body` fails with, unchanged; the reason of `options.signal`; AppError `OBJECT_KEY_INVALID`,
   * `OBJECT_KEY_CONFLICT`, `OBJECT_MEDIA_TYPE_INVALID`, `OBJECT_TOO_LARGE`, `OBJECT_STORE_FULL`.
   */
  put(key: string, body: Readable, options: PutOptions): Promise<StoredObject>;

  /**
   * The object's bytes, or a range of them. A reader keeps reading the version it opened when the key is overwritten.
   * Whoever does not read to the end must destroy the stream.
   * @param signal destroys the stream with its reason
   * @throws AppError `OBJECT_NOT_FOUND`, `OBJECT_RANGE_INVALID`. `{ start: 0 }` of an empty object is allowed.
   */
  get(key: string, range?: ByteRange, signal?: AbortSignal): Promise<Readable>;

  /** What is stored under `key`; undefined when nothing is. */
  stat(key: string): Promise<ObjectInfo | undefined>;

  /** Objects whose key starts with `prefix` (any string, not only a folder; `''` for all), in byte order of their keys. */
  list(prefix: string): AsyncIterable<ObjectInfo>;

  /** Removes objects; keys that hold nothing are fine. */
  remove(keys: readonly string[]): Promise<void>;

  /**
   * Removes every object whose key starts with `prefix`, which must end with `/`.
   * @returns how many were there
   */
  removePrefix(prefix: string): Promise<number>;

  /**
   * A URL under which anyone can read the object until it expires. Undefined where the store serves no HTTP (local
   * folder): then the gateway streams the object behind a link it signs itself. The object need not exist.
   * @throws AppError `OBJECT_URL_EXPIRY_INVALID`
   */
  signedUrl(key: string, options: SignedUrlOptions): Promise<string | undefined>;

  /** Readiness: resolves when the store can be written and read now. */
  check(): Promise<void>;

  /**
   * Removes what writers left behind that died in the middle of a put. Safe beside writers at work in any process.
   * @returns how many leftovers were removed
   */
  sweep(): Promise<number>;

  /** Lets go of connections. Calls made afterwards may fail. */
  close(): Promise<void>;
}
