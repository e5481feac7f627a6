import type { IncomingFile } from './incoming-file';
import type { OpenPlace } from './sink-place';
import { SINK_FOLDER } from './sink-path';

const LONGEST_LINE = 1_024;
const OK = Buffer.from([0]);

/** What the receiver does to its channel. */
export interface ScpPeer {
  write(bytes: Buffer): void;
  /** Stops the sender, and lets it go on. */
  pause(): void;
  resume(): void;
}

/** The target of a command line `scp -t …`; undefined when it is something else. Options of the sender are let through. */
export function scpTarget(command: string): string | undefined {
  const match = /^\s*(?:\/\S*\/)?scp\s+((?:-[A-Za-z]+\s+)*)(?:--\s+)?(\S+)\s*$/.exec(command);
  return match?.[1] !== undefined && /-[A-Za-z]*t/.test(match[1]) ? (match[2] ?? '').replace(/^(["'])(.*)\1$/, '$2') : undefined;
}

/**
 * The receiving end of the old SCP protocol (`scp -t`, as in OpenSSH's scp.c): lines `T…` (times, ignored), `D…` and `E`
 * (folders), `C<mode> <size> <name>` and behind it so many bytes and a zero. Each step is answered by a zero byte.
 */
export class ScpReceiver {
  private line: Buffer = Buffer.alloc(0);
  private file: { readonly incoming: IncomingFile; left: number; offset: number } | undefined;
  private readonly path: string[] = [];
  private awaitingZero = false;
  private failed = false;

  constructor(
    private readonly place: OpenPlace,
    /** Where the sender wants to write: a folder of ours, or a file in one. */
    private readonly target: string,
    private readonly peer: ScpPeer,
  ) {
    peer.write(OK);
  }

  /** Whether everything went well so far. */
  get succeeded(): boolean {
    return !this.failed && this.file === undefined && !this.awaitingZero;
  }

  /** Takes the next bytes. */
  push(chunk: Buffer): void {
    for (let rest = chunk; rest.length > 0 && !this.failed; ) {
      rest = this.file !== undefined && this.file.left > 0 ? this.takeData(rest) : this.awaitingZero ? this.takeZero(rest) : this.takeLine(rest);
    }
  }

  /** The sender is gone. */
  end(): void {
    this.file?.incoming.breakOff();
  }

  private takeData(chunk: Buffer): Buffer {
    const { file } = this;
    if (file === undefined) {
      return chunk;
    }
    const data = chunk.subarray(0, file.left);
    file.left -= data.length;
    let acknowledged = false;
    try {
      file.incoming.accept(file.offset, Buffer.from(data), () => {
        acknowledged = true;
        this.peer.resume();
      });
    } catch (error) {
      this.refuse((error as Error).message);
      return Buffer.alloc(0);
    }
    file.offset += data.length;
    if (!acknowledged) {
      this.peer.pause();
    }
    this.awaitingZero = file.left === 0;
    return chunk.subarray(data.length);
  }

  private takeZero(chunk: Buffer): Buffer {
    this.awaitingZero = false;
    const { file } = this;
    this.file = undefined;
    if (chunk[0] === 0) {
      file?.incoming.finish();
      this.peer.write(OK);
    } else {
      // The sender's own trouble: a line behind a 1 or 2.
      file?.incoming.breakOff();
      this.failed = true;
    }
    return chunk.subarray(1);
  }

  private takeLine(chunk: Buffer): Buffer {
    const end = chunk.indexOf(0x0a);
    const part = end === -1 ? chunk : chunk.subarray(0, end);
    this.line = Buffer.concat([this.line, part]);
    if (this.line.length > LONGEST_LINE) {
      this.refuse('line too long');
      return Buffer.alloc(0);
    }
    if (end === -1) {
      return Buffer.alloc(0);
    }
    const line = this.line.toString('utf8');
    this.line = Buffer.alloc(0);
    this.obey(line);
    return chunk.subarray(end + 1);
  }

  private obey(line: string): void {
    const file = /^C[0-7]{4} (\d{1,15}) ([^/]+)$/.exec(line);
    const folder = /^D[0-7]{4} 0 ([^/]+)$/.exec(line);
    if (file !== null) {
      this.beginFile(Number(file[1]), file[2] ?? '');
    } else if (folder !== null) {
      this.enter(folder[1] ?? '');
    } else if (line === 'E') {
      this.path.pop();
      this.peer.write(OK);
    } else if (/^T[\d ]+$/.test(line)) {
      this.peer.write(OK);
    } else {
      this.refuse('not understood');
    }
  }

  private beginFile(size: number, name: string): void {
    const incoming = this.place.begin(this.pathOf(name));
    if (incoming === 'denied' || incoming === 'missing') {
      this.refuse(incoming === 'denied' ? 'permission denied' : 'no such folder');
      return;
    }
    this.file = { incoming, left: size, offset: 0 };
    this.awaitingZero = size === 0;
    this.peer.write(OK);
  }

  private enter(name: string): void {
    this.path.push(name);
    const path = this.pathOf('');
    if (name === '..' || !(this.place.folders.has(path) || this.place.folders.make(path))) {
      this.refuse('permission denied');
      return;
    }
    this.peer.write(OK);
  }

  /** As scp does it: into a folder by the sender's name, otherwise under the name of the target. */
  private pathOf(name: string): string {
    const target = this.target.startsWith('/') ? this.target : `${SINK_FOLDER}/${this.target}`;
    const base = target.replace(/\/+$/, '');
    const isFolder = this.path.length > 0 || this.place.folders.has(base === '' ? '/' : base);
    return isFolder ? [base, ...this.path, name].filter((part) => part !== '').join('/') : base;
  }

  private refuse(why: string): void {
    this.failed = true;
    this.file?.incoming.breakOff();
    this.file = undefined;
    this.peer.write(Buffer.from(`\u0002scp: ${why}\n`));
  }
}
