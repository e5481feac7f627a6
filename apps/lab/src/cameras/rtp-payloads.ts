/** Largest RTP payload: a packet fits into an Ethernet frame with room for a tunnel. */
const MAX_PAYLOAD = 1_200;

/** The NAL units of an Annex B stream, without start codes. */
export function annexBUnits(bytes: Buffer): Buffer[] {
  const units: Buffer[] = [];
  const mark = Buffer.from([0, 0, 1]);
  let start = bytes.indexOf(mark);
  while (start !== -1) {
    const next = bytes.indexOf(mark, start + 3);
    let end = next === -1 ? bytes.length : next;
    // A start code of four bytes begins with one more zero, which no unit ends with.
    while (end > start + 3 && bytes[end - 1] === 0) {
      end -= 1;
    }
    units.push(bytes.subarray(start + 3, end));
    start = next;
  }
  return units.filter((unit) => unit.length > 0);
}

/** One H.264 unit as RTP payloads: single NAL unit packets and FU-A fragments (RFC 6184 §5.6, §5.8). */
export function h264Packets(unit: Buffer): Buffer[] {
  if (unit.length <= MAX_PAYLOAD) {
    return [unit];
  }
  const header = unit[0] ?? 0;
  return fragments(unit.subarray(1), MAX_PAYLOAD - 2).map(({ part, first, last }) =>
    Buffer.concat([Buffer.from([(header & 0xe0) | 28, (first ? 0x80 : 0) | (last ? 0x40 : 0) | (header & 0x1f)]), part]),
  );
}

/** One H.265 unit as RTP payloads: single NAL unit packets and fragmentation units (RFC 7798 §4.4). */
export function h265Packets(unit: Buffer): Buffer[] {
  if (unit.length <= MAX_PAYLOAD) {
    return [unit];
  }
  const [high = 0, low = 0] = unit;
  const type = (high >> 1) & 0x3f;
  return fragments(unit.subarray(2), MAX_PAYLOAD - 3).map(({ part, first, last }) =>
    Buffer.concat([Buffer.from([(high & 0x81) | (49 << 1), low, (first ? 0x80 : 0) | (last ? 0x40 : 0) | type]), part]),
  );
}

/** One baseline JPEG picture as RTP payloads (RFC 2435 §3.1), with its quantisation tables in the first one (Q = 255). */
export function jpegPackets(picture: Buffer): Buffer[] {
  const { width, height, tables, scan } = readJpeg(picture);
  const packets: Buffer[] = [];
  let offset = 0;
  while (offset < scan.length) {
    const header = Buffer.alloc(8);
    header.writeUIntBE(offset, 1, 3);
    header[4] = 1; // 4:2:0
    header[5] = 255;
    header[6] = width / 8;
    header[7] = height / 8;
    const parts: Buffer[] = [header];
    if (offset === 0) {
      const tableHeader = Buffer.alloc(4);
      tableHeader.writeUInt16BE(tables.length, 2);
      parts.push(tableHeader, tables);
    }
    const room = MAX_PAYLOAD - parts.reduce((sum, part) => sum + part.length, 0);
    const part = scan.subarray(offset, offset + room);
    packets.push(Buffer.concat([...parts, part]));
    offset += part.length;
  }
  return packets;
}

function fragments(bytes: Buffer, size: number): { part: Buffer; first: boolean; last: boolean }[] {
  const parts: { part: Buffer; first: boolean; last: boolean }[] = [];
  for (let offset = 0; offset < bytes.length; offset += size) {
    parts.push({ part: bytes.subarray(offset, offset + size), first: offset === 0, last: offset + size >= bytes.length });
  }
  return parts;
}

function readJpeg(picture: Buffer): { width: number; height: number; tables: Buffer; scan: Buffer } {
  let offset = 2;
  let [width, height] = [0, 0];
  const tables: Buffer[] = [];
  for (;;) {
    const marker = picture.readUInt16BE(offset);
    const length = picture.readUInt16BE(offset + 2);
    const body = picture.subarray(offset + 4, offset + 2 + length);
    offset += 2 + length;
    if (marker === 0xffc0) {
      height = body.readUInt16BE(1);
      width = body.readUInt16BE(3);
    } else if (marker === 0xffdb) {
      for (let at = 0; at + 65 <= body.length; at += 65) {
        tables.push(body.subarray(at + 1, at + 65));
      }
    } else if (marker === 0xffda) {
      const [luma = Buffer.alloc(64), chroma = luma] = tables;
      return { width, height, tables: Buffer.concat([luma, chroma]), scan: picture.subarray(offset, picture.length - 2) };
    }
  }
}
