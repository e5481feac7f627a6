import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { AppError } from '@capstan/kernel';
import { pack } from 'tar-stream';
import { readArchive } from './archive-reader.client';

const LIMITS = { expandedBytes: 10_000_000, members: 100 };

async function archive(members: Record<string, Buffer>): Promise<Buffer> {
  const tar = pack();
  Object.entries(members).forEach(([name, bytes]) => tar.entry({ name }, bytes));
  tar.entry({ name: 'link.pcap', type: 'symlink', linkname: '/etc/passwd' });
  tar.entry({ name: 'folder.pcap', type: 'directory' });
  tar.finalize();
  return gzipSync(Buffer.concat((await Readable.from(tar as AsyncIterable<Buffer>).toArray()) as Buffer[]));
}

async function read(source: Readable, limits = LIMITS): Promise<{ files: Record<string, number>; cuts: string[] }> {
  const files: Record<string, number> = {};
  const cuts: string[] = [];
  for await (const { path, body } of readArchive(source, limits, (reason) => cuts.push(reason))) {
    files[path] = Buffer.concat((await body.toArray()) as Buffer[]).length;
  }
  return { files, cuts };
}

/** Noise: what compresses well cannot be cut in its middle. */
const noise = (length: number): Buffer => createHash('shake256', { outputLength: length }).update(String(length)).digest();
const chunked = (bytes: Buffer, size = 1_000): Buffer[] => Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) => bytes.subarray(index * size, (index + 1) * size));

describe(readArchive.name, () => {
  it('gives every file, and neither links nor folders', async () => {
    const bytes = await archive({ 'a.pcap': Buffer.alloc(70_000, 1), 'b.txt': Buffer.alloc(0), '../c.pcap': Buffer.from('x') });
    await expect(read(Readable.from(chunked(bytes)))).resolves.toEqual({ files: { 'a.pcap': 70_000, 'b.txt': 0, '../c.pcap': 1 }, cuts: [] });
  });

  it('keeps what came before the end of an archive that is cut short', async () => {
    const bytes = await archive({ 'a.pcap': noise(5_000), 'b.pcap': noise(200_000) });
    const { files, cuts } = await read(Readable.from(chunked(bytes.subarray(0, bytes.length - 30_000))));
    expect(files['a.pcap']).toBe(5_000);
    expect(files['b.pcap']).toBeGreaterThan(0);
    expect(files['b.pcap']).toBeLessThan(200_000);
    expect(cuts).toHaveLength(1);
  });

  it('says so when it is no archive at all', async () => {
    await expect(read(Readable.from([Buffer.from('{"Message":"not ready"}')]))).resolves.toEqual({ files: {}, cuts: [expect.any(String)] });
  });

  it('fails with the connection, not with a damaged archive, when the connection breaks', async () => {
    const bytes = await archive({ 'a.pcap': noise(200_000) });
    const source = Readable.from(
      (async function* () {
        yield bytes.subarray(0, 50_000);
        throw new AppError('DEVICE_LOST', 'gone', { retryable: true });
      })(),
    );
    await expect(read(source)).rejects.toMatchObject({ code: 'DEVICE_LOST', retryable: true });
  });

  it('stops at a bomb, however small it came', async () => {
    const bytes = await archive({ 'a.pcap': Buffer.alloc(50_000_000) });
    expect(bytes.length).toBeLessThan(100_000);
    await expect(read(Readable.from(chunked(bytes)))).rejects.toMatchObject({ code: 'EXPORT_FAILED', message: expect.stringContaining('expands') });
  });

  it('stops at too many members', async () => {
    const bytes = await archive(Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`${index}.txt`, Buffer.alloc(1)])));
    await expect(read(Readable.from(chunked(bytes)))).rejects.toMatchObject({ code: 'EXPORT_FAILED', message: expect.stringContaining('members') });
  });
});
