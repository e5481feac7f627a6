import { Readable } from 'node:stream';
import { AppError } from '@capstan/kernel';
import type { ObjectStore } from '@capstan/object-store';
import { OBJECT_STORE } from '@capstan/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { NewCapture } from '../capture-catalogue';
import { CaptureBlobs } from './capture-blobs.repository';

const PREFIX = 'catalogue/waiting/';

/** A capture that is kept but not loaded. */
export interface WaitingCapture {
  readonly key: string;
  readonly taskId: string;
  readonly type: string;
}

/** Captures that are kept but not loaded: sealed objects, because the database may be what is away. */
@Injectable()
export class WaitingCaptures {
  constructor(
    private readonly blobs: CaptureBlobs,
    @Inject(OBJECT_STORE) private readonly store: ObjectStore,
  ) {}

  /** @throws AppError `CAPTURE_NOT_KEPT` */
  async keep(capture: NewCapture): Promise<void> {
    try {
      const sealed = await this.blobs.seal(JSON.stringify({ ...capture, masked: undefined, known: undefined }), recordId(capture.taskId, capture.type));
      await this.store.put(`${PREFIX}${capture.sessionId}/${capture.taskId}.${capture.type}`, Readable.from([Buffer.from(JSON.stringify(sealed))]), { mediaType: 'application/octet-stream' });
    } catch (error) {
      throw new AppError('CAPTURE_NOT_KEPT', 'The capture could neither be loaded nor kept', { retryable: true, cause: error });
    }
  }

  /** Those of a session. */
  async list(sessionId: string): Promise<WaitingCapture[]> {
    const found: WaitingCapture[] = [];
    for await (const { key } of this.store.list(`${PREFIX}${sessionId}/`)) {
      const [taskId = '', type = ''] = key.slice(PREFIX.length + sessionId.length + 1).split('.');
      found.push({ key, taskId, type });
    }
    return found;
  }

  async read({ key, taskId, type }: WaitingCapture): Promise<NewCapture> {
    const capture = JSON.parse(await this.blobs.open(await this.blobs.fetch(key), recordId(taskId, type))) as Omit<NewCapture, 'capturedAt'> & { capturedAt: string };
    return { ...capture, capturedAt: new Date(capture.capturedAt) };
  }

  async forget(waiting: WaitingCapture): Promise<void> {
    await this.store.remove([waiting.key]);
  }
}

function recordId(taskId: string, type: string): string {
  return `waiting:${taskId}.${type}`;
}
