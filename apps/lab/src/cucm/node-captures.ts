import type { Clock } from '@capstan/kernel';
import { captureBytes } from '../voice-calls/capture-bytes';
import { matches, type PacketFilter } from '../voice-calls/packet-filter';
import type { RecordedPacket } from '../voice-calls/voice-calls';

/** What passes a node in [`from`, `to`), true instants in Unix milliseconds, in order. */
export interface NodePackets {
  packets(from: number, to: number): Iterable<RecordedPacket>;
}

/** What a capture was started with. */
export interface CaptureOrder {
  readonly name: string;
  readonly filter: PacketFilter;
  /** Packets after which it ends; none in a ring. */
  readonly count?: number;
  readonly ring?: { readonly fileBytes: number; readonly maxFiles: number; readonly padded: boolean };
}

/** A file of the node. */
export interface StoredFile {
  readonly name: string;
  bytes: Buffer;
  /** True instant, Unix milliseconds. */
  changedAt: number;
}

const HEADER = captureBytes([]);

/** Folder of capture files on a node. */
export class NodeFiles {
  private readonly files = new Map<string, StoredFile>();

  /** Makes an empty file; one that has the name already gets another one, as nodes do it. */
  create(name: string, at: number): StoredFile {
    const old = this.files.get(name);
    if (old !== undefined) {
      const renamed = { ...old, name: `${name}.${this.files.size}` };
      this.files.set(renamed.name, renamed);
    }
    const file = { name, bytes: HEADER, changedAt: at };
    this.files.set(name, file);
    return file;
  }

  /** Files whose names a pattern with `*` matches, by name. */
  find(pattern: string): StoredFile[] {
    const source = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
    const whole = new RegExp(`^${source}$`);
    return [...this.files.values()].filter(({ name }) => whole.test(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  remove(name: string): void {
    this.files.delete(name);
  }
}

/** One capture under way. Time is looked at when somebody asks; nothing runs by itself. */
export class RunningCapture {
  private until: number;
  private packets = 0;
  private fileNumber = 0;
  private current: StoredFile;

  constructor(
    private readonly order: CaptureOrder,
    private readonly traffic: NodePackets,
    private readonly files: NodeFiles,
    private readonly clock: Clock,
  ) {
    this.until = clock.now();
    this.current = files.create(this.fileName(0), this.until);
  }

  /** Packets so far. */
  get captured(): number {
    return this.packets;
  }

  /** Takes what has passed since the last look. @returns whether the capture has reached its limit */
  advance(): boolean {
    const now = this.clock.now();
    const { count, filter } = this.order;
    const records: RecordedPacket[] = [];
    for (const packet of this.traffic.packets(this.until, now)) {
      if (count !== undefined && this.packets >= count) {
        break;
      }
      if (matches(filter, packet)) {
        records.push(packet);
        this.packets += 1;
      }
    }
    this.until = now;
    this.append(records, now);
    return count !== undefined && this.packets >= count;
  }

  private append(records: readonly RecordedPacket[], now: number): void {
    for (const record of records) {
      const bytes = captureBytes([record]).subarray(HEADER.length);
      const { ring } = this.order;
      if (ring !== undefined && this.current.bytes.length + bytes.length > ring.fileBytes) {
        this.turnOver(ring.maxFiles, now);
      }
      this.current.bytes = Buffer.concat([this.current.bytes, bytes]);
      this.current.changedAt = now;
    }
  }

  private turnOver(maxFiles: number, now: number): void {
    this.fileNumber = (this.fileNumber + 1) % maxFiles;
    const name = this.fileName(this.fileNumber);
    this.files.remove(name);
    this.current = this.files.create(name, now);
  }

  private fileName(number: number): string {
    const { name, ring } = this.order;
    if (ring === undefined) {
      return `${name}.cap`;
    }
    return `${name}.cap${ring.padded ? String(number).padStart(String(ring.maxFiles - 1).length, '0') : number}`;
  }
}
