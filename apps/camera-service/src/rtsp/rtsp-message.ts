import { AppError } from '@capstan/kernel';

/** A response of an RTSP server (RFC 2326 §7). */
export interface RtspResponse {
  readonly status: number;
  readonly reason: string;
  /** By lower-case name; repeated headers as a list. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer;
}

/** Who is told what came over a connection. */
export interface RtspListener {
  /** @param payload good until the call returns: the memory is used again */
  readonly frame: (channel: number, payload: Buffer) => void;
  readonly response: (response: RtspResponse) => void;
  readonly request: (method: string, cseq: string) => void;
}

const HEADER_END = Buffer.from('\r\n\r\n');
/** A description of a camera has a few hundred bytes; a binary frame (RFC 2326 §10.12) has at most 65,539. */
const ROOM_BYTES = 192 * 1024;
const MAX_HEADER_BYTES = 64 * 1024;
const MAX_BODY_BYTES = 120 * 1024;

/**
 * Takes the bytes of an RTSP connection apart, in whatever pieces they come. Bytes are written into {@link room} and read
 * where they are: at a thousand packets per second and camera every copy and every object counts.
 */
export class RtspReader {
  private readonly storage = Buffer.allocUnsafeSlow(ROOM_BYTES);
  private filled = 0;
  private at = 0;

  /** Where the next bytes go. */
  room(): Buffer {
    return this.storage.subarray(this.filled);
  }

  /** Reads what was written into {@link room}. @throws AppError `CAMERA_PROTOCOL` when it is not RTSP */
  wrote(bytes: number, listener: RtspListener): void {
    this.filled += bytes;
    this.at = 0;
    while (this.next(listener)) {
      // Until what is left is less than a whole item.
    }
    this.storage.copyWithin(0, this.at, this.filled);
    this.filled -= this.at;
    if (this.filled === ROOM_BYTES) {
      throw notRtsp();
    }
  }

  /** Reads bytes that lie elsewhere. @throws AppError `CAMERA_PROTOCOL` when they are not RTSP */
  push(chunk: Buffer, listener: RtspListener): void {
    for (let from = 0; from < chunk.length; ) {
      const copied = chunk.copy(this.room(), 0, from);
      from += copied;
      this.wrote(copied, listener);
    }
  }

  /** Tells of one item. @returns false when there is none whole */
  private next(listener: RtspListener): boolean {
    const { storage, at, filled } = this;
    if (filled - at < 4) {
      return false;
    }
    if (storage[at] === 0x24) {
      const end = at + 4 + (((storage[at + 2] ?? 0) << 8) | (storage[at + 3] ?? 0));
      if (filled < end) {
        return false;
      }
      this.at = end;
      listener.frame(storage[at + 1] ?? 0, storage.subarray(at + 4, end));
      return true;
    }
    const pending = storage.subarray(at, filled);
    const headerEnd = pending.indexOf(HEADER_END);
    if (headerEnd === -1) {
      if (pending.length > MAX_HEADER_BYTES || !looksLikeText(pending)) {
        throw notRtsp();
      }
      return false;
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
      return false;
    }
    this.at += end;
    const status = /^RTSP\/\d\.\d (\d{3})(?: (.*))?$/.exec(first);
    if (status !== null) {
      listener.response({ status: Number(status[1]), reason: status[2] ?? '', headers, body: Buffer.from(pending.subarray(headerEnd + HEADER_END.length, end)) });
      return true;
    }
    const request = /^([A-Z_]+) \S+ RTSP\/\d\.\d$/.exec(first);
    if (request === null) {
      throw notRtsp();
    }
    listener.request(request[1] ?? '', headers.get('cseq')?.[0] ?? '0');
    return true;
  }
}

function looksLikeText(bytes: Buffer): boolean {
  return bytes.subarray(0, 4).toString('latin1') === 'RTSP' || /^[A-Z]/.test(bytes.subarray(0, 4).toString('latin1'));
}

function notRtsp(): AppError {
  return new AppError('CAMERA_PROTOCOL', 'The camera does not answer in RTSP');
}
