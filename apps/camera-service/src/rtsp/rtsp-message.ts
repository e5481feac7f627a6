import { AppError } from '@capstan/kernel';

/** A response of an RTSP server (RFC 2326 §7). */
export interface RtspResponse {
  readonly status: number;
  readonly reason: string;
  /** By lower-case name; repeated headers as a list. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer;
}

/** A binary frame inside the connection (RFC 2326 §10.12). */
export interface InterleavedFrame {
  readonly channel: number;
  readonly payload: Buffer;
}

/** What one connection can carry. */
export type RtspItem = { readonly response: RtspResponse } | { readonly frame: InterleavedFrame } | { readonly request: { readonly method: string; readonly cseq: string } };

const HEADER_END = Buffer.from('\r\n\r\n');
/** A description of a camera has a few hundred bytes. */
const MAX_HEADER_BYTES = 64 * 1024;
const MAX_BODY_BYTES = 256 * 1024;

/** Takes the bytes of an RTSP connection apart, in whatever pieces they come. */
export class RtspReader {
  private pending: Buffer = Buffer.alloc(0);

  /** @throws AppError `CAMERA_PROTOCOL` when what comes is not RTSP */
  push(chunk: Buffer): RtspItem[] {
    this.pending = this.pending.length === 0 ? chunk : Buffer.concat([this.pending, chunk]);
    const items: RtspItem[] = [];
    for (;;) {
      const item = this.next();
      if (item === undefined) {
        return items;
      }
      items.push(item);
    }
  }

  private next(): RtspItem | undefined {
    const { pending } = this;
    if (pending.length < 4) {
      return undefined;
    }
    if (pending[0] === 0x24) {
      const end = 4 + pending.readUInt16BE(2);
      if (pending.length < end) {
        return undefined;
      }
      this.pending = pending.subarray(end);
      return { frame: { channel: pending[1] ?? 0, payload: pending.subarray(4, end) } };
    }
    const headerEnd = pending.indexOf(HEADER_END);
    if (headerEnd === -1) {
      if (pending.length > MAX_HEADER_BYTES || !looksLikeText(pending)) {
        throw notRtsp();
      }
      return undefined;
    }
    const [first = '', ...lines] = pending.subarray(0, headerEnd).toString('latin1').split('\r\n');
    const headers = new Map<string, string[]>();
    for (const line of lines) {
      const colon = line.indexOf(':');
      if (colon > 0) {
        const name = line.slice(0, colon).trim().toLowerCase();
        headers.set(name, [...(headers.get(name) ?? []), line.slice(colon + 1).trim()]);
      }
    }
    const length = Number(headers.get('content-length')?.[0] ?? 0);
    if (!Number.isInteger(length) || length < 0 || length > MAX_BODY_BYTES) {
      throw notRtsp();
    }
    const end = headerEnd + HEADER_END.length + length;
    if (pending.length < end) {
      return undefined;
    }
    this.pending = pending.subarray(end);
    const status = /^RTSP\/\d\.\d (\d{3})(?: (.*))?$/.exec(first);
    if (status !== null) {
      return { response: { status: Number(status[1]), reason: status[2] ?? '', headers, body: pending.subarray(headerEnd + HEADER_END.length, end) } };
    }
    const request = /^([A-Z_]+) \S+ RTSP\/\d\.\d$/.exec(first);
    if (request !== null) {
      return { request: { method: request[1] ?? '', cseq: headers.get('cseq')?.[0] ?? '0' } };
    }
    throw notRtsp();
  }
}

function looksLikeText(bytes: Buffer): boolean {
  return bytes.subarray(0, 4).toString('latin1') === 'RTSP' || /^[A-Z]/.test(bytes.subarray(0, 4).toString('latin1'));
}

function notRtsp(): AppError {
  return new AppError('CAMERA_PROTOCOL', 'The camera does not answer in RTSP');
}
