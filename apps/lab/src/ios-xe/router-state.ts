import { captureBytes } from '../voice-calls/capture-bytes';
import type { RecordedPacket } from '../voice-calls/voice-calls';
import { passes, readAccessLine, readMatch } from './access-list';
import type { RouterPacket, RouterPackets } from './router-packets';

/** A capture point as the configuration has it. */
export interface CapturePoint {
  readonly name: string;
  interfaces: { readonly name: string; readonly direction: string }[];
  controlPlane: string | undefined;
  bufferMb: number;
  circular: boolean;
  durationSec: number;
  packetLimit: number;
  packetLength: number;
  pps: number;
  /** Words behind `match`. */
  match: string | undefined;
  accessList: string | undefined;
  startedAt: number | undefined;
  stoppedAt: number | undefined;
  /** What has been counted, and until when. */
  counted: Counted;
}

interface Counted {
  until: number;
  packets: number;
  bytes: number;
  dropped: number;
  /** When the capture ended by itself. */
  endedAt: number | undefined;
}

const nothing = (): Counted => ({ until: 0, packets: 0, bytes: 0, dropped: 0, endedAt: undefined });
const MEBI = 1_048_576;
const RECORD = 16;

/** What a router keeps: its capture points, access lists and files. */
export class RouterState {
  readonly points = new Map<string, CapturePoint>();
  readonly lists = new Map<string, string[]>();
  readonly flash = new Map<string, Buffer>();

  constructor(
    private readonly source: RouterPackets,
    private readonly now: () => number,
  ) {}

  /** The point of that name, made when there is none. */
  point(name: string): CapturePoint {
    const known = this.points.get(name);
    if (known !== undefined) {
      return known;
    }
    const point: CapturePoint = {
      name,
      interfaces: [],
      controlPlane: undefined,
      bufferMb: 10,
      circular: false,
      durationSec: 0,
      packetLimit: 0,
      packetLength: 0,
      pps: 1_000,
      match: undefined,
      accessList: undefined,
      startedAt: undefined,
      stoppedAt: undefined,
      counted: nothing(),
    };
    this.points.set(name, point);
    return point;
  }

  /** What is missing before a point can be started; undefined when nothing is. */
  missing(point: CapturePoint): 'interface' | 'filter' | undefined {
    if (point.interfaces.length === 0 && point.controlPlane === undefined) {
      return 'interface';
    }
    return point.match === undefined && (point.accessList === undefined || !this.lists.has(point.accessList)) ? 'filter' : undefined;
  }

  start(point: CapturePoint): void {
    point.startedAt = this.now();
    point.stoppedAt = undefined;
    point.counted = { ...nothing(), until: point.startedAt };
  }

  stop(point: CapturePoint): void {
    this.count(point);
    point.stoppedAt ??= this.now();
  }

  /** Whether it captures now. */
  isActive(point: CapturePoint): boolean {
    this.count(point);
    return point.startedAt !== undefined && point.stoppedAt === undefined && point.counted.endedAt === undefined;
  }

  /** What it has captured until now. */
  count(point: CapturePoint): Counted {
    const { counted } = point;
    if (point.startedAt === undefined || counted.endedAt !== undefined) {
      return counted;
    }
    const timeOver = point.durationSec === 0 ? Number.POSITIVE_INFINITY : point.startedAt + point.durationSec * 1_000;
    const until = Math.min(this.now(), point.stoppedAt ?? Number.POSITIVE_INFINITY, timeOver);
    for (const packet of this.kept(point, counted.until, until)) {
      const size = packet.frame.length + RECORD;
      if (!point.circular && counted.bytes + size > point.bufferMb * MEBI) {
        counted.endedAt = packet.at;
        break;
      }
      counted.packets += 1;
      counted.bytes += size;
      if (counted.packets === point.packetLimit) {
        counted.endedAt = packet.at;
        break;
      }
    }
    counted.until = Math.max(counted.until, until);
    if (counted.endedAt === undefined && until >= timeOver) {
      counted.endedAt = timeOver;
    }
    return counted;
  }

  /** The packets in the buffer. */
  content(point: CapturePoint): RouterPacket[] {
    const { packets, endedAt } = this.count(point);
    const all: RouterPacket[] = [];
    let bytes = 0;
    for (const packet of this.kept(point, point.startedAt ?? 0, endedAt === undefined ? point.counted.until : endedAt + 1e-3)) {
      all.push(packet);
      bytes += packet.frame.length + RECORD;
      while (point.circular && bytes > point.bufferMb * MEBI) {
        bytes -= (all.shift()?.frame.length ?? 0) + RECORD;
      }
      if (!point.circular && all.length === packets) {
        break;
      }
    }
    return packets === 0 ? [] : all;
  }

  /** The buffer as a capture file. */
  file(point: CapturePoint): Buffer {
    // The writer looks at the time and the frame only.
    return captureBytes(this.content(point) as unknown as RecordedPacket[]);
  }

  /** Packets in the buffer: all that were counted, or those that a ring still has. */
  inBuffer(point: CapturePoint): number {
    const { packets, bytes } = this.count(point);
    return point.circular && bytes > point.bufferMb * MEBI ? this.content(point).length : packets;
  }

  private *kept(point: CapturePoint, from: number, to: number): Generator<RouterPacket> {
    const inline = point.match?.startsWith('ipv4 protocol ') === true ? readMatch(point.match.replace('ipv4 protocol ', '')) : undefined;
    const listed = point.accessList === undefined ? undefined : (this.lists.get(point.accessList) ?? []);
    const lines = listed === undefined ? (inline === undefined ? undefined : [inline]) : listed.map(readAccessLine).filter((line) => line !== undefined);
    for (const packet of this.source.packets(from, to)) {
      if (lines === undefined || passes(lines, packet)) {
        yield packet;
      }
    }
  }
}
