import { createHash } from 'node:crypto';
import type { Client } from 'minio';
import { ObjectErrorCode, objectError } from '../object-error';
import type { Part } from './parts';
import { isGoneUpload } from './s3-error';
import type { S3Requests } from './s3-requests.client';

/** Where an upload goes and how. */
export interface UploadTarget {
  bucket: string;
  /** Name of the object in the bucket. */
  name: string;
  mediaType: string;
  maxParts: number;
  partsInFlight: number;
  joinTimeoutMs: number;
  signal?: AbortSignal;
}

interface SentPart {
  part: number;
  etag: string;
}

/**
 * A multipart upload of our own on the client's primitives. The client's `putObject` is not fit for streams: it goes on
 * with whatever unfinished upload it finds under the same name, also one that another process is writing; it never ends
 * when the source fails; and it leaves its parts behind.
 */
export class MultipartUpload {
  constructor(
    private readonly client: Client,
    private readonly requests: S3Requests,
    private readonly target: UploadTarget,
  ) {}

  /**
   * Sends the parts and joins them; on any failure the server forgets all of them.
   * @returns the etag of the joined object
   */
  async send(first: Part, following: AsyncIterator<Part>): Promise<string> {
    const { bucket, name, mediaType, signal } = this.target;
    const uploadId = await this.requests.run(
      () => this.client.initiateNewMultipartUpload(bucket, name, { 'Content-Type': mediaType }),
      { signal },
    );
    try {
      const sent = await this.sendParts(uploadId, first, following);
      signal?.throwIfAborted();
      return await this.join(uploadId, sent);
    } catch (error) {
      await this.forget(uploadId);
      throw error;
    }
  }

  private async sendParts(uploadId: string, first: Part, following: AsyncIterator<Part>): Promise<SentPart[]> {
    const stop = new AbortController();
    const signal = this.target.signal === undefined ? stop.signal : AbortSignal.any([this.target.signal, stop.signal]);
    const sent: SentPart[] = [];
    const inFlight = new Set<Promise<void>>();
    let failure: { error: unknown } | undefined;
    const start = (part: Part): void => {
      const sending = this.sendPart(uploadId, part, signal)
        .then((done) => {
          sent.push(done);
        })
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => inFlight.delete(sending));
      inFlight.add(sending);
    };
    try {
      let part: Part | undefined = first;
      while (part !== undefined) {
        if (part.number > this.target.maxParts) {
          throw objectError(ObjectErrorCode.TooLarge, 'The object has more parts than the object store takes');
        }
        start(part);
        while (inFlight.size >= this.target.partsInFlight) {
          await Promise.race(inFlight);
        }
        if (failure !== undefined) {
          break;
        }
        const next: IteratorResult<Part> = part.last ? { done: true, value: undefined } : await following.next();
        part = next.done === true ? undefined : next.value;
      }
    } catch (error) {
      failure ??= { error };
    }
    if (failure !== undefined) {
      stop.abort(failure.error);
    }
    // A part that arrived after the upload was forgotten would stay on the server for good.
    await Promise.all(inFlight);
    if (failure !== undefined) {
      throw (failure as { error: unknown }).error;
    }
    return sent.sort((left, right) => left.part - right.part);
  }

  private async sendPart(uploadId: string, part: Part, signal: AbortSignal): Promise<SentPart> {
    const { bucket, name } = this.target;
    const headers = { 'Content-MD5': createHash('md5').update(part.data).digest('base64') };
    const { etag } = await this.requests.run(
      () =>
        this.client.uploadPart(
          { bucketName: bucket, objectName: name, uploadID: encodeURIComponent(uploadId), partNumber: part.number, headers: { ...headers } },
          part.data,
        ),
      { signal },
    );
    return { part: part.number, etag };
  }

  /** Not cut short by the signal: nobody could tell whether the object had become visible. */
  private async join(uploadId: string, sent: SentPart[]): Promise<string> {
    const { bucket, name, joinTimeoutMs } = this.target;
    try {
      const { etag } = await this.requests.run(() => this.client.completeMultipartUpload(bucket, name, uploadId, sent), {
        idleTimeoutMs: joinTimeoutMs,
      });
      return etag;
    } catch (error) {
      const joined = await this.joinedBefore(error, sent);
      if (joined === undefined) {
        throw error;
      }
      return joined;
    }
  }

  /** When the answer to a successful join is lost, its repetition finds no upload any more: the object tells the truth. */
  private async joinedBefore(error: unknown, sent: readonly SentPart[]): Promise<string | undefined> {
    if (!isGoneUpload(error)) {
      return undefined;
    }
    const { bucket, name } = this.target;
    const stat = await this.requests.run(() => this.client.statObject(bucket, name)).catch(() => undefined);
    return stat?.etag === joinedEtag(sent) ? stat.etag : undefined;
  }

  private async forget(uploadId: string): Promise<void> {
    const { bucket, name } = this.target;
    // What cannot be forgotten now is swept later; the failure that brought us here matters more.
    await this.requests
      .run(() => this.client.abortMultipartUpload(bucket, name, encodeURIComponent(uploadId)), { attempts: 2 })
      .catch(() => undefined);
  }
}

/** The etag S3 and its relatives give a joined object: the MD5 of its parts' MD5s, and their number. */
export function joinedEtag(sent: readonly SentPart[]): string {
  const hash = createHash('md5');
  for (const { etag } of sent) {
    hash.update(Buffer.from(etag, 'hex'));
  }
  return `${hash.digest('hex')}-${sent.length}`;
}
