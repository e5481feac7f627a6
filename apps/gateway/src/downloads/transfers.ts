import type { ArtifactView } from '@capstan/contracts';
import { AppError } from '@capstan/kernel';
import type { ObjectStore } from '@capstan/object-store';
import { OBJECT_STORE } from '@capstan/service-kit';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Response } from 'express';
import { AuditTrail } from '../audit/audit-trail';
import type { GatewayRequest } from '../http/gateway-request';
import { bundleBytes } from './bundle-bytes';
import type { BundlePlan } from './bundle-plan';
import { matchesAny, rangeIsCurrent, readRange } from './byte-range';
import { type Sent, sendBytes } from './send-bytes';
import { OBJECT_DAMAGED, verifiedBytes } from './verified-bytes';

/** RFC 6266: a plain name for old clients, the real one for the others. */
export function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  return plain === name ? `attachment; filename="${name}"` : `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name)}`;
}

/** What must be known of stored bytes to send them. */
export type StoredBytes = Pick<ArtifactView, 'name' | 'key' | 'size' | 'sha256' | 'media_type' | 'created_at'> & Partial<Omit<ArtifactView, 'target_id'>> & { readonly target_id?: string | null };

/** Sends stored bytes, and writes into the audit log who got them. */
@Injectable()
export class Transfers {
  private readonly logger = new Logger(Transfers.name);

  constructor(
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * One artifact, or the part of it that was asked for. A whole one is checked against its SHA-256 on the way.
   * @throws AppError `RANGE_NOT_SATISFIABLE`, `OBJECT_PRUNED`
   */
  async sendArtifact(request: GatewayRequest, response: Response, artifact: StoredBytes): Promise<void> {
    const etag = `"${artifact.sha256}"`;
    response.set({ ETag: etag, 'Accept-Ranges': 'bytes', 'Cache-Control': 'private, no-cache', 'Last-Modified': new Date(artifact.created_at).toUTCString() });
    if (matchesAny(request.get('if-none-match'), etag)) {
      response.status(304).end();
      return;
    }
    const range = rangeIsCurrent(request.get('if-range'), etag) ? readRange(request.get('range'), artifact.size) : ({ kind: 'whole' } as const);
    if (range.kind === 'unsatisfiable') {
      response.set('Content-Range', `bytes */${artifact.size}`);
      throw new AppError('RANGE_NOT_SATISFIABLE', `The artifact has ${artifact.size} bytes`, { details: { size: artifact.size } });
    }
    response.set({ 'Content-Type': artifact.media_type, 'Content-Disposition': attachment(artifact.name) });
    if (range.kind === 'part') {
      response.status(206).set({ 'Content-Range': `bytes ${range.start}-${range.end}/${artifact.size}`, 'Content-Length': String(range.end - range.start + 1) });
    } else {
      response.set('Content-Length', String(artifact.size));
    }
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const source = await this.open(artifact, range.kind === 'part' ? { start: range.start, end: range.end } : undefined);
    await this.send(request, response, range.kind === 'part' ? source : verifiedBytes(source, artifact));
  }

  /** A bundle as a ZIP of known length, every member checked against its SHA-256 on the way. */
  async sendBundle(request: GatewayRequest, response: Response, plan: BundlePlan, name: string): Promise<void> {
    response.set({
      'Content-Type': 'application/zip',
      'Content-Length': String(plan.zip.size),
      'Content-Disposition': attachment(name),
      'Cache-Control': 'private, no-store',
      'Accept-Ranges': 'none',
    });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    await this.send(request, response, bundleBytes(plan, (artifact) => this.open(artifact)));
  }

  private async open(artifact: Pick<ArtifactView, 'key' | 'name'>, range?: { start: number; end: number }): Promise<Awaited<ReturnType<ObjectStore['get']>>> {
    try {
      return await this.store.get(artifact.key, range);
    } catch (error) {
      if (error instanceof AppError && error.code === 'OBJECT_NOT_FOUND') {
        throw new AppError('OBJECT_PRUNED', `The bytes of ${artifact.name} are no longer stored`, { cause: error });
      }
      throw error;
    }
  }

  private async send(request: GatewayRequest, response: Response, bytes: AsyncIterable<Buffer>): Promise<void> {
    let sent: Sent;
    try {
      sent = await sendBytes(response, bytes);
    } catch (error) {
      if (!response.headersSent) {
        ['Content-Length', 'Content-Disposition', 'Content-Range', 'ETag', 'Last-Modified'].forEach((name) => response.removeHeader(name));
        throw error;
      }
      // Part of it is out. A reset connection is the one thing every client takes for a failure.
      response.destroy();
      const known = AppError.from(error);
      const code = known.code;
      this.logger.error(code === OBJECT_DAMAGED ? 'A download was broken off: a stored object is damaged' : 'A download broke off', { request_id: request.requestId, code, ...known.details }, error);
      await this.audit.conclude(request, response.statusCode, code, { details: { complete: false, ...known.details } });
      return;
    }
    await this.audit.conclude(request, response.statusCode, undefined, { details: { bytes: sent.bytes, complete: sent.complete } });
  }
}
