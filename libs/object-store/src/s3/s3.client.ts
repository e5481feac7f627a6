import { createHash } from 'node:crypto';
import type http from 'node:http';
import type { Readable } from 'node:stream';
import { AppError, type Clock, type Random } from '@capstan/kernel';
import { Client } from 'minio';
import { destroyOnAbort, watchBody, type WatchedBody } from '../body';
import { type ByteRange, assertByteRange, isWholeObject, rangeError } from '../byte-range';
import { ObjectErrorCode, objectError } from '../object-error';
import { assertListPrefix, assertMediaType, assertObjectKey, assertRemovalPrefix, isObjectKey } from '../object-key';
import type { ObjectInfo, ObjectStore, PutOptions, SignedUrlOptions, StoredObject } from '../object-store';
import { assertUrlExpiry } from '../signed-url';
import { contentDisposition } from './content-disposition';
import { MultipartUpload } from './multipart.client';
import { cutParts } from './parts';
import { S3Body } from './s3-body.client';
import { partSizeFor, resolveS3Config, type ResolvedS3Config, type S3Config } from './s3-config';
import { S3Requests } from './s3-requests.client';
import { S3Transport } from './s3-transport.client';

/** Why the server kept one of the objects to be removed. */
interface RemovalFailure {
  Code?: string;
  Message?: string;
}

/** No key has it. The client always sends a delimiter, and Swift folds every upload into one prefix when it is empty. */
const NO_DELIMITER = '|';

/** Keys per listing and per removal request; the limit of S3 for both. */
const PAGE = 1_000;

/**
 * Objects in a bucket of any S3 server, by the `minio` client.
 *
 * Objects up to one part are sent in one request; longer ones as a multipart upload with bounded memory. Every request is
 * repeated on connection failures and on answers that say "later".
 */
export class S3Store implements ObjectStore {
  private readonly config: ResolvedS3Config;
  private readonly transport: S3Transport;
  private readonly requests: S3Requests;
  private readonly client: Client;
  private readonly publicClient: Client;
  private bucketReady: Promise<void> | undefined;

  constructor(
    config: S3Config,
    private readonly clock: Clock,
    random: Random,
  ) {
    this.config = resolveS3Config(config);
    const { endpoint, connectTimeoutMs, maxConnections, attempts, idleTimeoutMs } = this.config;
    this.transport = new S3Transport(endpoint.tls, connectTimeoutMs, maxConnections);
    this.requests = new S3Requests(this.transport, { attempts, idleTimeoutMs }, clock, random);
    this.client = this.createClient(endpoint);
    this.publicClient = this.createClient(this.config.publicEndpoint);
  }

  async put(key: string, body: Readable, options: PutOptions): Promise<StoredObject> {
    const watched = watchBody(body, options.signal);
    try {
      assertObjectKey(key);
      assertMediaType(options.mediaType);
      const stored = await this.send(key, watched, options);
      watched.release();
      return stored;
    } catch (error) {
      watched.release(error);
      throw error;
    }
  }

  async get(key: string, range?: ByteRange, signal?: AbortSignal): Promise<Readable> {
    assertObjectKey(key);
    if (range !== undefined) {
      assertByteRange(range);
    }
    await this.ready();
    const whole = isWholeObject(range);
    const length = range?.end === undefined ? 0 : range.end - range.start + 1;
    const response = (await this.requests.runConfirmingAbsence(
      () => this.client.getPartialObject(this.config.bucket, this.nameOf(key), whole ? 0 : (range?.start ?? 0), length),
      { signal },
    )) as http.IncomingMessage;
    if (!whole && response.statusCode !== 206) {
      response.destroy();
      // Servers answer 200 with nothing for a range of an empty object.
      throw response.headers['content-length'] === '0'
        ? rangeError({ size: 0 })
        : objectError(ObjectErrorCode.Misconfigured, 'The object store does not serve ranges');
    }
    const stream = new S3Body(response, this.config.idleTimeoutMs);
    destroyOnAbort(stream, signal);
    return stream;
  }

  async stat(key: string): Promise<ObjectInfo | undefined> {
    assertObjectKey(key);
    await this.ready();
    try {
      const { size, etag, lastModified } = await this.requests.runConfirmingAbsence(() =>
        this.client.statObject(this.config.bucket, this.nameOf(key)),
      );
      return { key, size, etag, lastModified };
    } catch (error) {
      if (error instanceof AppError && error.code === ObjectErrorCode.NotFound) {
        return undefined;
      }
      throw error;
    }
  }

  async *list(prefix: string): AsyncGenerator<ObjectInfo> {
    assertListPrefix(prefix);
    await this.ready();
    const { bucket, keyPrefix } = this.config;
    // Pages go on after the last name instead of by token: a page can be repeated, and tokens are parsed carelessly.
    let after = '';
    for (;;) {
      const page = await this.requests.run(() =>
        this.client.listObjectsV2Query(bucket, `${keyPrefix}${prefix}`, '', '', PAGE, after),
      );
      for (const { name, size, etag, lastModified } of page.objects) {
        if (name === undefined) {
          continue;
        }
        after = name;
        const key = name.slice(keyPrefix.length);
        if (isObjectKey(key)) {
          yield { key, size, etag: etag ?? '', lastModified: lastModified ?? new Date(0) };
        }
      }
      if (!page.isTruncated || page.objects.length === 0) {
        return;
      }
    }
  }

