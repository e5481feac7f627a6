import type { ReadUnits, UnitReader } from './nal-units';

/**
 * RFC 2435: a picture comes without its headers, which are made again from the few fields that travel. Tables with Q = 255
 * come in band; for Q 1 to 99 they are computed as Appendix A says.
 */
export class JpegPictures implements UnitReader {
  private offset = 0;
  private started = false;

  read(payload: Buffer): ReadUnits {
    if (payload.length < 8) {
      return { units: [], key: true, broken: true };
    }
    const fragment = payload.readUIntBE(1, 3);
    const type = payload[4] ?? 0;
    const q = payload[5] ?? 0;
    const [width, height] = [(payload[6] ?? 0) * 8, (payload[7] ?? 0) * 8];
    let at = 8;
    let restart = 0;
    if (type >= 64 && type <= 127) {
      restart = payload.length >= 12 ? payload.readUInt16BE(8) : 0;
      at += 4;
    }
    if (fragment !== 0) {
      const body = payload.subarray(at);
      const broken = !this.started || fragment !== this.offset;
      this.offset = fragment + body.length;
      return { units: [body], key: true, broken };
    }
    let tables: Buffer;
    if (q >= 128) {
      const length = payload.length >= at + 4 ? payload.readUInt16BE(at + 2) : 0;
      tables = payload.subarray(at + 4, at + 4 + length);
      at += 4 + length;
    } else {
      tables = computedTables(q);
    }
    const body = payload.subarray(at);
    this.started = true;
    this.offset = body.length;
    const usable = width > 0 && height > 0 && (tables.length === 64 || tables.length === 128) && (type & 0x3f) <= 1;
    return { units: [pictureHeaders(type & 1, width, height, tables, restart), body], key: true, broken: !usable };
  }

  complete(): boolean {
    return this.started;
  }

  reset(): void {
    this.started = false;
    this.offset = 0;
  }
}

/** Ends a picture that ends without its marker, as RFC 2435 §3.1.9 allows. */
export function endPicture(picture: Buffer): Buffer {
  return picture.length >= 2 && picture.readUInt16BE(picture.length - 2) === 0xffd9 ? picture : Buffer.concat([picture, Buffer.from([0xff, 0xd9])]);
}

function segment(marker: number, body: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(marker, 0);
  head.writeUInt16BE(body.length + 2, 2);
  return Buffer.concat([head, body]);
}

function pictureHeaders(type: number, width: number, height: number, tables: Buffer, restart: number): Buffer {
  const luma = tables.subarray(0, 64);
  const chroma = tables.length === 128 ? tables.subarray(64) : luma;
  const size = Buffer.alloc(4);
  size.writeUInt16BE(height, 0);
  size.writeUInt16BE(width, 2);
  const parts = [
    Buffer.from([0xff, 0xd8]),
    segment(0xffdb, Buffer.concat([Buffer.from([0]), luma])),
    segment(0xffdb, Buffer.concat([Buffer.from([1]), chroma])),
    segment(0xffc0, Buffer.concat([Buffer.from([8]), size, Buffer.from([3, 1, type === 0 ? 0x21 : 0x22, 0, 2, 0x11, 1, 3, 0x11, 1])])),
    ...huffmanTables(),
    ...(restart === 0 ? [] : [segment(0xffdd, Buffer.from([restart >> 8, restart & 0xff]))]),
    segment(0xffda, Buffer.from([3, 1, 0, 2, 0x11, 3, 0x11, 0, 63, 0])),
  ];
  return Buffer.concat(parts);
}

const BASE_LUMA = [16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99];
const BASE_CHROMA = [17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, 99, ...Array.from({ length: 49 }, () => 99)];

function computedTables(q: number): Buffer {
  const quality = Math.min(99, Math.max(1, q));
  const factor = quality < 50 ? Math.floor(5_000 / quality) : 200 - quality * 2;
  return Buffer.from([...BASE_LUMA, ...BASE_CHROMA].map((value) => Math.min(255, Math.max(1, Math.floor((value * factor + 50) / 100)))));
}

/** The typical Huffman tables of the JPEG standard (ITU-T T.81 Annex K.3), which RFC 2435 §3.1.8 prescribes. */
function huffmanTables(): Buffer[] {
  const dc = (id: number, counts: readonly number[]): Buffer => segment(0xffc4, Buffer.from([id, ...counts, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]));
  const ac = (id: number, counts: readonly number[], hex: string): Buffer => segment(0xffc4, Buffer.concat([Buffer.from([id, ...counts]), Buffer.from(hex, 'hex')]));
  return [
    dc(0x00, [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]),
    ac(0x10, [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 0x7d], AC_LUMA),
    dc(0x01, [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0]),
    ac(0x11, [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 0x77], AC_CHROMA),
  ];
}

const AC_LUMA =
  '0102030004110512213141061351610722711432' +
  '8191a1082342b1c11552d1f02433627282090a16' +
  '1718191a25262728292a3435363738393a434445' +
  '464748494a535455565758595a63646566676869' +
  '6a737475767778797a838485868788898a929394' +
  '95969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6' +
  'b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8' +
  'd9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8' +
  'f9fa';
const AC_CHROMA =
  '0001020311040521310612415107617113223281' +
  '08144291a1b1c109233352f0156272d10a162434' +
  'e125f11718191a262728292a35363738393a4344' +
  '45464748494a535455565758595a636465666768' +
  '696a737475767778797a82838485868788898a92' +
  '939495969798999aa2a3a4a5a6a7a8a9aab2b3b4' +
  'b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6' +
  'd7d8d9dae2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8' +
  'f9fa';
