const START_CODE = Buffer.from([0, 0, 0, 1]);

/** What one RTP payload contributes to a frame. */
export interface ReadUnits {
  /** Annex B units, or pieces of them, in order. */
  readonly units: readonly Buffer[];
  /** Whether it belongs to a picture that needs no other. */
  readonly key: boolean;
  /** Whether it cannot be right after what came before. */
  readonly broken: boolean;
}

/** Reads the payloads of one codec. */
export interface UnitReader {
  read(payload: Buffer): ReadUnits;
  /** Whether nothing is half-read: at the end of a frame. */
  complete(): boolean;
  reset(): void;
}

const NOTHING: ReadUnits = { units: [], key: false, broken: false };
const BROKEN: ReadUnits = { units: [], key: false, broken: true };

/** RFC 6184: single units, STAP-A, FU-A. */
export class H264Units implements UnitReader {
  private fragment = false;

  read(payload: Buffer): ReadUnits {
    const header = payload[0] ?? 0;
    const type = header & 0x1f;
    if (type >= 1 && type <= 23) {
      return { units: [START_CODE, payload], key: type === 5, broken: this.fragment };
    }
    if (type === 24) {
      return aggregated(payload, 1, (unit) => ((unit[0] ?? 0) & 0x1f) === 5);
    }
    if (type !== 28 || payload.length < 3) {
      return type === 28 ? BROKEN : NOTHING;
    }
    const fragmentHeader = payload[1] ?? 0;
    const [first, last, unitType] = [(fragmentHeader & 0x80) !== 0, (fragmentHeader & 0x40) !== 0, fragmentHeader & 0x1f];
    const broken = first === this.fragment;
    this.fragment = !last;
    const body = payload.subarray(2);
    return { units: first ? [START_CODE, Buffer.from([(header & 0xe0) | unitType]), body] : [body], key: unitType === 5, broken };
  }

  complete(): boolean {
    return !this.fragment;
  }

  reset(): void {
    this.fragment = false;
  }
}

/** RFC 7798: single units, aggregation packets, fragmentation units; without DONL fields, which no camera was seen to send. */
export class H265Units implements UnitReader {
  private fragment = false;

  read(payload: Buffer): ReadUnits {
    if (payload.length < 3) {
      return BROKEN;
    }
    const [high = 0, low = 0] = payload;
    const type = (high >> 1) & 0x3f;
    if (type < 48) {
      return { units: [START_CODE, payload], key: isRandomAccess(type), broken: this.fragment };
    }
    if (type === 48) {
      return aggregated(payload, 2, (unit) => isRandomAccess(((unit[0] ?? 0) >> 1) & 0x3f));
    }
    if (type !== 49) {
      return NOTHING;
    }
    const fragmentHeader = payload[2] ?? 0;
    const [first, last, unitType] = [(fragmentHeader & 0x80) !== 0, (fragmentHeader & 0x40) !== 0, fragmentHeader & 0x3f];
    const broken = first === this.fragment;
    this.fragment = !last;
    const body = payload.subarray(3);
    return { units: first ? [START_CODE, Buffer.from([(high & 0x81) | (unitType << 1), low]), body] : [body], key: isRandomAccess(unitType), broken };
  }

  complete(): boolean {
    return !this.fragment;
  }

  reset(): void {
    this.fragment = false;
  }
}

/** Pictures that need no earlier one: BLA, IDR and CRA (H.265 §7.4.2.2). */
function isRandomAccess(type: number): boolean {
  return type >= 16 && type <= 21;
}

function aggregated(payload: Buffer, headerBytes: number, isKey: (unit: Buffer) => boolean): ReadUnits {
  const units: Buffer[] = [];
  let key = false;
  let offset = headerBytes;
  while (offset + 2 <= payload.length) {
    const length = payload.readUInt16BE(offset);
    const unit = payload.subarray(offset + 2, offset + 2 + length);
    if (length === 0 || unit.length < length) {
      return BROKEN;
    }
    units.push(START_CODE, unit);
    key ||= isKey(unit);
    offset += 2 + length;
  }
  return { units, key, broken: false };
}

/** Parameter sets as the beginning of an Annex B stream. */
export function annexB(units: readonly Buffer[]): Buffer {
  return Buffer.concat(units.flatMap((unit) => [START_CODE, unit]));
}