  async remove(keys: readonly string[]): Promise<void> {
    keys.forEach(assertObjectKey);
    await this.ready();
    for (let index = 0; index < keys.length; index += PAGE) {
      const names = keys.slice(index, index + PAGE).map((key) => this.nameOf(key));
      await this.requests.run(async () => {
        // The client's types put each failure into a field `Error`; what arrives is the failure itself.
        const failures = (await this.client.removeObjects(this.config.bucket, names)) as RemovalFailure[];
        const failed = failures.find(({ Code }) => Code !== 'NoSuchKey');
        if (failed !== undefined) {
          throw Object.assign(new Error(failed.Message), { code: failed.Code });
        }
      });
    }
  }

  async removePrefix(prefix: string): Promise<number> {
    assertRemovalPrefix(prefix);
    let removed = 0;
    let batch: string[] = [];
    for await (const { key } of this.list(prefix)) {
      batch.push(key);
      if (batch.length === PAGE) {
        await this.remove(batch);
        removed += batch.length;
        batch = [];
      }
    }
    await this.remove(batch);
    return removed + batch.length;
  }

  async signedUrl(key: string, options: SignedUrlOptions): Promise<string> {
    assertObjectKey(key);
    assertUrlExpiry(options.expiresInSec);
    const headers: Record<string, string> =
      options.downloadName === undefined ? {} : { 'response-content-disposition': contentDisposition(options.downloadName) };
    return this.publicClient.presignedGetObject(
      this.config.bucket,
      this.nameOf(key),
      options.expiresInSec,
      headers,
      new Date(this.clock.now()),
    );
  }

  async check(): Promise<void> {
    await this.ready();
    const exists = await this.requests.run(() => this.client.bucketExists(this.config.bucket), { attempts: 1 });
    if (!exists) {
      this.bucketReady = undefined;
      throw objectError(ObjectErrorCode.Misconfigured, 'The bucket does not exist');
    }
  }

  async sweep(): Promise<number> {
    await this.ready();
    const { bucket, keyPrefix, orphanAfterMs } = this.config;
    const oldest = this.clock.now() - orphanAfterMs;
    let removed = 0;
    let after = '';
    for (;;) {
      // By key alone, since the client loses the second marker. What a page boundary hides the next sweep finds.
      const page = await this.requests.run(() =>
        this.client.listIncompleteUploadsQuery(bucket, keyPrefix, after, '', NO_DELIMITER),
      );
      for (const { key: name, uploadId, initiated } of page.uploads) {
        if (initiated.getTime() < oldest) {
          await this.requests.run(() => this.client.abortMultipartUpload(bucket, name, encodeURIComponent(uploadId)));
          removed += 1;
        }
      }
      if (!page.isTruncated || page.nextKeyMarker <= after) {
        return removed;
      }
      after = page.nextKeyMarker;
    }
  }

  async close(): Promise<void> {
    this.transport.close();
  }

  private async send(key: string, body: WatchedBody, options: PutOptions): Promise<StoredObject> {
    const { mediaType, sizeHint, signal } = options;
    await this.ready(signal);
    const { bucket, partSize, maxParts, partsInFlight, joinTimeoutMs } = this.config;
    const name = this.nameOf(key);
    const hash = createHash('sha256');
    let size = 0;
    const measured = async function* (): AsyncGenerator<Buffer> {
      for await (const chunk of body.chunks()) {
        hash.update(chunk);
        size += chunk.length;
        yield chunk;
      }
    };
    const parts = cutParts(measured(), partSizeFor(partSize, maxParts, sizeHint));
    const first = (await parts.next()).value;
    if (first === undefined) {
      throw new AppError('INTERNAL_ERROR', 'A body was cut into no parts');
    }
    let etag: string;
    if (first.last) {
      signal?.throwIfAborted();
      // Carried through once begun, like the joining of parts: see ObjectStore.put.
      const answer = await this.requests.run(() =>
        this.client.putObject(bucket, name, first.data, first.data.length, { 'Content-Type': mediaType }),
      );
      etag = answer.etag;
    } else {
      const target = { bucket, name, mediaType, maxParts, partsInFlight, joinTimeoutMs, signal };
      etag = await new MultipartUpload(this.client, this.requests, target).send(first, parts);
    }
    return { key, size, sha256: hash.digest('hex'), mediaType, etag };
  }

  private nameOf(key: string): string {
    return `${this.config.keyPrefix}${key}`;
  }

  /** Makes sure of the bucket once; tries again on the next call after a failure. */
  private ready(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.bucketReady ??= this.ensureBucket().catch((error: unknown) => {
      this.bucketReady = undefined;
      throw error;
    });
    return this.bucketReady;
  }

  private async ensureBucket(): Promise<void> {
    const { bucket, region, createBucket } = this.config;
    if (!createBucket || (await this.requests.run(() => this.client.bucketExists(bucket)))) {
      return;
    }
    try {
      await this.requests.run(() => this.client.makeBucket(bucket, region));
    } catch (error) {
      // Another process may have been faster.
      if (!(await this.requests.run(() => this.client.bucketExists(bucket)))) {
        throw error;
      }
    }
  }

  private createClient(endpoint: ResolvedS3Config['endpoint']): Client {
    return new Client({
      endPoint: endpoint.host,
      port: endpoint.port,
      useSSL: endpoint.tls,
      accessKey: this.config.accessKey,
      secretKey: this.config.secretKey,
      // Without a region the client asks the server for it before every first request.
      region: this.config.region,
      pathStyle: this.config.pathStyle,
      // One-request puts must stay one request, whatever part size was chosen.
      partSize: 5 * 1024 * 1024 * 1024,
      retryOptions: { disableRetry: true },
      // The client calls the one form that S3Transport has; its type names all forms of http.request.
      transport: this.transport as unknown as typeof http,
    });
  }
}
