import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { fromBuffer, fromRandomAccessReader, RandomAccessReader, type Entry, type ZipFile } from 'yauzl';
import { centralDirectory, dataDescriptor, localHeader, planZip, type ZipEntry, type ZipPlan } from './zip-format';

const MODIFIED = new Date('2026-11-21T08:00:01.000Z');
const GIB = 2 ** 30;

function entries(zip: ZipFile): Promise<Entry[]> {
  const found: Entry[] = [];
  return new Promise((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', () => resolve(found));
    zip.on('entry', (entry: Entry) => {
      found.push(entry);
      zip.readEntry();
    });
    zip.readEntry();
  });
}

/** A file of any size whose entries are all zeros: only its headers exist. */
class SparseZip extends RandomAccessReader {
  private readonly parts: { at: number; bytes: Buffer }[] = [];

  constructor(plan: ZipPlan) {
    super();
    for (const entry of plan.entries) {
      const header = localHeader(entry);
      this.parts.push({ at: entry.offset, bytes: header }, { at: entry.offset + header.length + entry.size, bytes: dataDescriptor(entry, 0) });
    }
    this.parts.push({ at: plan.directoryOffset, bytes: centralDirectory(plan, plan.entries.map(() => 0)) });
  }

  override _readStreamForRange(start: number, end: number): Readable {
    const bytes = Buffer.alloc(end - start);
    for (const part of this.parts) {
      const from = Math.max(start, part.at);
      const to = Math.min(end, part.at + part.bytes.length);
      if (from < to) {
        part.bytes.copy(bytes, from - start, from - part.at, to - part.at);
      }
    }
    return Readable.from([bytes]);
  }

  get end(): number {
    return Math.max(...this.parts.map(({ at, bytes }) => at + bytes.length));
  }
}

function openSparse(plan: ZipPlan): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    fromRandomAccessReader(new SparseZip(plan), plan.size, { lazyEntries: true }, (error, zip) => (error ? reject(error) : resolve(zip)));
  });
}

describe(planZip.name, () => {
  it('foretells the size of the file to the byte, and what is in it can be read back', async () => {
    const member = fc.record({ // `.` and `..` are no names of files; the plan of a bundle never makes them.
      name: fc.string({ minLength: 1, maxLength: 30, unit: fc.constantFrom(...'abcäß日-_. ') }).filter((name) => !/^\.{1,2}$/.test(name)), bytes: fc.uint8Array({ maxLength: 2_000 }) });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(member, { maxLength: 8, selector: ({ name }) => name }), async (members) => {
        const plan = planZip(members.map(({ name, bytes }) => ({ name, size: bytes.length, modifiedAt: MODIFIED })));
        const checksums = members.map(({ bytes }) => crc32(bytes));
        const file = Buffer.concat([
          ...plan.entries.flatMap((entry, index) => [localHeader(entry), Buffer.from(members[index]?.bytes ?? []), dataDescriptor(entry, checksums[index] ?? 0)]),
          centralDirectory(plan, checksums),
        ]);
        expect(file.length).toBe(plan.size);
        const zip = await new Promise<ZipFile>((resolve, reject) => fromBuffer(file, { lazyEntries: true }, (error, opened) => (error ? reject(error) : resolve(opened))));
        const found = await entries(zip);
        expect(found.map(({ fileName, uncompressedSize, crc32: sum }) => [fileName, uncompressedSize, sum])).toEqual(members.map(({ name, bytes }, index) => [name, bytes.length, checksums[index]]));
        expect(found.every((entry) => entry.getLastModDate().getTime() === MODIFIED.getTime())).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it.each<[string, ZipEntry[]]>([
    ['an entry of just below 4 GiB', [{ name: 'a', size: 0xffff_fffe, modifiedAt: MODIFIED }]],
    ['an entry of 4 GiB', [{ name: 'a', size: 4 * GIB, modifiedAt: MODIFIED }]],
    ['entries that begin behind 4 GiB', [{ name: 'a', size: 3 * GIB, modifiedAt: MODIFIED }, { name: 'b', size: 3 * GIB, modifiedAt: MODIFIED }, { name: 'c', size: 7, modifiedAt: MODIFIED }]],
    ['an entry of 100 GiB among small ones', [{ name: 'a', size: 1, modifiedAt: MODIFIED }, { name: 'b', size: 100 * GIB, modifiedAt: MODIFIED }, { name: 'c', size: 0, modifiedAt: MODIFIED }]],
  ])('places %s', async (_, wanted) => {
    const plan = planZip(wanted);
    expect(new SparseZip(plan).end).toBe(plan.size);
    const found = await entries(await openSparse(plan));
    expect(found.map(({ fileName, uncompressedSize, compressedSize }) => [fileName, uncompressedSize, compressedSize])).toEqual(wanted.map(({ name, size }) => [name, size, size]));
    expect(found.map(({ relativeOffsetOfLocalHeader }) => relativeOffsetOfLocalHeader)).toEqual(plan.entries.map(({ offset }) => offset));
  });

  it('counts more entries than the plain format can', async () => {
    const plan = planZip(Array.from({ length: 70_000 }, (_, index) => ({ name: String(index), size: 0, modifiedAt: MODIFIED })));
    const directory = centralDirectory(plan, plan.entries.map(() => 0));
    expect(plan.directoryOffset + directory.length).toBe(plan.size);
    // Four bytes "PK\x06\x06": the ZIP64 end of central directory is there.
    expect(directory.includes(Buffer.from([0x50, 0x4b, 6, 6]))).toBe(true);
  });
});
