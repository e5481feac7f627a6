import fc from 'fast-check';
import { PcapReader, type PcapSummary } from './pcap-reader';

interface Form {
  readonly little: boolean;
  readonly nanoseconds: boolean;
}

function pcap(sizes: readonly number[], form: Form = { little: true, nanoseconds: false }): Buffer {
  const { little, nanoseconds } = form;
  const header = Buffer.alloc(24);
  const write = (buffer: Buffer, value: number, offset: number): number => (little ? buffer.writeUInt32LE(value, offset) : buffer.writeUInt32BE(value, offset));
  write(header, nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, 0);
  write(header, 262_144, 16);
  write(header, 1, 20);
  const records = sizes.map((size, index) => {
    const record = Buffer.alloc(16 + size, 0xa1);
    write(record, 1_700_000_000 + index, 0);
    write(record, nanoseconds ? 250_000_000 : 250_000, 4);
    write(record, size, 8);
    write(record, size, 12);
    return record;
  });
  return Buffer.concat([header, ...records]);
}

function read(bytes: Buffer, cuts: readonly number[] = []): PcapSummary {
  const sut = new PcapReader();
  const places = [0, ...[...cuts].map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  places.slice(1).forEach((end, index) => sut.push(bytes.subarray(places[index], end)));
  return sut.summary();
}

describe(PcapReader.name, () => {
  it.each([
    [{ little: true, nanoseconds: false }],
    [{ little: false, nanoseconds: false }],
    [{ little: true, nanoseconds: true }],
    [{ little: false, nanoseconds: true }],
  ])('reads files of any byte order and resolution: %j', (form) => {
    expect(read(pcap([60, 0, 1_500], form))).toEqual({
      format: 'pcap', bytes: 24 + 48 + 1_560, packets: 3, truncated: false, linkType: 1, firstPacketAt: 1_700_000_000_250, lastPacketAt: 1_700_000_002_250,
    });
  });

  it('reads the same however the bytes are cut into chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 20 }), fc.array(fc.nat(), { maxLength: 50 }), (sizes, cuts) => {
        const file = pcap(sizes);
        expect(read(file, cuts)).toEqual(read(file));
        expect(read(file).packets).toBe(sizes.length);
      }),
    );
  });

  it('calls every file truncated that ends inside of a record, and counts only whole packets', () => {
    const whole = pcap([10, 20]);
    const ends = new Map([[24, 0], [24 + 26, 1], [whole.length, 2]]);
    for (let length = 1; length <= whole.length; length += 1) {
      const summary = read(whole.subarray(0, length));
      expect([length, summary.truncated]).toEqual([length, !ends.has(length)]);
      expect(summary.packets).toBe(length < 50 ? 0 : length < whole.length ? 1 : 2);
    }
  });

  it('tells empty files and other formats apart', () => {
    expect(read(Buffer.alloc(0))).toMatchObject({ format: 'empty', truncated: false });
    expect(read(Buffer.from('PK\x03\x04 this is a zip file, not a capture'))).toMatchObject({ format: 'not-pcap', packets: 0 });
    expect(read(pcap([]))).toMatchObject({ format: 'pcap', bytes: 24, packets: 0, truncated: false, firstPacketAt: null });
  });

  it('does not follow a length that cannot be true', () => {
    const file = pcap([4, 4]);
    file.writeUInt32LE(0xffffffff, 24 + 20 + 8);
    expect(read(file)).toMatchObject({ packets: 1, truncated: true });
  });
});
