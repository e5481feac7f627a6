import { headLength, labelledHead, placeholder } from './pcapng-head';

/** What mergecap writes: section header with options, then bare interfaces; one of them with a resolution. */
function headOf(labels: Parameters<typeof placeholder>[0]): Buffer {
  const section = Buffer.from('0a0d0d0a200000004d3c2b1a01000000ffffffffffffffff0000000020000000', 'hex');
  const ethernet = Buffer.from('0100000014000000010000000000040014000000', 'hex');
  const cooked = Buffer.from('01000000200000001401000000000400090001000900000000000000' + '20000000', 'hex');
  const last = placeholder(labels).subarray(28);
  return Buffer.concat([section, ethernet, cooked, last]);
}

const LABELS = {
  comment: 'Capstan session «ä»',
  interfaces: [
    { name: 'cube GigabitEthernet1', description: 'cube 10.0.0.1', comment: 'offset 1.5 ms ± 2 ms' },
    { name: 'linux any', description: 'linux 10.0.0.2', comment: '' },
  ],
};

describe(labelledHead.name, () => {
  it('keeps the length to the byte, so that the packets behind it stay where they are', () => {
    for (const comment of ['', 'a', 'ab', 'abc', 'abcd', 'x'.repeat(5_000), 'ä'.repeat(3_000)]) {
      const labels = { ...LABELS, comment };
      const head = headOf(labels);
      const sut = labelledHead(head, labels);
      expect(sut.length).toBe(head.length);
      expect(headLength(Buffer.concat([sut, Buffer.from('0600000020000000', 'hex')]))).toBe(head.length);
    }
  });

  it('writes names and comments, keeps resolutions, and takes the placeholder out', () => {
    const sut = labelledHead(headOf(LABELS), LABELS);
    const text = sut.toString('latin1');
    expect(text).toContain('cube GigabitEthernet1');
    expect(text).toContain('linux any');
    expect(sut.includes(Buffer.from('0900010009000000', 'hex'))).toBe(true);
    let interfaces = 0;
    for (let position = 0; position < sut.length; position += sut.readUInt32LE(position + 4)) {
      interfaces += sut.readUInt32LE(position) === 1 ? 1 : 0;
    }
    expect(interfaces).toBe(2);
  });

  it('refuses a head with other interfaces', () => {
    const head = headOf(LABELS);
    expect(() => labelledHead(head, { ...LABELS, interfaces: LABELS.interfaces.slice(1) })).toThrow(expect.objectContaining({ code: 'MERGE_FAILED' }));
  });
});
