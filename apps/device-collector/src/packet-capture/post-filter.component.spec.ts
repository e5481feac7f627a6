import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { AppError } from '@capstan/kernel';
import { createObjectStore, type ObjectStore } from '@capstan/object-store';
import { pcapOf, type TestPacket } from '../../test/filter-packets';
import { countMatching } from '../../test/packets';
import { displayFilter } from './filter/display-filter';
import { readFilter } from './filter/filter';
import { PostFilter } from './post-filter.client';

const packet = (destPort: number): TestPacket => ({ network: 'ip', src: '10.0.0.1', dest: '10.0.0.2', protocol: 17, srcPort: 40_000, destPort });
const PORT_5060 = displayFilter(readFilter({ port: 5_060 }));

describe(PostFilter.name, () => {
  const never = new AbortController().signal;
  let folder: string;
  let store: ObjectStore;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'capstan-post-filter-'));
    store = createObjectStore({ kind: 'local', dir: folder });
    const packets = Array.from({ length: 3_000 }, (_, index) => packet(index % 3 === 0 ? 5_060 : 53));
    const file = pcapOf(packets);
    await store.put('whole.pcap', Readable.from([file]), { mediaType: 'application/vnd.tcpdump.pcap' });
    await store.put('other.pcap', Readable.from([Buffer.from('this is no capture file')]), { mediaType: 'application/vnd.tcpdump.pcap' });
  });

  afterAll(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });

  const bytesOf = async (sut: PostFilter, key: string, signal = never): Promise<Buffer> => Buffer.concat((await (await sut.open(key, signal)).toArray()) as Buffer[]);

  it('lets through what the filter means, as a classic capture file', async () => {
    const copy = await bytesOf(new PostFilter(PORT_5060, store), 'whole.pcap');
    expect(copy.readUInt32LE(0)).toBe(0xa1b2c3d4);
    expect(countMatching(copy, '')).toBe(1_000);
    expect(countMatching(copy, 'udp port 5060')).toBe(1_000);
  });

  it('makes an empty capture of one in which nothing matches', async () => {
    const copy = await bytesOf(new PostFilter(displayFilter(readFilter({ port: 1 })), store), 'whole.pcap');
    expect(copy).toHaveLength(24);
  });

  it.each([
    ['what is no capture file', 'other.pcap', {}, /tshark ended with/],
    ['a run that takes too long', 'whole.pcap', { limits: { timeMs: 1, memoryKib: 4_194_304 } }, /longer than/],
    ['a run that needs too much memory', 'whole.pcap', { limits: { timeMs: 60_000, memoryKib: 250_000 } }, /tshark ended with/],
    ['a machine without tshark', 'whole.pcap', { program: 'tshark-that-is-not-there' }, /not installed/],
  ])('fails with the reason for %s', async (_name, key, { limits, program }: { limits?: { timeMs: number; memoryKib: number }; program?: string }, reason) => {
    const failure: unknown = await bytesOf(new PostFilter(PORT_5060, store, limits, program), key).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AppError);
    expect(failure).toMatchObject({ code: 'FILTER_FAILED', message: expect.stringMatching(reason) });
  });

  it('refuses a filter that is none, without harm', async () => {
    await expect(bytesOf(new PostFilter('no such field == 1', store), 'whole.pcap')).rejects.toMatchObject({ code: 'FILTER_FAILED' });
  });
});
