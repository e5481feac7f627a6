/*
 * The ZIP file format as far as a bundle needs it: stored entries (captures are sent as they are: compressing them would
 * cost more time than the network saves, and every byte stays comparable), sizes known beforehand, checksums known
 * afterwards. Source: PKWARE APPNOTE.TXT 6.3.10, sections in the comments.
 */

/** An entry before its bytes are read. */
export interface ZipEntry {
  /** `/` separates folders. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  readonly modifiedAt: Date;
}

/** An entry whose place in the file is known. */
export interface PlacedEntry extends ZipEntry {
  /** Of its local header, in bytes from the start of the file. */
  readonly offset: number;
}

/** A whole file before a byte of it is written. */
export interface ZipPlan {
  readonly entries: readonly PlacedEntry[];
  /** Of the central directory. */
  readonly directoryOffset: number;
  /** Of the whole file in bytes. */
  readonly size: number;
}

const MAX_32 = 0xffff_ffff;
const MAX_16 = 0xffff;
/** 4.4.4: bit 3, sizes and checksum follow the data; bit 11, names are UTF-8. */
const FLAGS = 0x0808;
const STORED = 0;
/** 4.4.3: 2.0 for a plain entry, 4.5 for ZIP64. */
const VERSION = 20;
const VERSION_ZIP64 = 45;
/** 4.4.2: Unix, so that the mode below is understood. */
const MADE_BY = (3 << 8) | VERSION_ZIP64;
/** -rw-r--r-- */
const EXTERNAL_ATTRIBUTES = 0o100644 * 0x10000;
const ZIP64_FIELD = 0x0001;
/** Info-ZIP's extended timestamp: the DOS time of the header has neither a zone nor odd seconds. */
const TIMESTAMP_FIELD = 0x5455;

const LOCAL_HEADER = 30;
const LOCAL_ZIP64_FIELD = 20;
const TIMESTAMP_FIELD_SIZE = 9;
const DIRECTORY_HEADER = 46;
const END_RECORD = 22;
const ZIP64_END_RECORD = 56;
const ZIP64_END_LOCATOR = 20;

function needsZip64(size: number): boolean {
  return size >= MAX_32;
}

function nameBytes(entry: ZipEntry): Buffer {
  return Buffer.from(entry.name, 'utf8');
}

function localHeaderSize(entry: ZipEntry): number {
  return LOCAL_HEADER + nameBytes(entry).length + (needsZip64(entry.size) ? LOCAL_ZIP64_FIELD : 0) + TIMESTAMP_FIELD_SIZE;
}

function descriptorSize(entry: ZipEntry): number {
  return needsZip64(entry.size) ? 24 : 16;
}

/** 4.5.3: only the values that do not fit into their 32-bit fields, in this order. */
function zip64Values(entry: PlacedEntry): number[] {
  return [...(needsZip64(entry.size) ? [entry.size, entry.size] : []), ...(entry.offset >= MAX_32 ? [entry.offset] : [])];
}

function directoryHeaderSize(entry: PlacedEntry): number {
  const values = zip64Values(entry);
  return DIRECTORY_HEADER + nameBytes(entry).length + (values.length > 0 ? 4 + 8 * values.length : 0) + TIMESTAMP_FIELD_SIZE;
}

function endNeedsZip64(count: number, directorySize: number, directoryOffset: number): boolean {
  return count >= MAX_16 || directorySize >= MAX_32 || directoryOffset >= MAX_32;
}

/** Places entries one behind the other; the size of the file is known from here on. */
export function planZip(entries: readonly ZipEntry[]): ZipPlan {
  let offset = 0;
  const placed = entries.map((entry): PlacedEntry => {
    const at = offset;
    offset += localHeaderSize(entry) + entry.size + descriptorSize(entry);
    return { ...entry, offset: at };
  });
  const directorySize = placed.reduce((sum, entry) => sum + directoryHeaderSize(entry), 0);
  const end = endNeedsZip64(placed.length, directorySize, offset) ? ZIP64_END_RECORD + ZIP64_END_LOCATOR + END_RECORD : END_RECORD;
  return { entries: placed, directoryOffset: offset, size: offset + directorySize + end };
}

/** 4.4.6: two seconds are the smallest step, 1980 the first year. */
function dosTime(date: Date): { time: number; day: number } {
  const year = Math.min(2107, Math.max(1980, date.getUTCFullYear()));
  return {
    time: (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1),
    day: ((year - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate(),
  };
}

function timestampField(entry: ZipEntry): Buffer {
  const field = Buffer.alloc(TIMESTAMP_FIELD_SIZE);
  field.writeUInt16LE(TIMESTAMP_FIELD, 0);
  field.writeUInt16LE(5, 2);
  field.writeUInt8(1, 4);
  field.writeInt32LE(Math.trunc(entry.modifiedAt.getTime() / 1_000), 5);
  return field;
}

/** 4.3.7: what stands before an entry's bytes. */
export function localHeader(entry: ZipEntry): Buffer {
  const zip64 = needsZip64(entry.size);
  const name = nameBytes(entry);
  const { time, day } = dosTime(entry.modifiedAt);
  const header = Buffer.alloc(LOCAL_HEADER);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(zip64 ? VERSION_ZIP64 : VERSION, 4);
  header.writeUInt16LE(FLAGS, 6);
  header.writeUInt16LE(STORED, 8);
  header.writeUInt16LE(time, 10);
  header.writeUInt16LE(day, 12);
  // Checksum and sizes follow the data; with ZIP64 the size fields say so, and the extra field says that the descriptor is long.
  header.writeUInt32LE(zip64 ? MAX_32 : 0, 18);
  header.writeUInt32LE(zip64 ? MAX_32 : 0, 22);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(localHeaderSize(entry) - LOCAL_HEADER - name.length, 28);
  const field = Buffer.alloc(zip64 ? LOCAL_ZIP64_FIELD : 0);
  if (zip64) {
    field.writeUInt16LE(ZIP64_FIELD, 0);
    field.writeUInt16LE(16, 2);
  }
  return Buffer.concat([header, name, field, timestampField(entry)]);
}

/** 4.3.9: what stands behind an entry's bytes. */
export function dataDescriptor(entry: ZipEntry, crc32: number): Buffer {
  const descriptor = Buffer.alloc(descriptorSize(entry));
  descriptor.writeUInt32LE(0x08074b50, 0);
  descriptor.writeUInt32LE(crc32, 4);
  if (needsZip64(entry.size)) {
    descriptor.writeBigUInt64LE(BigInt(entry.size), 8);
    descriptor.writeBigUInt64LE(BigInt(entry.size), 16);
  } else {
    descriptor.writeUInt32LE(entry.size, 8);
    descriptor.writeUInt32LE(entry.size, 12);
  }
  return descriptor;
}

/** 4.3.12: the entry's line in the central directory. */
function directoryHeader(entry: PlacedEntry, crc32: number): Buffer {
  const values = zip64Values(entry);
  const name = nameBytes(entry);
  const { time, day } = dosTime(entry.modifiedAt);
  const header = Buffer.alloc(DIRECTORY_HEADER);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(MADE_BY, 4);
  header.writeUInt16LE(values.length > 0 ? VERSION_ZIP64 : VERSION, 6);
  header.writeUInt16LE(FLAGS, 8);
  header.writeUInt16LE(STORED, 10);
  header.writeUInt16LE(time, 12);
  header.writeUInt16LE(day, 14);
  header.writeUInt32LE(crc32, 16);
  header.writeUInt32LE(Math.min(entry.size, MAX_32), 20);
  header.writeUInt32LE(Math.min(entry.size, MAX_32), 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(directoryHeaderSize(entry) - DIRECTORY_HEADER - name.length, 30);
  header.writeUInt32LE(EXTERNAL_ATTRIBUTES, 38);
  header.writeUInt32LE(Math.min(entry.offset, MAX_32), 42);
  const field = Buffer.alloc(values.length > 0 ? 4 + 8 * values.length : 0);
  if (values.length > 0) {
    field.writeUInt16LE(ZIP64_FIELD, 0);
    field.writeUInt16LE(8 * values.length, 2);
    values.forEach((value, index) => field.writeBigUInt64LE(BigInt(value), 4 + 8 * index));
  }
  return Buffer.concat([header, name, field, timestampField(entry)]);
}

/** 4.3.14 to 4.3.16: the end of the file. */
function endOfDirectory(count: number, size: number, offset: number): Buffer {
  const end = Buffer.alloc(END_RECORD);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(count, MAX_16), 8);
  end.writeUInt16LE(Math.min(count, MAX_16), 10);
  end.writeUInt32LE(Math.min(size, MAX_32), 12);
  end.writeUInt32LE(Math.min(offset, MAX_32), 16);
  if (!endNeedsZip64(count, size, offset)) {
    return end;
  }
  const record = Buffer.alloc(ZIP64_END_RECORD);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(BigInt(ZIP64_END_RECORD - 12), 4);
  record.writeUInt16LE(MADE_BY, 12);
  record.writeUInt16LE(VERSION_ZIP64, 14);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(size), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(ZIP64_END_LOCATOR);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + size), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([record, locator, end]);
}

/**
 * The central directory and the end of the file.
 * @param checksums CRC-32 of each entry, in the order of the plan
 */
export function centralDirectory(plan: ZipPlan, checksums: readonly number[]): Buffer {
  const directory = Buffer.concat(plan.entries.map((entry, index) => directoryHeader(entry, checksums[index] ?? 0)));
  return Buffer.concat([directory, endOfDirectory(plan.entries.length, directory.length, plan.directoryOffset)]);
}
